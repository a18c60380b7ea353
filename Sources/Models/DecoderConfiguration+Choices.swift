// What families differ in beside their sizes. Every choice has the Llama value as its default.

/// How a layer normalises.
public enum NormalizationKind: String, Sendable, Codable, Hashable {
  /// Root mean square with a scale (arXiv 1910.07467).
  case rootMeanSquare
  /// The same with a scale stored as its difference from one, as in Gemma.
  case rootMeanSquarePlusOne
  /// Mean and variance, scale and bias (arXiv 1607.06450).
  case layer
}

/// Where a layer's norms and its two branches stand.
public enum BlockLayout: String, Sendable, Codable, Hashable {
  /// A norm before attention and one before the feed-forward network, each branch added in turn (Llama).
  case sequential
  /// The same, and a norm after each branch before it is added (Gemma 2 and 3).
  case sandwich
  /// Both branches read the layer's input, each through a norm of its own, and are added together (GPT-NeoX).
  case parallel
}

/// The nonlinearity of a feed-forward network.
public enum Activation: String, Sendable, Codable, Hashable {
  case silu
  /// The exact Gaussian error linear unit.
  case gelu
  /// Its approximation by a hyperbolic tangent.
  case geluTanh
}

/// A feed-forward network with or without a gate.
public enum FeedForwardKind: String, Sendable, Codable, Hashable {
  /// down(act(gate(x)) * up(x))
  case gated
  /// down(act(up(x)))
  case plain
}

/// How rotary frequencies are changed for contexts longer than those trained on.
public enum RotaryScaling: Sendable, Codable, Hashable {
  /// Positions divided by a factor (arXiv 2306.15595).
  case linear(factor: Double)
  /// Llama 3.1's: low frequencies divided, high ones kept, those between blended.
  case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
  /// YaRN (arXiv 2309.00071). `attentionFactor` multiplies cosines and sines; nil: worked out from the factor.
  /// `scoreScale` multiplies attention's scale, as DeepSeek-V2's `mscale_all_dim` does.
  case yarn(
    factor: Double, originalPositions: Int, betaFast: Double, betaSlow: Double, attentionFactor: Double?,
    scoreScale: Double, truncates: Bool)
  /// LongRoPE (arXiv 2402.13753): one factor a frequency, for short and for long contexts, as in Phi-3.
  case longrope(shortFactors: [Double], longFactors: [Double], originalPositions: Int, attentionFactor: Double?)
}

/// A mixture of experts in place of the feed-forward network.
public struct ExpertShape: Sendable, Codable, Hashable {
  /// Routed experts of a layer.
  public var count: Int
  /// Experts that each token goes through.
  public var active: Int
  /// Inner width of a routed expert.
  public var intermediate: Int
  /// Inner width of the shared experts together; nil: there are none.
  public var sharedIntermediate: Int?
  /// The first layers that have a plain feed-forward network all the same.
  public var denseLayers: Int
  /// Whether the chosen experts' weights are scaled to a sum of one.
  public var normalizesWeights: Bool
  /// What the chosen experts' weights are multiplied with.
  public var weightScale: Double
  /// Groups of experts, of which only the best `activeGroups` are considered (DeepSeek-V2's device-limited routing).
  public var groups: Int
  public var activeGroups: Int

  public init(
    count: Int, active: Int, intermediate: Int, sharedIntermediate: Int? = nil, denseLayers: Int = 0,
    normalizesWeights: Bool = true, weightScale: Double = 1, groups: Int = 1, activeGroups: Int = 1
  ) {
    self.count = count
    self.active = active
    self.intermediate = intermediate
    self.sharedIntermediate = sharedIntermediate
    self.denseLayers = denseLayers
    self.normalizesWeights = normalizesWeights
    self.weightScale = weightScale
    self.groups = groups
    self.activeGroups = activeGroups
  }
}

/// Attention that sees only the latest positions.
public struct SlidingWindow: Sendable, Codable, Hashable {
  /// Positions a token sees, itself included.
  public var positions: Int
  /// For each layer, whether it has the window.
  public var layers: [Bool]
  /// The rotary base of the layers with the window, unscaled; nil: the model's base and scaling (Gemma 3 has 10,000).
  public var ropeBase: Double?

  public init(positions: Int, layers: [Bool], ropeBase: Double? = nil) {
    self.positions = positions
    self.layers = layers
    self.ropeBase = ropeBase
  }
}
