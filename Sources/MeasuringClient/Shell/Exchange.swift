import OpenAIWire
import Transport

/// A request on its way: its observation so far, and what the attempt under way has brought.
///
/// `@unchecked Sendable`: after it is handed to a ``RequestRunner`` it is touched on that runner's event loop alone.
final class Exchange: @unchecked Sendable {
  let request: MeasuredRequest
  var observation: Observation
  var attempt = AttemptTimeline(began: 0)
  var reader: StreamReader?
  /// Where the attempt runs; nil while it waits for a connection.
  var connection: Connection?
  /// Whether nothing more may happen to it.
  var isOver = false
  /// The attempt's number, by which what was begun for an earlier one is told apart.
  var generation = 0
  /// Whether an idle connection has failed it: the next is made for it.
  private(set) var needsFreshConnection = false
  private var timer: ScheduledWork?
  private unowned let runner: RequestRunner
  private let done: (Observation) -> Void

  init(
    _ request: MeasuredRequest, observation: Observation, runner: RequestRunner, done: @escaping (Observation) -> Void
  ) {
    self.request = request
    self.observation = observation
    self.runner = runner
    self.done = done
  }

  func beginAttempt(at stamp: UInt64) {
    generation += 1
    attempt = AttemptTimeline(began: stamp)
    reader = nil
    timer = runner.loop.schedule(at: runner.requestTimeout.after(stamp)) { [self] in
      timer = nil
      runner.timedOut(self)
    }
  }

  /// Keeps the attempt as it is.
  func endAttempt(_ failure: RequestFailure?, at stamp: UInt64) {
    timer?.cancel()
    timer = nil
    connection = nil
    attempt.failure = failure
    attempt.end = stamp
    if let reader {
      attempt.arrivals = reader.arrivals
      attempt.sharedStamps = reader.sharedStamps
    }
    observation.attempts.append(attempt)
  }

  /// Whether the attempt that has ended was sent on a connection that the server had closed while it was idle: nothing of it
  /// was read, so it is sent again at once, whatever the policy (RFC 9112, 9.3.1). Once: a server that closes without an
  /// answer again means it.
  var foundStaleConnection: Bool {
    guard !needsFreshConnection, attempt.reusedConnection, attempt.firstByte == nil,
      case .reset(afterChunks: 0)? = attempt.failure
    else { return false }
    needsFreshConnection = true
    return true
  }

  func finish() {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    timer = nil
    done(observation)
  }
}
