/// Whether a failed attempt is followed by another, and after how long. Every attempt is kept in the observation.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts of one request, the first included; 1 never tries again.
  public var maximumAttempts = 1
  /// The wait before the second attempt where the server says none; it doubles with each.
  public var firstDelay: Duration = .milliseconds(500)
  /// The longest wait, also where the server says a longer one: then the request is given up instead.
  public var longestDelay: Duration = .seconds(60)

  public init(maximumAttempts: Int = 1) { self.maximumAttempts = maximumAttempts }

  public static let never = RetryPolicy()

  /// Statuses that may pass by themselves.
  static let passingStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]

  /// The wait before the next attempt; nil gives the request up.
  /// - Parameter attempts: how many there have been.
  public func delay(after failure: RequestFailure, attempts: Int) -> Duration? {
    guard attempts < maximumAttempts else { return nil }
    let doublings = min(attempts - 1, 20)
    let own = min(firstDelay * (1 << doublings), longestDelay)
    switch failure {
    case .status(let status, let retryAfterSeconds, _):
      guard Self.passingStatuses.contains(status) else { return nil }
      guard let retryAfterSeconds else { return own }
      return .seconds(retryAfterSeconds) <= longestDelay ? .seconds(retryAfterSeconds) : nil
    case .connect, .reset, .timeout, .truncated, .malformedChunk, .serverEvent: return own
    case .certificate, .notHTTP, .tooLarge, .cancelled: return nil
    }
  }
}
