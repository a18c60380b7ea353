// B batch, T positions, C width, V vocabulary.
public import Layers
public import Torch

/// A decoder-only transformer. Parameter names are Hugging Face's: Llama's and Qwen2's for multi-head, multi-query and
/// grouped-query attention, DeepSeek-V2's for latent attention.
public final class Decoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterStore
  private let embedding: Embedding
  private let layers: [DecoderLayer]
  private let norm: RMSNorm
  /// [V, C]
  private let outputWeight: Parameter
  private let rotary: RotaryEmbedding

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
    outputWeight =
      configuration.tiedEmbeddings
      ? embedding.weight
      : try root["lm_head"].parameter("weight", shape: [configuration.vocabulary, configuration.width], initial)
    rotary = try RotaryEmbedding(
      features: layers[0].attention.rotaryFeatures, base: configuration.ropeBase,
      capacity: configuration.maximumPositions,
      pairing: configuration.attention == .multiHeadLatent ? .neighbours : .halves, device: device)
    try source.finish()
  }

  public var device: Device { outputWeight.tensor.device }

  /// The last layer's normalised output over whole sequences, token ids [B, T] -> [B, T, C].
  public func hidden(_ tokens: Tensor) throws -> Tensor {
    let rotation = try rotary.rotation(from: 0, length: tokens.size(1), dtype: outputWeight.tensor.dtype)
    var hidden = try embedding(tokens)
    for layer in layers { hidden = try layer(hidden, rotation: rotation) }
    return try norm(hidden)
  }

  /// Token ids [B, T] -> logits [B, T, V].
  public func logits(_ tokens: Tensor) throws -> Tensor { try project(hidden(tokens), outputWeight.tensor) }

  /// Mean negative log-likelihood in nats of `targets` [B, T], each the token after the one at its place in `tokens`.
  public func loss(_ tokens: Tensor, targets: Tensor) throws -> Tensor {
    try LanguageModelLoss.mean(
      hidden(tokens).view(-1, configuration.width), weight: outputWeight.tensor, targets: targets.reshaped(-1))
  }

  /// Negative log-likelihood of every target, [B, T] in nats, without gradients.
  public func negativeLogLikelihoods(_ tokens: Tensor, targets: Tensor) throws -> Tensor {
    try withoutGradients {
      try LanguageModelLoss.each(
        hidden(tokens).view(-1, configuration.width), weight: outputWeight.tensor, targets: targets.reshaped(-1)
      ).view(tokens.size(0), tokens.size(1))
    }
  }

  /// Empty caches for `batch` sequences of at most `capacity` positions.
  public func makeState(batch: Int, capacity: Int) throws -> DecoderState {
    DecoderState(layers: try layers.map { try $0.attention.makeState(batch: batch, capacity: capacity) })
  }

  /// Adds T positions to the caches and returns their logits, [B, T] -> [B, T, V].
  public func extend(_ state: DecoderState, with tokens: Tensor) throws -> Tensor {
    try withoutGradients {
      let rotation = try rotary.rotation(
        from: state.length, length: tokens.size(1), dtype: outputWeight.tensor.dtype)
      var hidden = try embedding(tokens)
      for (layer, cache) in zip(layers, state.layers) {
        hidden = try layer(hidden) { try cache.extend($0, rotation: rotation) }
      }
      return try project(norm(hidden), outputWeight.tensor)
    }
  }
}

/// The caches of a decoder's layers.
public final class DecoderState {
  let layers: [any AttentionState]

  init(layers: [any AttentionState]) { self.layers = layers }

  public var length: Int { layers.first?.length ?? 0 }
  public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }
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
      attention = try GroupedQueryAttention(
        builder["self_attn"], width: configuration.width, heads: configuration.heads, keyValueHeads: groups,
        headWidth: configuration.headWidth, bias: configuration.attentionBias, initializer: initial,
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
