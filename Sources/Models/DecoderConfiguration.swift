public import Layers

/// The shape of a decoder-only transformer of the Llama and Qwen2.5 kind: pre-norm, rotary positions, gated
/// feed-forward. What mixes positions is a choice.
public struct DecoderConfiguration: Sendable, Codable, Hashable {
  public var vocabulary: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  /// Key-value heads of grouped-query attention. Multi-head takes `heads`, multi-query 1, latent none.
  public var keyValueHeads: Int
  public var headWidth: Int
  public var intermediate: Int
  public var attention: AttentionKind
  /// Whether queries, keys and values have a bias, as in Qwen2.
  public var attentionBias: Bool
  public var latent: LatentShape?
  /// Whether the output projection is the embedding.
  public var tiedEmbeddings: Bool
  public var ropeBase: Double
  public var normEpsilon: Double
  public var maximumPositions: Int

  // What families differ in, see DecoderConfiguration+Choices.swift. Set after init; the defaults are Llama's.
  public var normalization = NormalizationKind.rootMeanSquare
  public var layout = BlockLayout.sequential
  public var feedForward = FeedForwardKind.gated
  public var activation = Activation.silu
  /// Whether the feed-forward network's projections, and attention's output projection, have a bias.
  public var feedForwardBias = false
  public var attentionOutputBias = false
  /// Whether queries and keys are normalised per head before they are turned (Qwen3, Gemma 3).
  public var queryKeyNorm = false
  public var experts: ExpertShape?
  public var ropeScaling: RotaryScaling?
  /// The part of a head's features that is turned by position.
  public var rotaryFraction = 1.0
  public var slidingWindow: SlidingWindow?
  /// What scores are multiplied with; nil: one over the square root of the head's width.
  public var attentionScale: Double?
  /// What embeddings are multiplied with (Gemma: the square root of the width, rounded to the weights' type).
  public var embeddingScale = 1.0
  /// Logits become cap * tanh(logits / cap).
  public var logitSoftcap: Double?

  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int, headWidth: Int? = nil,
    intermediate: Int, attention: AttentionKind = .groupedQuery, attentionBias: Bool = false,
    latent: LatentShape? = nil, tiedEmbeddings: Bool = true, ropeBase: Double = 10_000, normEpsilon: Double = 1e-6,
    maximumPositions: Int = 2048
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth ?? (heads > 0 ? width / heads : 0)
    self.intermediate = intermediate
    self.attention = attention
    self.attentionBias = attentionBias
    self.latent = latent
    self.tiedEmbeddings = tiedEmbeddings
    self.ropeBase = ropeBase
    self.normEpsilon = normEpsilon
    self.maximumPositions = maximumPositions
  }

  /// Key-value heads the chosen attention really has; nil for latent attention, which has none.
  public var effectiveKeyValueHeads: Int? {
    switch attention {
    case .multiHead: heads
    case .multiQuery: 1
    case .groupedQuery: keyValueHeads
    case .multiHeadLatent: nil
    }
  }

  /// The latent shape of DeepSeek-V2's proportions (arXiv 2405.04434, section 2.1.4): L = 4 D, R = D / 2,
  /// rounded down to a pair.
  public var defaultLatent: LatentShape {
    LatentShape(
      keyValueRank: 4 * headWidth, positionlessWidth: headWidth, rotaryWidth: max(2, headWidth / 4 * 2),
      valueWidth: headWidth)
  }

  /// The same shape with another attention.
  public func with(attention: AttentionKind) -> DecoderConfiguration {
    var changed = self
    changed.attention = attention
    if attention == .multiHeadLatent, changed.latent == nil { changed.latent = defaultLatent }
    return changed
  }
}
