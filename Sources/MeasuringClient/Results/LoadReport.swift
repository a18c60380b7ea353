/// What a load came to. Times are milliseconds; requests that warmed up are in ``warmupRequests`` alone.
public struct LoadReport: Sendable, Hashable, Codable {
  public var endpoint: String
  public var shape: String
  /// Whether latency counts from when requests were due (open loads), so that a slow server cannot hide its queue.
  public var countsFromSchedule: Bool
  public var warmupRequests: Int
  public var requests: Int
  public var succeeded: Int
  /// Failures of requests by kind, after all attempts.
  public var failures: [String: Int]
  /// Requests that were tried again, the further attempts, and the failures those followed, by kind.
  public var retriedRequests: Int
  public var retries: Int
  public var retriedFailures: [String: Int]
  /// Requests that were under way when the run was ended; they count nowhere else.
  public var cancelled: Int
  /// Seconds from the first request's time to the last answer's end.
  public var seconds: Double
  public var requestsPerSecond: Double
  /// The server's count, nil where it said none.
  public var promptTokens: Int?
  public var completionTokens: Int
  public var completionTokensPerSecond: Double
  /// How many requests' tokens were counted by whom.
  public var tokenSources: [String: Int]
  /// From the schedule.
  public var ttftMilliseconds: Distribution?
  public var latencyMilliseconds: Distribution?
  /// From when the last attempt was sent.
  public var serviceTtftMilliseconds: Distribution?
  public var serviceLatencyMilliseconds: Distribution?
  public var tpotMilliseconds: Distribution?
  public var interTokenMilliseconds: Distribution?
  /// The objective, requests that kept it, their share of all and how many a second; nil without one.
  public var objective: String?
  public var good: Int?
  public var goodShare: Double?
  public var goodPerSecond: Double?
  public var windows: [StabilityWindow]
  /// Of a ramp: the highest rate before service broke down; nil where it did not, or at once.
  public var kneePerSecond: Double?
  public var client: ClientWatch
  /// Whether the run was ended before its plan was.
  public var wasInterrupted: Bool
}
