internal import Checkpoints
internal import Foundation
internal import Serving
internal import Synchronization
internal import Torch

/// The thread that makes, uses and holds a sentence encoder: tensors stay there, values go in and out.
final class EncoderWorker: Sendable {
  private typealias Job = @Sendable (Checkpoints.SentenceEncoder) -> Void

  private struct State {
    var jobs: [Job] = []
    var isStopped = false
  }

  /// What the thread shares with those who ask; it does not keep the worker alive.
  private final class Queue: Sendable {
    let state = Mutex(State())
    let ready = DispatchSemaphore(value: 0)
  }

  private let queue = Queue()
  private let maximumQueued: Int

  /// Starts the thread and loads the encoder on it.
  /// - Throws: what loading throws.
  init(_ checkpoint: Checkpoint, threads: Int, maximumQueued: Int) async throws {
    self.maximumQueued = maximumQueued
    let queue = queue
    try await withCheckedThrowingContinuation { (loaded: CheckedContinuation<Void, any Error>) in
      let thread = Thread {
        let encoder: Checkpoints.SentenceEncoder
        do {
          try Torch.setThreads(threads)
          encoder = try Checkpoints.SentenceEncoder(checkpoint)
          loaded.resume()
        } catch {
          loaded.resume(throwing: error)
          return
        }
        while true {
          queue.ready.wait()
          let (job, isStopped) = queue.state.withLock { state in
            (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isStopped)
          }
          if let job { job(encoder) } else if isStopped { return }
        }
      }
      thread.name = "encoder"
      // libtorch's operators go deep, and the main thread has as much.
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit { stop() }

  /// Answers what waits, takes no more and lets go of the encoder.
  func stop() {
    queue.state.withLock { $0.isStopped = true }
    queue.ready.signal()
  }

  /// Runs the work with the encoder. Cancelling the task makes `willContinue` say no.
  /// - Throws: ``Serving/ServiceError``, and what the work throws.
  func run<Value: Sendable>(
    _ work: @escaping @Sendable (Checkpoints.SentenceEncoder, _ willContinue: @escaping () -> Bool) throws -> Value
  ) async throws -> Value {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Value, any Error>) in
        let refusal: ServiceError? = queue.state.withLock { state in
          if state.isStopped { return .unavailable("the encoder is shutting down") }
          if state.jobs.count >= maximumQueued { return .queueFull(retryAfterSeconds: 1) }
          state.jobs.append { encoder in
            guard !flag.isSet else { return done.resume(throwing: CancellationError()) }
            done.resume(with: Result { try work(encoder) { !flag.isSet } })
          }
          return nil
        }
        if let refusal { return done.resume(throwing: refusal) }
        queue.ready.signal()
      }
    } onCancel: {
      flag.set()
    }
  }

  private final class CancellationFlag: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
  }
}
