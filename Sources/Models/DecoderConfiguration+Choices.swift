// What families differ in beside their sizes. Every choice has the Llama value as its default.

/// Where a layer's norms and its two branches stand.
public enum BlockLayout: String, Sendable, Codable, Hashable {
  /// A norm before attention and one before the feed-forward network, each branch added in turn (Llama).
  case sequential
  /// The same, and a norm after each branch before it is added (Gemma 2 and 3).
  case sandwich
  /// Both branches read the layer's input, each through a norm of its own, and are added together (GPT-NeoX).
  case parallel
}

/// A feed-forward network with or without a gate.
public enum FeedForwardKind: String, Sendable, Codable, Hashable {
  /// down(act(gate(x)) * up(x))
  case gated
  /// down(act(up(x)))
  case plain
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
