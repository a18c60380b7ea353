internal import Foundation
internal import Measures
internal import Probes
internal import Synchronization
internal import Torch

/// Reads libtorch's allocator beside the training thread, at a fixed pace.
final class AllocatorSampler: Sendable {
  private let stopped = Mutex(false)
  private let finished = DispatchSemaphore(value: 0)

  /// - Parameter report: called on the sampler's own thread.
  init(device: Device, interval: TimeInterval, report: @escaping @Sendable (ResourceSample) -> Void) {
    let thread = Thread { [self] in
      while !stopped.withLock({ $0 }) {
        if let memory = try? TensorMemory.current(on: device) {
          report(
            ResourceSample(
              nanoseconds: MonotonicClock.nanoseconds(), allocatedBytes: UInt64(max(0, memory.allocatedBytes))))
        }
        Thread.sleep(forTimeInterval: interval)
      }
      finished.signal()
    }
    thread.name = "allocator sampler"
    thread.start()
  }

  /// Returns when no further report will come. Only the first call waits.
  func stop() {
    let isFirst = stopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    if isFirst { finished.wait() }
  }
}
