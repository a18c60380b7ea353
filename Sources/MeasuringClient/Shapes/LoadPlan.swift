/// How long a load lasts, or how much of it warms the server up: by the clock or by count.
public enum LoadSpan: Sendable, Hashable {
  case seconds(Double)
  case requests(Int)
}

/// A load: how requests come, and when it ends.
public struct LoadPlan: Sendable, Hashable {
  public var shape: LoadShape
  /// Requests at most, those that warm up included; nil sets no limit.
  public var requests: Int?
  /// Seconds in which requests are sent, those that warm up included; nil sets no limit. What is under way then is waited
  /// for.
  public var seconds: Double?
  /// What warms up: by the clock, requests that were due in the first so many seconds. They count nowhere.
  public var warmup: LoadSpan = .requests(0)
  /// Whether a place of a closed loop stays empty until whoever reads observations has taken the answer: then no more are
  /// under way or not yet taken than the loop has places.
  public var awaitsReader = false
  /// The seed of random arrivals.
  public var seed: UInt64 = 0
  /// What counts as good service.
  public var objective = ServiceObjective()
  /// The length of the windows over which stability is shown, in seconds.
  public var windowSeconds = 5.0

  public init(shape: LoadShape) { self.shape = shape }

  /// - Throws: ``ClientError/plan(_:)``.
  public func validate() throws(ClientError) {
    try shape.validate()
    if let requests {
      guard (1...1_000_000_000).contains(requests) else { throw .plan("requests are 1 to 1000000000, not \(requests)") }
    }
    if let seconds {
      guard seconds.isFinite, seconds > 0, seconds <= 604_800 else {
        throw .plan("a duration is above 0 and at most 604800 seconds, not \(seconds)")
      }
    }
    guard windowSeconds.isFinite, (0.1...86_400).contains(windowSeconds) else {
      throw .plan("windows are 0.1 to 86400 seconds long")
    }
    switch warmup {
    case .seconds(let warm):
      guard warm.isFinite, warm >= 0, warm < seconds ?? .infinity else {
        throw .plan("the warm-up has to be shorter than the run")
      }
    case .requests(let warm):
      guard warm >= 0, warm < requests ?? .max else {
        throw .plan("the warm-up has to have fewer requests than the run")
      }
    }
    switch shape {
    case .ramp, .trace: break
    case .closed, .constant, .poisson, .burst:
      guard requests != nil || seconds != nil else {
        throw .plan("say when the load ends: by a duration, a number of requests, or both")
      }
    }
  }

  /// Whether a request warms up.
  /// - Parameter due: nanoseconds from the beginning of the run.
  func isWarmup(index: Int, due: UInt64) -> Bool {
    switch warmup {
    case .seconds(let seconds): Double(due) < seconds * 1e9
    case .requests(let count): index < count
    }
  }

  /// Whether a request that is due then is still sent.
  func sends(index: Int, due: UInt64) -> Bool {
    if let requests, index >= requests { return false }
    if let seconds, Double(due) >= seconds * 1e9 { return false }
    return true
  }
}
