import NIOCore

/// Watches an event loop: how late it comes to a timer says how long an arrival waits to be stamped.
///
/// `@unchecked Sendable`: it is touched on its event loop alone.
final class LoopWatch: NIOScheduledCallbackHandler, @unchecked Sendable {
  /// Two hundred timers a second: enough for a 99th percentile within seconds, and a small part of a percent of a core.
  private static let period: UInt64 = 5_000_000

  private let loop: any EventLoop
  private var due: UInt64 = 0
  private var timer: NIOScheduledCallback?
  private var cpuBegan: UInt64 = 0
  private var isRunning = false
  private(set) var delay = LatencyHistogram()

  init(loop: any EventLoop) { self.loop = loop }

  /// Begins on the event loop.
  func begin() {
    cpuBegan = MonotonicClock.threadTime
    isRunning = true
    arm()
  }

  /// Processor time of the loop's thread since ``begin()``.
  func end() -> UInt64 {
    isRunning = false
    timer?.cancel()
    timer = nil
    return MonotonicClock.threadTime - cpuBegan
  }

  private func arm() {
    due = MonotonicClock.now + Self.period
    timer = try? loop.scheduleCallback(at: .uptimeNanoseconds(due), handler: self)
  }

  func handleScheduledCallback(eventLoop: some EventLoop) {
    guard isRunning else { return }
    let now = MonotonicClock.now
    delay.record(now > due ? now - due : 0)
    arm()
  }
}
