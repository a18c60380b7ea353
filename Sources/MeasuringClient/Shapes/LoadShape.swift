/// How requests come. Every shape but ``closed(concurrency:)`` is open: requests are sent when they are due, whether or
/// not earlier ones have been answered.
public enum LoadShape: Sendable, Hashable {
  /// So many at any time: each answer makes room for the next request. A slow server slows its own load, so waiting is
  /// invisible here; use it for throughput, not for latency.
  case closed(concurrency: Int)
  /// One every `1 / rate` seconds.
  case constant(rate: Double)
  /// Independent arrivals (a Poisson process): exponential distances of mean `1 / rate` seconds.
  case poisson(rate: Double)
  /// `size` at once, as often as makes `rate` requests a second on average.
  case burst(rate: Double, size: Int)
  /// The rate rises evenly from one to the other over so many seconds, which shows where the server's knee is.
  case ramp(from: Double, to: Double, seconds: Double)
  /// At the times of a trace.
  case trace([TraceEntry])

  public var isOpen: Bool { if case .closed = self { false } else { true } }

  /// - Throws: ``ClientError/plan(_:)``.
  public func validate() throws(ClientError) {
    func check(_ rate: Double, _ name: String = "a rate") throws(ClientError) {
      guard rate.isFinite, rate > 0, rate <= 1_000_000 else {
        throw .plan("\(name) is above 0 and at most 1000000 requests a second, not \(rate)")
      }
    }
    switch self {
    case .closed(let concurrency):
      guard (1...100_000).contains(concurrency) else { throw .plan("concurrency is 1 to 100000, not \(concurrency)") }
    case .constant(let rate), .poisson(let rate): try check(rate)
    case .burst(let rate, let size):
      try check(rate)
      guard (1...100_000).contains(size) else { throw .plan("a burst has 1 to 100000 requests, not \(size)") }
    case .ramp(let from, let to, let seconds):
      guard from.isFinite, from >= 0, from <= 1_000_000 else {
        throw .plan("a ramp begins at 0 to 1000000 requests a second")
      }
      try check(to, "a ramp's end")
      guard to > from else { throw .plan("a ramp rises: its end has to be above its beginning") }
      guard seconds.isFinite, seconds > 0, seconds <= 604_800 else { throw .plan("a ramp takes up to 604800 seconds") }
    case .trace(let entries):
      guard !entries.isEmpty else { throw .plan("the trace is empty") }
    }
  }

  /// When each request is due, in nanoseconds from the beginning; without end, but for a ramp and a trace. A closed loop
  /// has no times.
  public func arrivals(seed: UInt64) -> ArrivalTimes { ArrivalTimes(self, seed: seed) }
}
