import Transport

/// Watches an event loop: how late it comes to a timer says how long an arrival waits to be stamped.
///
/// `@unchecked Sendable`: it is touched on its event loop alone.
final class LoopWatch: @unchecked Sendable {
  /// Fifty timers a second on average: enough for a 99th percentile within ten seconds. Where there is little else to do,
  /// waking up for them is most of what the client costs. At odd times, so that they and a server's own rhythm do not fall
  /// into step.
  private static let periods: ClosedRange<UInt64> = 10_000_000...30_000_000

  private let loop: SocketLoop
  private var due: UInt64 = 0
  private var timer: ScheduledWork?
  private var cpuBegan: UInt64 = 0
  private var queuedBegan: UInt64?
  private var isRunning = false
  private(set) var delay = LatencyHistogram()
  /// By how much a timer was later than the one before: so much a gap between two arrivals may be too long.
  private(set) var growth = LatencyHistogram()
  private var last: UInt64?

  init(loop: SocketLoop) { self.loop = loop }

  /// Begins on the event loop.
  func begin() {
    cpuBegan = MonotonicClock.threadTime
    queuedBegan = MachineCounters.queuedTime
    // Where the kernel notes arrivals, how late the loop is to them is known without timers.
    isRunning = !SocketLoop.notesArrivals
    if isRunning { arm() }
  }

  /// How long the loop's thread has waited for a core since ``begin()``, in nanoseconds; nil where the system does not say.
  var queued: UInt64? {
    guard let queuedBegan, let now = MachineCounters.queuedTime else { return nil }
    return now >= queuedBegan ? now - queuedBegan : 0
  }

  /// Processor time of the loop's thread since ``begin()``.
  func end() -> UInt64 {
    isRunning = false
    timer?.cancel()
    timer = nil
    return MonotonicClock.threadTime - cpuBegan
  }

  private func arm() {
    due = MonotonicClock.now + UInt64.random(in: Self.periods)
    timer = loop.schedule(at: due) { [self] in rang() }
  }

  private func rang() {
    guard isRunning else { return }
    let now = MonotonicClock.now
    let late = now > due ? now - due : 0
    delay.record(late)
    if let last { growth.record(late > last ? late - last : 0) }
    last = late
    arm()
  }
}
