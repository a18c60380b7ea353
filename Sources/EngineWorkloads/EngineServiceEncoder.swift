internal import Checkpoints
internal import Models
internal import OpenAIWire
internal import Serving
internal import Tokenization

/// An encoder on its thread.
struct ServedEncoder: Sendable {
  let name: String
  let dimensions: Int
  let context: Int
  let worker: EncoderWorker
  private let vocabulary: Int

  init(_ source: EngineService.Source, settings: EngineService.Settings) async throws {
    let configuration = try source.checkpoint.encoderConfiguration()
    name = source.name
    dimensions = configuration.width
    context = configuration.usableTokens
    vocabulary = configuration.vocabulary
    worker = try await EncoderWorker(
      source.checkpoint, threads: settings.threads, maximumQueued: settings.maximumQueued)
  }

  /// Texts that are too long are cut, as sentence-transformers does; tokens that are too many are refused.
  func embed(_ inputs: [Prompt]) async throws -> EmbeddingResult {
    for (index, input) in inputs.enumerated() {
      guard case .tokens(let tokens) = input else { continue }
      guard tokens.count <= context else {
        throw ServiceError.invalid(
          "input \(index) has \(tokens.count) tokens, more than the \(context) that \(name) takes", param: "input")
      }
      if let wrong = tokens.first(where: { $0 >= vocabulary }) {
        throw ServiceError.invalid(
          "input \(index) has token \(wrong), but the vocabulary ends at \(vocabulary - 1)", param: "input")
      }
    }
    return try await worker.run { encoder, willContinue in
      let tokens = inputs.map { input in
        switch input {
        case .text(let text): encoder.tokens(text)
        case .tokens(let tokens): tokens
        }
      }
      do {
        return EmbeddingResult(
          vectors: try encoder.embeddings(tokens, willContinue: willContinue),
          promptTokens: tokens.reduce(0) { $0 + $1.count })
      } catch let error as EncoderError {
        throw ServiceError.invalid("\(error)", param: "input")
      }
    }
  }
}
