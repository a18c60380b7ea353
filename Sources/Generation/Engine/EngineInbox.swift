internal import Synchronization

/// Where requests and cancellations wait for the engine's thread, which looks between steps. Whoever leaves something here
/// never waits for a step.
final class EngineInbox: Sendable {
  struct Submission: Sendable {
    var sequence: SequenceID
    var request: GenerationRequest
    var continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    var nanoseconds: UInt64
  }

  /// What there is to do.
  struct Contents: Sendable {
    var submissions: [Submission] = []
    var cancellations: [SequenceID] = []
    /// Whether the queue is closed, and whether what runs is to be cancelled too.
    var isClosed = false
    var isAbandoned = false
  }

  private struct State {
    var contents = Contents()
    var nextSequence: UInt64 = 0
    /// Requests in the scheduler's queue, as it last said.
    var waiting = 0
    var isRung = false
    var bell: CheckedContinuation<Void, Never>?
    var statistics = EngineStatistics()
    var refused = 0

    /// To be resumed outside the lock.
    mutating func ring() -> CheckedContinuation<Void, Never>? {
      isRung = true
      defer { bell = nil }
      return bell
    }
  }

  private let state = Mutex(State())
  private let maximumQueued: Int

  init(maximumQueued: Int) { self.maximumQueued = maximumQueued }

  /// Leaves a request.
  /// - Throws: ``EngineError/queueFull(limit:)`` when it would be one too many to wait, ``EngineError/shutDown``.
  func submit(
    _ request: GenerationRequest, _ continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
  ) throws(EngineError) -> SequenceID {
    let result = state.withLock { state -> (Result<SequenceID, EngineError>, CheckedContinuation<Void, Never>?) in
      guard !state.contents.isClosed else { return (.failure(.shutDown), nil) }
      guard state.waiting + state.contents.submissions.count < maximumQueued else {
        state.refused += 1
        return (.failure(.queueFull(limit: maximumQueued)), nil)
      }
      let sequence = SequenceID(state.nextSequence)
      state.nextSequence += 1
      state.contents.submissions.append(
        Submission(
          sequence: sequence, request: request, continuation: continuation, nanoseconds: monotonicNanoseconds()))
      return (.success(sequence), state.ring())
    }
    result.1?.resume()
    return try result.0.get()
  }

  func cancel(_ sequence: SequenceID) { leave { $0.contents.cancellations.append(sequence) } }

  /// Takes no more requests.
  func close(abandoning: Bool) {
    leave { state in
      state.contents.isClosed = true
      if abandoning { state.contents.isAbandoned = true }
    }
  }

  private func leave(_ body: (inout State) -> Void) {
    let bell = state.withLock { state in
      body(&state)
      return state.ring()
    }
    bell?.resume()
  }

  /// Everything left here since the last time.
  func take() -> Contents {
    state.withLock { state in
      let contents = state.contents
      state.contents.submissions = []
      state.contents.cancellations = []
      // Counted as waiting until the scheduler says how many of them do.
      state.waiting += contents.submissions.count
      state.isRung = false
      return contents
    }
  }

  /// Refuses what was left here after the engine went.
  func refuseAll() {
    for submission in take().submissions { submission.continuation.finish(throwing: EngineError.shutDown) }
  }

  /// Tells how the engine stands.
  func publish(_ statistics: EngineStatistics) {
    state.withLock { state in
      state.statistics = statistics
      state.waiting = statistics.waiting
    }
  }

  /// How the engine stood after its last step, with the requests left here since.
  var statistics: EngineStatistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.waiting = state.waiting + state.contents.submissions.count
      statistics.requestsRefused += state.refused
      return statistics
    }
  }

  /// Waits until something is left here; returns at once when something is.
  func wait() async {
    await withCheckedContinuation { continuation in
      let isRung = state.withLock { state in
        if !state.isRung { state.bell = continuation }
        return state.isRung
      }
      if isRung { continuation.resume() }
    }
  }
}
