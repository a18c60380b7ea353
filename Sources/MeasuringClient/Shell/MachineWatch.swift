import Foundation
import Synchronization
import Transport

/// A request that has been sent and of which nothing has come back, and its connection's ends.
struct WaitingRequest: Sendable {
  var sent: UInt64
  var near: InternetAddress
  var far: InternetAddress
}

/// Watches the machine beside a load: how many cores are free and, where the endpoint is on this machine and fewer than one
/// is, for how long requests have lain unread at it.
///
/// It looks on a queue of its own, twice a second while there is room and ten times while there is none, asks about a
/// handful of requests drawn from those that wait, and never takes more than a fiftieth of a core.
///
/// `@unchecked Sendable`: what it looks with is touched on its queue alone, and the meter on the event loop.
final class MachineWatch: @unchecked Sendable {
  /// Requests of one look at most.
  private static let most = 64

  private let runner: RequestRunner
  private let queue = DispatchQueue(label: "machine-watch", qos: .utility)
  private let isOver = Atomic<Bool>(false)
  private let cpu = Atomic<UInt64>(0)
  private let cores = Double(max(1, ProcessInfo.processInfo.activeProcessorCount))
  private var last: (ticks: MachineCounters.Ticks, stamp: UInt64)?
  private let diagnosis = SocketDiagnosis()
  private(set) var meter = UnreadMeter()

  init(runner: RequestRunner) { self.runner = runner }

  /// Processor time of the looks, in nanoseconds.
  var cpuNanoseconds: UInt64 { cpu.load(ordering: .relaxed) }

  func begin() {
    queue.async { [self] in look() }
  }

  func end() { isOver.store(true, ordering: .relaxed) }

  private func look() {
    guard !isOver.load(ordering: .relaxed) else { return }
    let began = MonotonicClock.threadTime
    let found = freeCores()
    let cost = MonotonicClock.threadTime &- began
    cpu.add(cost, ordering: .relaxed)
    if let found { runner.loop.execute { [self] in ask(seconds: found.seconds, freeCores: found.cores) } }
    // At odd times, so that looks and a load's own rhythm do not fall into step.
    let mean = found.map { $0.cores < 1.25 } ?? false ? 0.1 : 0.5
    queue.asyncAfter(deadline: .now() + mean * Double.random(in: 0.6...1.4)) { [self] in look() }
  }

  /// Cores that were free since the look before.
  private func freeCores() -> (seconds: Double, cores: Double)? {
    guard let text = MachineCounters.beginning(of: "/proc/stat", bytes: 512), let ticks = MachineCounters.ticks(text)
    else { return nil }
    let stamp = MonotonicClock.now
    defer { last = (ticks, stamp) }
    guard let last, ticks.total > last.ticks.total, ticks.idle >= last.ticks.idle else { return nil }
    let free = Double(ticks.idle - last.ticks.idle) / Double(ticks.total - last.ticks.total) * cores
    return (Double(stamp - last.stamp) / 1e9, free)
  }

  /// On the event loop: which requests to ask about. The asking is the queue's.
  private func ask(seconds: Double, freeCores: Double) {
    guard freeCores < 1, let diagnosis, runner.isEndpointLocal else {
      return meter.look(seconds: seconds, freeCores: freeCores, unread: [])
    }
    let (waiting, scale) = runner.waiting(most: Self.most)
    queue.async { [self] in
      let began = MonotonicClock.threadTime
      let ages = waiting.compactMap { request -> UInt64? in
        guard diagnosis.unread(near: request.near, far: request.far) ?? 0 > 0 else { return nil }
        let now = MonotonicClock.now
        return now > request.sent ? now - request.sent : 0
      }
      cpu.add(MonotonicClock.threadTime &- began, ordering: .relaxed)
      runner.loop.execute { [self] in
        guard !isOver.load(ordering: .relaxed) else { return }
        meter.look(seconds: seconds, freeCores: freeCores, unread: ages, scale: scale)
      }
    }
  }
}
