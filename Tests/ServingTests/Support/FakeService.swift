import OpenAIWire
import Serving
import Synchronization

/// A service whose answers follow from the prompt, and that counts what happens to it.
///
/// A prompt says what to generate: `count N` the numbers 1 to N, `fail N` the same and then an error, `hang N` the same and
/// then nothing for ever, `early N` the same and then an end without a word, `refuse` an error at once, `break` an error
/// of no known kind; anything else comes back word by word. A token is a word with the space before it.
final class FakeService: InferenceService {
  struct Counts: Sendable {
    var running = 0
    var accepted = 0
    var completed = 0
    var cancelled = 0
    var requests: [InferenceRequest] = []
  }

  struct Mystery: Error {}

  let models: [ServedModel]
  private let slots: Int
  private let pace: Duration?
  private let state = Mutex(Counts())

  /// - Parameter pace: how long a token takes; nil for as fast as they can be made.
  /// - Parameter places: what the model says it has.
  init(slots: Int = 8, pace: Duration? = nil, places: Int? = nil) {
    let created = 1_700_000_000
    models = [
      ServedModel(
        name: "fake", kind: .decoder(chats: true), maximumContext: 4096, created: created, places: places),
      ServedModel(name: "base", kind: .decoder(chats: false), maximumContext: 4096, created: created),
      ServedModel(name: "vectors", kind: .encoder(dimensions: 3), maximumContext: 512, created: created),
    ]
    self.slots = slots
    self.pace = pace
  }

  var counts: Counts { state.withLock { $0 } }

  func statistics() -> [ServiceStatistics] {
    var statistics = ServiceStatistics(model: "fake")
    statistics.running = counts.running
    statistics.cacheBytes = 256
    statistics.cacheBytesLimit = 1024
    statistics.prefixQueries = 40
    statistics.prefixHits = 10
    return [statistics]
  }

  func embed(_ inputs: [Prompt], model: String) async throws -> EmbeddingResult {
    let lengths = inputs.map(Self.words).map(\.count)
    return EmbeddingResult(
      vectors: lengths.map { [Float($0), 0.5, -0.1] }, promptTokens: lengths.reduce(0, +))
  }

  func generate(_ request: InferenceRequest) async throws -> [AsyncThrowingStream<InferenceEvent, any Error>] {
    let text = Self.text(of: request)
    let words = text.split(separator: " ").map(String.init)
    if words.first == "refuse" {
      throw ServiceError.invalid("the prompt is longer than the context", param: "messages")
    }
    if words.first == "break" { throw Mystery() }
    let isFree = state.withLock { state in
      state.requests.append(request)
      guard state.running + request.samples <= slots else { return false }
      state.running += request.samples
      state.accepted += request.samples
      return true
    }
    guard isFree else { throw ServiceError.queueFull(retryAfterSeconds: 7) }
    return (0..<request.samples).map { _ in stream(request, words) }
  }

  private func stream(
    _ request: InferenceRequest, _ words: [String]
  ) -> AsyncThrowingStream<InferenceEvent, any Error> {
    let (stream, continuation) = AsyncThrowingStream<InferenceEvent, any Error>.makeStream()
    let task = Task {
      do {
        try await run(request, words) { continuation.yield($0) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { [self] reason in
      task.cancel()
      state.withLock { state in
        state.running -= 1
        if case .cancelled = reason { state.cancelled += 1 } else { state.completed += 1 }
      }
    }
    return stream
  }

  private func run(
    _ request: InferenceRequest, _ words: [String], _ emit: (InferenceEvent) -> Void
  ) async throws {
    let verb = words.first ?? ""
    let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
    let isCommand = ["count", "fail", "hang", "early"].contains(verb)
    let tokens = isCommand ? (0..<number).map { " \($0 + 1)" } : words.map { " \($0)" }
    emit(.started(promptTokens: words.count, cachedTokens: min(1, words.count), echo: echo(request, words)))
    var text = ""
    var generated = 0
    for token in tokens {
      if generated == request.maximumTokens ?? 4096 {
        emit(.finished(.length, completionTokens: generated))
        return
      }
      if let pace { try await Task.sleep(for: pace) }
      generated += 1
      let before = text.count
      text += token
      let cut = request.stop.compactMap { text.firstRange(of: $0)?.lowerBound }.min()
      let shown = cut.map { String(text[..<$0].dropFirst(before)) } ?? token
      emit(.token(GeneratedPiece(text: shown, score: request.alternatives.map { Self.score(token, alternatives: $0) })))
      if cut != nil {
        emit(.finished(.stop, completionTokens: generated))
        return
      }
    }
    switch verb {
    case "fail": throw ServiceError.failed("the engine broke at token \(number)")
    case "hang": try await Task.sleep(for: .seconds(3600))
    case "early": break
    default: emit(.finished(.stop, completionTokens: generated))
    }
  }

  private static func score(_ token: String, alternatives: Int) -> ChatLogProbability {
    func scored(_ text: String, _ logprob: Double) -> ScoredToken {
      ScoredToken(token: text, bytes: Array(text.utf8), logprob: logprob)
    }
    return ChatLogProbability(
      chosen: scored(token, -0.25),
      alternatives: (0..<alternatives).map { scored($0 == 0 ? token : " other\($0)", -0.25 - Double($0)) })
  }

  private func echo(_ request: InferenceRequest, _ words: [String]) -> EchoedPrompt? {
    guard request.echoes else { return nil }
    return EchoedPrompt(
      text: words.joined(separator: " "),
      tokens: request.alternatives == nil
        ? []
        : words.enumerated().map { index, word in
          let text = index == 0 ? word : " \(word)"
          return EchoedPrompt.Token(
            text: text, score: index == 0 ? nil : Self.score(text, alternatives: request.alternatives ?? 0))
        })
  }

  private static func text(of request: InferenceRequest) -> String {
    switch request.input {
    case .chat(let messages, _, _): messages.last?.content ?? ""
    case .prompt(.text(let text)): text
    case .prompt(.tokens(let tokens)): tokens.map(String.init).joined(separator: " ")
    }
  }

  private static func words(_ prompt: Prompt) -> [String] {
    switch prompt {
    case .text(let text): text.split(separator: " ").map(String.init)
    case .tokens(let tokens): tokens.map(String.init)
    }
  }
}
