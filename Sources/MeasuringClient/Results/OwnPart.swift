/// What a run's client saw of itself and of the machine, from which a report says what it coloured.
public struct OwnPart: Sendable {
  /// How late the event loop came to its timers, in nanoseconds.
  public var loopDelay: LatencyHistogram
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
    loopDelay: LatencyHistogram = LatencyHistogram(), cpuNanoseconds: UInt64 = 0, queuedNanoseconds: UInt64? = nil,
    wallNanoseconds: UInt64 = 0
  ) {
    self.loopDelay = loopDelay
    self.cpuNanoseconds = cpuNanoseconds
    self.queuedNanoseconds = queuedNanoseconds
    self.wallNanoseconds = wallNanoseconds
  }

  init(
    loopDelay: LatencyHistogram, cpuNanoseconds: UInt64, queuedNanoseconds: UInt64?, wallNanoseconds: UInt64,
    unread: UnreadMeter, sent: Int
  ) {
    self.init(
      loopDelay: loopDelay, cpuNanoseconds: cpuNanoseconds, queuedNanoseconds: queuedNanoseconds,
      wallNanoseconds: wallNanoseconds)
    self.unread = unread
    self.sent = sent
  }
}
