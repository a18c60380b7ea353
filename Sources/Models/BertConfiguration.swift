public import Layers

/// How an encoder's outputs over a text become one vector.
public enum Pooling: String, Sendable, Codable, Hashable {
  /// The mean over the text's tokens.
  case mean
  /// The first token's.
  case first = "cls"
}

/// The shape of an encoder of the BERT kind (arXiv 1810.04805), and how it makes sentence embeddings (arXiv 1908.10084).
public struct BertConfiguration: Sendable, Codable, Hashable {
  public var vocabulary: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var intermediate: Int
  /// The longest text in tokens that there are positions for.
  public var maximumPositions: Int
  /// Kinds of segments; embeddings of sentences use the first.
  public var segments: Int
  public var normEpsilon: Double
  public var activation = Activation.gelu
  public var pooling = Pooling.mean
  /// Whether embeddings are scaled to the length one.
  public var normalizes = true
  /// Where texts are cut, in tokens, special ones included; nil: at `maximumPositions`.
  public var maximumTokens: Int?

  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, intermediate: Int, maximumPositions: Int = 512,
    segments: Int = 2, normEpsilon: Double = 1e-12
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.layers = layers
    self.heads = heads
    self.intermediate = intermediate
    self.maximumPositions = maximumPositions
    self.segments = segments
    self.normEpsilon = normEpsilon
  }

  /// Tokens of a text that are looked at.
  public var usableTokens: Int { min(maximumTokens ?? maximumPositions, maximumPositions) }

  /// Checks that the numbers make a model.
  /// - Throws: ``ConfigurationError``.
  public func validate() throws {
    let sizes = [
      ("vocabulary", vocabulary), ("width", width), ("layers", layers), ("heads", heads),
      ("intermediate", intermediate), ("maximum-positions", maximumPositions), ("segments", segments),
      ("maximum-tokens", maximumTokens ?? 1),
    ]
    for (name, value) in sizes where value < 1 { throw ConfigurationError.notPositive(name: name, value: value) }
    for (name, value) in sizes where value > 1 << 26 { throw ConfigurationError.tooLarge(name: name, value: value) }
    guard layers <= DecoderConfiguration.maximumLayers else {
      throw ConfigurationError.tooLarge(name: "layers", value: layers)
    }
    guard width % heads == 0 else {
      throw ConfigurationError.notDivisible(name: "heads", value: heads, by: "width", width)
    }
    guard normEpsilon.isFinite, normEpsilon >= 0 else {
      throw ConfigurationError.notAllowed(name: "norm-epsilon", value: normEpsilon, allowed: "0 and more")
    }
    let layer = 4 * Double(width) * Double(width) + 2 * Double(width) * Double(intermediate)
    let rough = Double(layers) * layer + Double(width) * Double(vocabulary + maximumPositions + segments)
    guard rough < 1e13 else { throw ConfigurationError.tooManyParameters(rough) }
  }

  /// Weights, norms and biases.
  public var parameters: Int {
    let attention = 4 * (width * width + width)
    let feedForward = 2 * width * intermediate + intermediate + width
    return layers * (attention + feedForward + 4 * width) + (vocabulary + maximumPositions + segments + 2) * width
  }

  /// Floating-point operations of one token's forward pass in a text of `length` tokens.
  public func forwardFLOPsPerToken(length: Int) -> Double {
    let weights = 4 * Double(width) * Double(width) + 2 * Double(width) * Double(intermediate)
    return Double(layers) * (2 * weights + 4 * Double(width) * Double(length))
  }
}
