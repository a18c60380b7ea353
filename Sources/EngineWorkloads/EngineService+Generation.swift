internal import Generation
public import OpenAIWire
public import Serving

extension EngineService {
  public func generate(
    _ request: InferenceRequest
  ) async throws -> [AsyncThrowingStream<InferenceEvent, any Error>] {
    guard let decoder, decoder.name == request.model else {
      throw ServiceError.invalid("the model \(request.model) does not generate", param: "model")
    }
    return try await decoder.generate(request)
  }

  public func embed(_ inputs: [Prompt], model: String) async throws -> EmbeddingResult {
    guard let encoder, encoder.name == model else {
      throw ServiceError.invalid("the model \(model) does not embed", param: "model")
    }
    return try await encoder.embed(inputs)
  }
}

extension ServedDecoder {
  /// Everything that can be refused is refused here, before a stream begins.
  func generate(_ request: InferenceRequest) async throws -> [AsyncThrowingStream<InferenceEvent, any Error>] {
    let prompt = try await prompts.preparedPrompt(request.input)
    try check(prompt.tokens)
    try Task.checkCancellation()
    let maximum = try maximumTokens(request, promptTokens: prompt.tokens.count)
    var generation = GenerationRequest(
      prompt: prompt.tokens, maximumTokens: maximum, sampling: Self.sampling(request.sampling), stop: request.stop,
      endTokens: endTokens, ignoresEnd: request.ignoresEnd, topLogProbabilities: request.alternatives,
      // The engine computes a prompt alone only for its log-probabilities.
      echoesPromptLogProbabilities: request.echoes && (request.alternatives != nil || maximum == 0))
    do {
      try generation.validate()
    } catch {
      throw ServiceError.invalid("\(error)", param: nil)
    }
    let tickets = try queue.admit(request.samples)
    let seed = generation.sampling.seed
    return tickets.enumerated().map { index, ticket in
      generation.sampling.seed = seed.map { $0 &+ UInt64(index) }
      return stream(generation, echo: request.echoes ? prompt.text : nil, ticket: ticket)
    }
  }

  private func check(_ tokens: [UInt32]) throws(ServiceError) {
    guard !tokens.isEmpty else { throw .invalid("the prompt has no token: give at least one", param: "prompt") }
    guard tokens.count < context else {
      throw .invalid(
        "the prompt has \(tokens.count) tokens and the context holds \(context), one of which must be left for an answer",
        param: "prompt")
    }
    if let wrong = tokens.first(where: { $0 >= tokenTexts.vocabularySize }) {
      throw .invalid(
        "the prompt has token \(wrong), but the vocabulary ends at \(tokenTexts.vocabularySize - 1)", param: "prompt")
    }
  }

  /// How many tokens a continuation may have: what was asked for, or as many as context and cache hold.
  private func maximumTokens(_ request: InferenceRequest, promptTokens: Int) throws(ServiceError) -> Int {
    let room = context - promptTokens
    func fits(_ count: Int) -> Bool { cacheBytes(min(context, promptTokens + count)) <= cacheBytesLimit }
    let least = request.maximumTokens == 0 ? 0 : 1
    let asked = min(request.maximumTokens ?? room, room)
    if fits(asked) { return asked }
    guard request.maximumTokens == nil, fits(least) else {
      throw .invalid(
        "a prompt of \(promptTokens) tokens with an answer of \(asked) needs more cache than the server has; ask for less",
        param: "max_tokens")
    }
    var (low, high) = (least, asked)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low
  }

  private static func sampling(_ options: SamplingOptions) -> SamplingParameters {
    SamplingParameters(
      temperature: options.temperature ?? 1, topK: options.topK, topP: options.topP ?? 1, minP: options.minP ?? 0,
      repetitionPenalty: options.repetitionPenalty ?? 1, presencePenalty: options.presencePenalty ?? 0,
      frequencyPenalty: options.frequencyPenalty ?? 0, seed: options.seed.map { UInt64(bitPattern: Int64($0)) })
  }

