/// A model with what turns its tokens into text.
public struct EngineModel {
  public var model: any GenerativeModel
  /// A text stream for one answer.
  public var makeTextStream: () -> any TextStream

  public init(model: any GenerativeModel, makeTextStream: @escaping () -> any TextStream) {
    self.model = model
    self.makeTextStream = makeTextStream
  }
}

/// Runs a model for many requests at once, on a thread of its own.
///
/// The model is made, used and held on that thread; only values go in and out. Requests and cancellations are left in an inbox
/// that the thread looks into between steps, so neither they nor ``snapshot()`` ever wait for a step.
///
/// An engine works until it is shut down or nobody holds it any more; in the latter case it ends when it has nothing to do.
public actor Engine {
  private let thread: EngineThread
  private let inbox: EngineInbox
  private var loop: GenerationLoop?
  private var makeTextStream: (() -> any TextStream)?
  private var isDown = false
  private var waitingForEnd: [CheckedContinuation<Void, Never>] = []

  /// The engine's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Starts the thread and makes the model on it.
  /// - Throws: ``EngineError/invalidLimit(name:value:allowed:)``, and what `makeModel` throws.
  public init(limits: EngineLimits, makeModel: @Sendable () throws -> EngineModel) async throws {
    try limits.validate()
    let inbox = EngineInbox(maximumQueued: limits.maximumQueued)
    thread = EngineThread(name: "engine")
    self.inbox = inbox
    // The initialiser goes on on the engine's thread once every property has a value.
    try start(limits, makeModel)
    Task { [weak self] in
      while true {
        await inbox.wait()
        guard await self?.work() == true else { return inbox.refuseAll() }
      }
    }
  }

  deinit { inbox.close(abandoning: true) }

  private func start(_ limits: EngineLimits, _ makeModel: @Sendable () throws -> EngineModel) throws {
    let made = try makeModel()
    let loop = try GenerationLoop(model: made.model, limits: limits, now: monotonicNanoseconds)
    makeTextStream = made.makeTextStream
    self.loop = loop
    inbox.publish(loop.statistics)
  }

  /// Generates one continuation.
  ///
  /// The request ends as cancelled when the stream is no longer held or its task is cancelled, and its cache is free before
  /// the next step. Events wait for a slow consumer without limit but that of the request itself: one for each of its
  /// `maximumTokens`, and two.
  ///
  /// The stream throws ``EngineError``: `queueFull` and `shutDown` at its first element without any wait, what is wrong with
  /// the request after the step that is running.
  public nonisolated func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      do throws(EngineError) {
        let sequence = try inbox.submit(request, continuation)
        continuation.onTermination = { [weak inbox] termination in
          if case .cancelled = termination { inbox?.cancel(sequence) }
        }
      } catch {
        continuation.finish(throwing: error)
      }
    }
  }

  /// How the engine stood after its last step.
  public nonisolated func snapshot() -> EngineStatistics { inbox.statistics }

  /// Takes no more requests, ends those it has and lets go of the model. Returns when all that is done.
  /// - Parameter finishing: whether waiting and running requests are answered first, or cancelled.
  public func shutdown(finishing: Bool = false) async {
    inbox.close(abandoning: !finishing)
    guard !isDown else { return }
    await withCheckedContinuation { waitingForEnd.append($0) }
  }

  /// Runs `body` with the model on the engine's thread, between two steps.
  /// - Throws: ``EngineError/shutDown``, and what `body` throws.
  public func withModel<Result: Sendable>(
    _ body: @Sendable (any GenerativeModel) throws -> Result
  ) throws -> Result {
    guard let loop else { throw EngineError.shutDown }
    return try body(loop.model)
  }

  /// Works until there is nothing to do.
  /// - Returns: whether the engine goes on.
  private func work() async -> Bool {
    while let loop {
      let contents = inbox.take()
      for submission in contents.submissions { submit(submission, to: loop) }
      for sequence in contents.cancellations { loop.cancel(sequence) }
      if contents.isAbandoned { loop.cancelAll() }
      loop.admit()
      // Told before the step as well, so that what it admits no longer counts as waiting while it runs.
      inbox.publish(loop.statistics)
      let hasWorked = loop.step()
      inbox.publish(loop.statistics)
      if contents.isClosed, loop.isIdle {
        end(loop)
        return false
      }
      if !hasWorked, loop.isIdle { return true }
      // Lets those in who wait for the actor itself.
      if thread.hasJobs { await Task.yield() }
    }
    return false
  }

  private func submit(_ submission: EngineInbox.Submission, to loop: GenerationLoop) {
    guard let stream = makeTextStream?() else { return submission.continuation.finish(throwing: EngineError.shutDown) }
    let continuation = submission.continuation
    let sink = GenerationSink(
      send: { continuation.yield($0) },
      close: { error in
        if let error { continuation.finish(throwing: error) } else { continuation.finish() }
      })
    loop.submit(
      submission.sequence,
      ActiveGeneration(
        submission.request, sink: sink, stream: stream, seed: .random(in: .min ... .max),
        submitted: submission.nanoseconds))
  }

  private func end(_ loop: GenerationLoop) {
    loop.evictKept()
    inbox.publish(loop.statistics)
    self.loop = nil
    makeTextStream = nil
    isDown = true
    for continuation in waitingForEnd { continuation.resume() }
    waitingForEnd = []
  }
}
