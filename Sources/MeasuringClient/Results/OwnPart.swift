/// What a run's client saw of itself and of the machine, from which a report says what it coloured.
public struct OwnPart: Sendable {
  /// How long arrivals lay there, where the kernel notes when they came.
  public var arrivals: ArrivalDelays?
  /// How late the event loop came to its timers, in nanoseconds; watched where the kernel notes no arrivals.
  public var loopDelay: LatencyHistogram
  /// By how much it was later than the time before: a gap between two arrivals is the difference of two stamps.
  public var delayGrowth: LatencyHistogram
  /// Processor time of the client over the whole run, warm-up included.
  public var cpuNanoseconds: UInt64
  /// How long its event loop was ready and had no core; nil where the system does not say.
  public var queuedNanoseconds: UInt64?
  /// The run's length, warm-up included.
  public var wallNanoseconds: UInt64
  var unread = UnreadMeter()
  /// Attempts that were sent.
  var sent = 0

  public init(
    arrivals: ArrivalDelays? = nil, loopDelay: LatencyHistogram = LatencyHistogram(),
    delayGrowth: LatencyHistogram = LatencyHistogram(), cpuNanoseconds: UInt64 = 0, queuedNanoseconds: UInt64? = nil,
    wallNanoseconds: UInt64 = 0
  ) {
    self.arrivals = arrivals
    self.loopDelay = loopDelay
    self.delayGrowth = delayGrowth
    self.cpuNanoseconds = cpuNanoseconds
    self.queuedNanoseconds = queuedNanoseconds
    self.wallNanoseconds = wallNanoseconds
  }
}
