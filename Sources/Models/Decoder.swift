// B batch, T positions, C width, V vocabulary.
public import Layers
public import Torch

/// A decoder-only transformer, put together as its configuration says. Parameter names are Hugging Face's: Llama's for
/// every family, DeepSeek-V2's for latent attention, Gemma 3's for norms behind a branch.
public final class Decoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterStore
  let embedding: Embedding
  let layers: [DecoderLayer]
  let norm: any Norm
  let vocabulary: any VocabularyProjection
  let rotary: (global: RotaryEmbedding, local: RotaryEmbedding?)
  /// What embeddings are multiplied with, rounded to the weights' type.
  let embeddingScale: Double

  /// - Throws: ``ConfigurationError`` for numbers that make no model, ``Layers/ParameterError`` for a source that does
  ///   not fit.
  public init(
    _ configuration: DecoderConfiguration, source: any ParameterSource, plan: any LinearPlan = DensePlan(),
    dtype: DType = .float32, device: Device = .cpu
  ) throws {
    try configuration.validate()
    let root = ModuleBuilder(source: source, plan: plan, dtype: dtype, device: device)
    let initial = Initializer.normal(standardDeviation: 0.02)
    let model = root["model"]
    self.configuration = configuration
    parameters = root.store
    embedding = try Embedding(
      model["embed_tokens"], vocabulary: configuration.vocabulary, width: configuration.width, initializer: initial)
    layers = try (0..<configuration.layers).map { try DecoderLayer(model["layers"][$0], configuration, layer: $0) }
    norm = try configuration.makeNorm(model["norm"])
    let plain = try plan.makeVocabularyProjection(
      root["lm_head"], width: configuration.width, vocabulary: configuration.vocabulary,
      tied: configuration.tiedEmbeddings ? embedding.weight : nil, initializer: initial)
    vocabulary = configuration.logitSoftcap.map { SoftcappedProjection(plain, cap: $0) } ?? plain
    rotary = try configuration.makeRotary(device: device)
    embeddingScale = try Self.rounded(configuration.embeddingScale, to: dtype)
    try source.finish()
  }

  private static func rounded(_ number: Double, to dtype: DType) throws -> Double {
    number == 1 ? 1 : try Tensor([number]).to(dtype: dtype).to(dtype: .float64).item()
  }

  public var device: Device { embedding.weight.tensor.device }
  public var dtype: DType { embedding.weight.tensor.dtype }

  /// The last layer's normalised output over whole sequences, token ids [B, T] -> [B, T, C].
  public func hidden(_ tokens: Tensor) throws -> Tensor {
    let length = tokens.size(1)
    let rotation = try rotary.global.rotation(from: 0, length: length, dtype: dtype)
    let local = try rotary.local?.rotation(from: 0, length: length, dtype: dtype)
    var hidden = try embedded(tokens)
    for layer in layers {
      hidden = try layer(hidden, rotation: layer.isLocal ? local ?? rotation : rotation)
    }
    return try norm(hidden)
  }

  /// Token ids [...] -> [..., C].
  func embedded(_ tokens: Tensor) throws -> Tensor {
    let vectors = try embedding(tokens)
    return embeddingScale == 1 ? vectors : try vectors * embeddingScale
  }

  /// Token ids [B, T] -> logits [B, T, V].
  public func logits(_ tokens: Tensor) throws -> Tensor { try vocabulary(hidden(tokens)) }

  /// Mean negative log-likelihood in nats of `targets` [B, T], each the token after the one at its place in `tokens`.
  /// - Throws: ``DecoderError/notTrainable`` when its plan holds no matrix to train.
  public func loss(_ tokens: Tensor, targets: Tensor) throws -> Tensor {
    guard let matrix = vocabulary.matrix else { throw DecoderError.notTrainable }
    return try LanguageModelLoss.mean(
      hidden(tokens).view(-1, configuration.width), weight: matrix.tensor, targets: targets.reshaped(-1),
      softcap: configuration.logitSoftcap)
  }

  /// Negative log-likelihood of every target, [B, T] in nats, without gradients.
  public func negativeLogLikelihoods(_ tokens: Tensor, targets: Tensor) throws -> Tensor {
    try withoutGradients {
      try LanguageModelLoss.each(
        hidden(tokens).view(-1, configuration.width), vocabulary: vocabulary, targets: targets.reshaped(-1)
      ).view(tokens.size(0), tokens.size(1))
    }
  }
}