  /// - Parameter echo: the prompt's text where it has to come back.
  private func stream(
    _ request: GenerationRequest, echo: String?, ticket: AdmissionQueue.Ticket
  ) -> AsyncThrowingStream<InferenceEvent, any Error> {
    // Handed over now, so that requests run in the order in which they came.
    let events = engine.generate(request)
    let (stream, continuation) = AsyncThrowingStream<InferenceEvent, any Error>.makeStream()
    let task = Task {
      do {
        try await forward(events, of: request, echo: echo, ticket: ticket) { continuation.yield($0) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: Self.serviceError(error))
      }
    }
    continuation.onTermination = { _ in
      task.cancel()
      ticket.release()
    }
    return stream
  }

  private func forward(
    _ events: AsyncThrowingStream<GenerationEvent, any Error>, of request: GenerationRequest, echo: String?,
    ticket: AdmissionQueue.Ticket, _ emit: (InferenceEvent) -> Void
  ) async throws {
    var beginning: (promptTokens: Int, cachedTokens: Int)?
    for try await event in events {
      switch event {
      case .started(let promptTokens, let cachedTokens):
        ticket.start()
        if request.echoesPromptLogProbabilities {
          beginning = (promptTokens, cachedTokens)
        } else {
          emit(
            .started(
              promptTokens: promptTokens, cachedTokens: cachedTokens, echo: echo.map { EchoedPrompt(text: $0) }))
        }
      case .prompt(let tokens):
        guard let beginning else { continue }
        let scored = request.topLogProbabilities == nil ? [] : tokens.map(echoed)
        emit(
          .started(
            promptTokens: beginning.promptTokens, cachedTokens: beginning.cachedTokens,
            echo: EchoedPrompt(text: echo ?? "", tokens: scored)))
      case .token(let token):
        emit(.token(GeneratedPiece(text: token.text, score: score(token, in: request))))
      case .finished(let summary):
        switch summary.reason {
        case .stop: emit(.finished(.stop, completionTokens: summary.completionTokens))
        case .length: emit(.finished(.length, completionTokens: summary.completionTokens))
        case .cancelled: throw ServiceError.unavailable("the engine is shutting down")
        }
      }
    }
  }

  private func scored(_ id: UInt32, _ logProbability: Float) -> ScoredToken {
    let token = tokenTexts.text(of: id)
    return ScoredToken(token: token.text, bytes: token.bytes, logprob: Double(logProbability))
  }

  /// An end token has no text, and so no score.
  private func score(_ token: GeneratedToken, in request: GenerationRequest) -> ChatLogProbability? {
    guard request.topLogProbabilities != nil, let logProbability = token.logProbability else { return nil }
    if !request.ignoresEnd, request.endTokens.contains(token.id) { return nil }
    return ChatLogProbability(
      chosen: scored(token.id, logProbability), alternatives: token.top.map { scored($0.id, $0.logProbability) })
  }

  private func echoed(_ token: PromptToken) -> EchoedPrompt.Token {
    EchoedPrompt.Token(
      text: tokenTexts.text(of: token.id).text,
      score: token.logProbability.map { logProbability in
        ChatLogProbability(
          chosen: scored(token.id, logProbability), alternatives: token.top.map { scored($0.id, $0.logProbability) })
      })
  }

  private static func serviceError(_ error: any Error) -> any Error {
    guard let error = error as? EngineError else { return error }
    switch error {
    case .queueFull: return ServiceError.queueFull(retryAfterSeconds: 1)
    case .shutDown: return ServiceError.unavailable("the engine is shutting down")
    case .notANumber: return ServiceError.failed("\(error)")
    // What libtorch says may be long and names files of this machine.
    case .modelFailed: return ServiceError.failed("the model failed to compute this request")
    default: return ServiceError.invalid("\(error)", param: nil)
    }
  }
}
