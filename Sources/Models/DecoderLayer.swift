// B batch, T positions, N new tokens of all sequences, C width.
internal import Layers
internal import Torch

/// Attention and feed-forward, each behind a norm and added to the residual stream, in the configuration's layout.
struct DecoderLayer {
  let attention: any Attention
  /// Whether its attention has a window.
  let isLocal: Bool
  private let layout: BlockLayout
  private let attentionNorm: any Norm
  private let feedForward: any FeedForward
  private let feedForwardNorm: any Norm
  /// Of what the branches add, in the layout that has them.
  private let branchNorms: (attention: any Norm, feedForward: any Norm)?

  init(_ builder: ModuleBuilder, _ configuration: DecoderConfiguration, layer: Int) throws {
    let initial = Initializer.normal(standardDeviation: 0.02)
    // What writes to the residual stream starts smaller, so that its variance does not grow with depth (GPT-2).
    let residual = Initializer.normal(
      standardDeviation: 0.02 / (2 * Double(configuration.layers)).squareRoot())
    layout = configuration.layout
    isLocal = configuration.slidingWindow?.layers[layer] ?? false
    attentionNorm = try configuration.makeNorm(builder["input_layernorm"])
    attention = try Self.makeAttention(
      builder["self_attn"], configuration, window: isLocal ? configuration.slidingWindow?.positions : nil,
      initializer: initial, outputInitializer: residual)
    let afterAttention = try configuration.makeNorm(builder["post_attention_layernorm"])
    if layout == .sandwich {
      feedForwardNorm = try configuration.makeNorm(builder["pre_feedforward_layernorm"])
      branchNorms = (afterAttention, try configuration.makeNorm(builder["post_feedforward_layernorm"]))
    } else {
      feedForwardNorm = afterAttention
      branchNorms = nil
    }
    feedForward = try configuration.makeFeedForward(
      builder["mlp"], layer: layer, initializer: initial, outputInitializer: residual)
  }

  private static func makeAttention(
    _ builder: ModuleBuilder, _ configuration: DecoderConfiguration, window: Int?, initializer: Initializer,
    outputInitializer: Initializer
  ) throws -> any Attention {
    guard let groups = configuration.effectiveKeyValueHeads else {
      guard let latent = configuration.latent else { throw ConfigurationError.latentMissing }
      return try MultiHeadLatentAttention(
        builder, width: configuration.width, heads: configuration.heads, shape: latent,
        scale: configuration.effectiveAttentionScale, window: window, normEpsilon: configuration.normEpsilon,
        initializer: initializer, outputInitializer: outputInitializer)
    }
    var shape = GroupedQueryShape(
      heads: configuration.heads, keyValueHeads: groups, headWidth: configuration.headWidth)
    shape.bias = configuration.attentionBias
    shape.outputBias = configuration.attentionOutputBias
    shape.scale = configuration.effectiveAttentionScale
    shape.window = window
    return try GroupedQueryAttention(
      builder, width: configuration.width, shape: shape,
      makeNorm: configuration.queryKeyNorm
        ? {
          try Layers.makeNorm(
            $0, kind: configuration.normalization, width: configuration.headWidth, epsilon: configuration.normEpsilon)
        } : nil,
      initializer: initializer, outputInitializer: outputInitializer)
  }

  /// Whole sequences, [B, T, C] -> [B, T, C].
  func callAsFunction(_ input: Tensor, rotation: Rotation) throws -> Tensor {
    try block(
      input, normalise: { try $0($1) }, attend: { try attention($0, rotation: rotation) }, feed: { try feedForward($0) }
    )
  }

  /// New tokens behind what the caches hold, [N, C] -> [N, C]. Without gradients.
  func step(_ input: Tensor, rotation: Rotation, batch: RaggedBatch, caches: [LayerCache]) throws -> Tensor {
    try block(
      input, normalise: { try $0.step($1) },
      attend: { try attention.step($0, rotation: rotation, batch: batch, caches: caches) },
      feed: { try feedForward.step($0) })
  }

  private func block(
    _ input: Tensor, normalise: (any Norm, Tensor) throws -> Tensor, attend: (Tensor) throws -> Tensor,
    feed: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    var attended = try attend(normalise(attentionNorm, input))
    if let branchNorms { attended = try normalise(branchNorms.attention, attended) }
    let mixed = try input + attended
    var fed = try feed(normalise(feedForwardNorm, layout == .parallel ? input : mixed))
    if let branchNorms { fed = try normalise(branchNorms.feedForward, fed) }
    return try mixed + fed
  }
}
