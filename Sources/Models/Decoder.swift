// B batch, T positions, C width, V vocabulary.
public import Layers
public import Torch

/// A decoder-only transformer. Parameter names are Hugging Face's: Llama's and Qwen2's for multi-head, multi-query and
/// grouped-query attention, DeepSeek-V2's for latent attention.
public final class Decoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterStore
  let embedding: Embedding
  let layers: [DecoderLayer]
  let norm: RMSNorm
  let vocabulary: any VocabularyProjection
  let rotary: RotaryEmbedding

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
    layers = try (0..<configuration.layers).map { try DecoderLayer(model["layers"][$0], configuration) }
    norm = try RMSNorm(model["norm"], width: configuration.width, epsilon: configuration.normEpsilon)
    vocabulary = try plan.makeVocabularyProjection(
      root["lm_head"], width: configuration.width, vocabulary: configuration.vocabulary,
      tied: configuration.tiedEmbeddings ? embedding.weight : nil, initializer: initial)
    rotary = try RotaryEmbedding(
      features: layers[0].attention.rotaryFeatures, base: configuration.ropeBase,
      capacity: configuration.maximumPositions,
      pairing: configuration.attention == .multiHeadLatent ? .neighbours : .halves, device: device)
    try source.finish()
  }

  public var device: Device { embedding.weight.tensor.device }
  public var dtype: DType { embedding.weight.tensor.dtype }

  /// The last layer's normalised output over whole sequences, token ids [B, T] -> [B, T, C].
  public func hidden(_ tokens: Tensor) throws -> Tensor {
    let rotation = try rotary.rotation(from: 0, length: tokens.size(1), dtype: dtype)
    var hidden = try embedding(tokens)
    for layer in layers { hidden = try layer(hidden, rotation: rotation) }
    return try norm(hidden)
  }

  /// Token ids [B, T] -> logits [B, T, V].
  public func logits(_ tokens: Tensor) throws -> Tensor { try vocabulary(hidden(tokens)) }

  /// Mean negative log-likelihood in nats of `targets` [B, T], each the token after the one at its place in `tokens`.
  /// - Throws: ``DecoderError/notTrainable`` when its plan holds no matrix to train.
  public func loss(_ tokens: Tensor, targets: Tensor) throws -> Tensor {
    guard let matrix = vocabulary.matrix else { throw DecoderError.notTrainable }
    return try LanguageModelLoss.mean(
      hidden(tokens).view(-1, configuration.width), weight: matrix.tensor, targets: targets.reshaped(-1))
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

/// Attention and feed-forward, each behind a norm and added to the residual stream.
struct DecoderLayer {
  let attention: any Attention
  private let attentionNorm: RMSNorm
  private let feedForward: GatedFeedForward
  private let feedForwardNorm: RMSNorm

  init(_ builder: ModuleBuilder, _ configuration: DecoderConfiguration) throws {
    let initial = Initializer.normal(standardDeviation: 0.02)
    // What writes to the residual stream starts smaller, so that its variance does not grow with depth (GPT-2).
    let residual = Initializer.normal(
      standardDeviation: 0.02 / (2 * Double(configuration.layers)).squareRoot())
    attentionNorm = try RMSNorm(
      builder["input_layernorm"], width: configuration.width, epsilon: configuration.normEpsilon)
    if let groups = configuration.effectiveKeyValueHeads {
      var shape = GroupedQueryShape(
        heads: configuration.heads, keyValueHeads: groups, headWidth: configuration.headWidth)
      shape.bias = configuration.attentionBias
      attention = try GroupedQueryAttention(
        builder["self_attn"], width: configuration.width, shape: shape, initializer: initial,
        outputInitializer: residual)
    } else {
      guard let latent = configuration.latent else { throw ConfigurationError.latentMissing }
      attention = try MultiHeadLatentAttention(
        builder["self_attn"], width: configuration.width, heads: configuration.heads, shape: latent,
        normEpsilon: configuration.normEpsilon, initializer: initial, outputInitializer: residual)
    }
    feedForwardNorm = try RMSNorm(
      builder["post_attention_layernorm"], width: configuration.width, epsilon: configuration.normEpsilon)
    feedForward = try GatedFeedForward(
      builder["mlp"], width: configuration.width, intermediate: configuration.intermediate, initializer: initial,
      outputInitializer: residual)
  }

  func callAsFunction(_ input: Tensor, rotation: Rotation) throws -> Tensor {
    try self(input) { try attention($0, rotation: rotation) }
  }

  /// With whatever mixes the positions: whole sequences, or a cache.
  func callAsFunction(_ input: Tensor, mixing: (Tensor) throws -> Tensor) throws -> Tensor {
    let mixed = try input + mixing(attentionNorm(input))
    return try mixed + feedForward(feedForwardNorm(mixed))
  }
}
