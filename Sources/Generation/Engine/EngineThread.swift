internal import Foundation
internal import Synchronization

/// One thread that runs an actor's jobs in the order they come.
///
/// Gradient mode, the allocator's caches and the team of OpenMP threads belong to a thread: a model that hopped between
/// those of the shared pool would lose the first and multiply the last.
final class EngineThread: SerialExecutor {
  /// What the thread and those who hand it jobs share. The thread keeps this alive, not the executor, so that the executor
  /// can go and tell the thread to.
  private final class Queue: Sendable {
    struct State {
      var jobs: [UnownedJob] = []
      var isStopped = false
    }
    let state = Mutex(State())
    let ready = DispatchSemaphore(value: 0)

    func take() -> (jobs: [UnownedJob], isStopped: Bool) {
      state.withLock { state in
        let jobs = state.jobs
        state.jobs = []
        return (jobs, state.isStopped)
      }
    }
  }

  private let queue = Queue()

  /// - Parameter name: as debuggers show it, at most 15 bytes.
  init(name: String) {
    let queue = queue
    let executor = Unowned()
    let thread = Thread {
      while true {
        queue.ready.wait()
        let (jobs, isStopped) = queue.take()
        for job in jobs { job.runSynchronously(on: executor.reference) }
        if isStopped, jobs.isEmpty { return }
      }
    }
    executor.set(asUnownedSerialExecutor())
    thread.name = name
    // libtorch's operators go deep, and the main thread has as much.
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit {
    queue.state.withLock { $0.isStopped = true }
    queue.ready.signal()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.state.withLock { $0.jobs.append(job) }
    queue.ready.signal()
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// Whether somebody waits for the thread.
  var hasJobs: Bool { queue.state.withLock { !$0.jobs.isEmpty } }

  /// The executor's unowned reference, written once before the thread starts.
  private final class Unowned: @unchecked Sendable {
    // Invariant: `set` is called once, before the thread that reads `reference` is started; starting a thread orders the two.
    private var stored: UnownedSerialExecutor?
    var reference: UnownedSerialExecutor { stored! }
    func set(_ reference: UnownedSerialExecutor) { stored = reference }
  }
}

/// The monotonic clock, the one that Python's `time.monotonic_ns()` reads, in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
