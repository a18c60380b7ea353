import NIOCore

/// Watches an event loop: how late it comes to a timer says how long an arrival waits to be stamped.
///
/// `@unchecked Sendable`: it is touched on its event loop alone.
final class LoopWatch: NIOScheduledCallbackHandler, @unchecked Sendable {
  /// A hundred timers a second on average: enough for a 99th percentile within seconds, at a thousandth of a core. At odd
  /// times, so that they and a server's own rhythm do not fall into step.
  private static let periods: ClosedRange<UInt64> = 5_000_000...15_000_000

  private let loop: any EventLoop
  private var due: UInt64 = 0
  private var timer: NIOScheduledCallback?
  private var cpuBegan: UInt64 = 0
  private var queuedBegan: UInt64?
  private var isRunning = false
  private(set) var delay = LatencyHistogram()

  init(loop: any EventLoop) { self.loop = loop }

  /// Begins on the event loop.
  func begin() {
    cpuBegan = MonotonicClock.threadTime
    queuedBegan = MachineCounters.queuedTime
    isRunning = true
    arm()
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
    timer = try? loop.scheduleCallback(at: .uptimeNanoseconds(due), handler: self)
  }

  func handleScheduledCallback(eventLoop: some EventLoop) {
    guard isRunning else { return }
    let now = MonotonicClock.now
    delay.record(now > due ? now - due : 0)
    arm()
  }
}
