internal import Synchronization

/// The events of a request's continuations as one stream, each with its choice's index.
///
/// The stream ends when all have finished, and throws what the first of them throws, or the ``Interruption``. However it
/// ends, and also when it is let go, all continuations are let go, so that their slots are free.
enum MergedEvents {
  /// With when the event came, however long the client takes to read it.
  typealias Element = (choice: Int, event: InferenceEvent, time: ContinuousClock.Instant)

  static func stream(
    _ streams: [AsyncThrowingStream<InferenceEvent, any Error>], scope: RequestScope
  ) -> AsyncThrowingStream<Element, any Error> {
    let (merged, continuation) = AsyncThrowingStream<Element, any Error>.makeStream()
    let countdown = Countdown(streams.count)
    let tasks = streams.enumerated().map { choice, stream in
      Task {
        var isFinished = false
        do {
          for try await event in stream {
            if case .finished = event { isFinished = true }
            continuation.yield((choice, event, .now))
          }
        } catch {
          continuation.finish(throwing: error)
          return
        }
        guard isFinished else {
          continuation.finish(throwing: ServiceError.failed("the engine ended the request early"))
          return
        }
        if countdown.isLast() { continuation.finish() }
      }
    }
    continuation.onTermination = { _ in for task in tasks { task.cancel() } }
    scope.onInterrupt { reason in continuation.finish(throwing: reason) }
    return merged
  }

  private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func isLast() -> Bool {
      left.withLock { left in
        left -= 1
        return left == 0
      }
    }
  }
}
