import Synchronization

/// What the probe and its thread share: the readings under a lock, and the gate that ends the thread.
final class Sampling: Sendable {
  let gate = StopGate()
  private let collector: Mutex<SampleCollector>

  init(_ collector: SampleCollector) { self.collector = Mutex(collector) }

  func withCollector<T: Sendable>(_ body: (inout SampleCollector) -> T) -> T {
    collector.withLock { body(&$0) }
  }

  /// The thread's work: a sample at every deadline, the first at once, and a last one when the gate opens.
  func run() {
    let start = MonotonicClock.nanoseconds()
    var deadline: UInt64
    repeat {
      deadline = withCollector { collector in
        collector.sampleAtDeadline()
        return collector.nextDeadline
      }
    } while !gate.wait(until: deadline)
    withCollector { collector in
      collector.finish(
        threadCPUNanoseconds: MonotonicClock.threadCPUNanoseconds(),
        elapsedNanoseconds: MonotonicClock.nanoseconds() - start)
    }
  }
}
