internal import Layers
internal import Torch

// The pieces of a layer that the configuration's choices name.
extension DecoderConfiguration {
  func makeNorm(_ builder: ModuleBuilder) throws -> any Norm {
    try Layers.makeNorm(builder, kind: normalization, width: width, epsilon: normEpsilon)
  }

  /// Whether layer `layer` has a mixture of experts.
  func hasExperts(layer: Int) -> Bool { experts.map { layer >= $0.denseLayers } ?? false }

  /// The feed-forward network of layer `layer`.
  func makeFeedForward(
    _ builder: ModuleBuilder, layer: Int, initializer: Initializer, outputInitializer: Initializer
  ) throws -> any FeedForward {
    if let experts, hasExperts(layer: layer) {
      return try MixtureOfExperts(
        builder, width: width, shape: experts, activation: activation, bias: feedForwardBias,
        initializer: initializer, outputInitializer: outputInitializer)
    }
    switch feedForward {
    case .gated:
      return try GatedFeedForward(
        builder, width: width, intermediate: intermediate, activation: activation, bias: feedForwardBias,
        initializer: initializer, outputInitializer: outputInitializer)
    case .plain:
      return try PlainFeedForward(
        builder, width: width, intermediate: intermediate, activation: activation, bias: feedForwardBias,
        initializer: initializer, outputInitializer: outputInitializer)
    }
  }

  /// Features of a head that have a position.
  var rotaryFeatures: Int {
    if attention == .multiHeadLatent { return latent?.rotaryWidth ?? 0 }
    return headWidth
  }

  /// Those of them that are turned. Partial ones are rounded down, as Hugging Face does.
  var rotatedFeatures: Int { Int(Double(rotaryFeatures) * rotaryFraction) }

  /// The rotary embedding of the layers without a window, or of all; and that of the layers with one, where it differs.
  func makeRotary(device: Device) throws -> (global: RotaryEmbedding, local: RotaryEmbedding?) {
    let pairing = attention == .multiHeadLatent ? RotaryEmbedding.Pairing.neighbours : .halves
    let global = try RotaryEmbedding(
      features: rotaryFeatures, rotated: rotatedFeatures, base: ropeBase, scaling: ropeScaling,
      capacity: maximumPositions, pairing: pairing, device: device)
    let local = try slidingWindow?.ropeBase.map {
      try RotaryEmbedding(
        features: rotaryFeatures, rotated: rotatedFeatures, base: $0, capacity: maximumPositions, pairing: pairing,
        device: device)
    }
    return (global, local)
  }

  /// What attention multiplies scores with; nil: one over the square root of the head's width.
  var effectiveAttentionScale: Double? {
    let scaled = ropeScaling?.scoreScale ?? 1
    if scaled == 1 { return attentionScale }
    let latentWidth = latent.map { $0.positionlessWidth + $0.rotaryWidth }
    let queryWidth = attention == .multiHeadLatent ? latentWidth ?? headWidth : headWidth
    return (attentionScale ?? 1 / Double(queryWidth).squareRoot()) * scaled
  }
}
