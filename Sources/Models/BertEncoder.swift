// B texts, T tokens of the longest, C width, H heads, D features of a head, V vocabulary.
public import Layers
public import Torch

/// An encoder of the BERT kind (arXiv 1810.04805) for embeddings of sentences. Parameter names are Hugging Face's, without
/// a prefix; the pooler, which sentence embeddings do not use, is left out.
public final class BertEncoder {
  public let configuration: BertConfiguration
  public let parameters: ParameterStore
  private let words: Embedding
  private let positions: Embedding
  private let segments: Embedding
  private let norm: LayerNorm
  private let layers: [BertLayer]

  /// - Throws: ``ConfigurationError`` for numbers that make no model, ``Layers/ParameterError`` for a source that does
  ///   not fit.
  public init(
    _ configuration: BertConfiguration, source: any ParameterSource, plan: any LinearPlan = DensePlan(),
    dtype: DType = .float32, device: Device = .cpu
  ) throws {
    try configuration.validate()
    let root = ModuleBuilder(source: source, plan: plan, dtype: dtype, device: device)
    let embeddings = root["embeddings"]
    self.configuration = configuration
    parameters = root.store
    func table(_ name: String, _ count: Int) throws -> Embedding {
      try Embedding(embeddings[name], vocabulary: count, width: configuration.width, initializer: BertLayer.initial)
    }
    words = try table("word_embeddings", configuration.vocabulary)
    positions = try table("position_embeddings", configuration.maximumPositions)
    segments = try table("token_type_embeddings", configuration.segments)
    norm = try LayerNorm(embeddings["LayerNorm"], width: configuration.width, epsilon: configuration.normEpsilon)
    layers = try (0..<configuration.layers).map { try BertLayer(root["encoder"]["layer"][$0], configuration) }
    try source.finish()
  }

  public var device: Device { words.weight.tensor.device }

  /// The last layer's output, token ids [B, T] -> [B, T, C].
  ///
  /// - Parameter lengths: for each text, how many of its tokens are not padding; nil: all.
  public func hidden(_ tokens: Tensor, lengths: [Int]? = nil) throws -> Tensor {
    let length = tokens.size(1)
    guard length <= configuration.maximumPositions else {
      throw PositionError.beyondContext(positions: length, capacity: configuration.maximumPositions)
    }
    let places = try positions.weight.tensor.narrow(dimension: 0, from: 0, length: length)  // [T, C]
    let segment = try segments.weight.tensor.narrow(dimension: 0, from: 0, length: 1)  // [1, C]
    let isPadded = lengths?.contains { $0 != length } ?? false
    let padding = isPadded ? try self.mask(lengths ?? [], length) : nil
    var hidden = try norm(words(tokens) + segment + places)
    for layer in layers { hidden = try layer(hidden, mask: padding) }
    return hidden
  }

  /// The embeddings of texts, [B, C] in fp32, without gradients. Texts beyond ``BertConfiguration/usableTokens`` are cut.
  ///
  /// - Throws: ``EncoderError`` for an empty text or a token beyond the vocabulary.
  public func embeddings(_ texts: [[UInt32]]) throws -> Tensor {
    let cut = texts.map { $0.prefix(configuration.usableTokens) }
    for text in cut {
      guard !text.isEmpty else { throw EncoderError.emptyText }
      for token in text where Int(token) >= configuration.vocabulary {
        throw EncoderError.tokenOutOfRange(token, vocabulary: configuration.vocabulary)
      }
    }
    let lengths = cut.map(\.count)
    guard let longest = lengths.max() else { return try Tensor.empty([0, configuration.width], device: device) }
    return try withoutGradients {
      let padded = cut.flatMap { $0.map(Int64.init) + [Int64](repeating: 0, count: longest - $0.count) }
      let tokens = try Tensor(padded, shape: [cut.count, longest]).to(device: device)
      let pooled = try pool(hidden(tokens, lengths: lengths).to(dtype: .float32), lengths)
      guard configuration.normalizes else { return pooled }
      // As torch.nn.functional.normalize: a zero vector stays one.
      return try pooled / pooled.vectorNorm(over: [-1], keepingDimensions: true).clamped(from: 1e-12)
    }
  }

  private func pool(_ hidden: Tensor, _ lengths: [Int]) throws -> Tensor {
    switch configuration.pooling {
    case .first:
      return try hidden.select(dimension: 1, index: 0)
    case .mean:
      let longest = hidden.size(1)
      let weights = lengths.flatMap { length in
        (0..<longest).map { $0 < length ? 1 / Float(length) : 0 }
      }
      let table = try Tensor(weights, shape: [lengths.count, 1, longest]).to(device: device)
      return try table.matmul(hidden).squeezed(1)  // [B, 1, T] x [B, T, C]
    }
  }

  /// An additive mask [B, 1, 1, T] that hides padding.
  private func mask(_ lengths: [Int], _ length: Int) throws -> Tensor {
    let hidden = lengths.flatMap { visible in (0..<length).map { $0 < visible ? 0 : -Float.infinity } }
    return try Tensor(hidden, shape: [lengths.count, 1, 1, length])
      .to(dtype: words.weight.tensor.dtype).to(device: device)
  }
}

/// A text that an encoder cannot read.
public enum EncoderError: Error, Hashable, CustomStringConvertible {
  case emptyText
  case tokenOutOfRange(UInt32, vocabulary: Int)

  public var description: String {
    switch self {
    case .emptyText: "a text without tokens has no embedding; give at least one"
    case .tokenOutOfRange(let token, let vocabulary):
      "token \(token) is beyond the encoder's \(vocabulary); check that the tokenizer is the model's"
    }
  }
}

/// Attention and feed-forward, each added and then normalised.
private struct BertLayer {
  static let initial = Initializer.normal(standardDeviation: 0.02)
  private let heads: Int
  private let query: any Projection
  private let key: any Projection
  private let value: any Projection
  private let output: any Projection
  private let attentionNorm: LayerNorm
  private let up: any Projection
  private let down: any Projection
  private let feedForwardNorm: LayerNorm
  private let activation: Activation

  init(_ builder: ModuleBuilder, _ configuration: BertConfiguration) throws {
    let width = configuration.width
    let attention = builder["attention"]
    func linear(_ builder: ModuleBuilder, _ name: String, from inputs: Int, to outputs: Int) throws -> any Projection {
      try builder.linear(name, from: inputs, to: outputs, bias: true, Self.initial)
    }
    heads = configuration.heads
    activation = configuration.activation
    query = try linear(attention["self"], "query", from: width, to: width)
    key = try linear(attention["self"], "key", from: width, to: width)
    value = try linear(attention["self"], "value", from: width, to: width)
    output = try linear(attention["output"], "dense", from: width, to: width)
    attentionNorm = try LayerNorm(
      attention["output"]["LayerNorm"], width: width, epsilon: configuration.normEpsilon)
    up = try linear(builder["intermediate"], "dense", from: width, to: configuration.intermediate)
    down = try linear(builder["output"], "dense", from: configuration.intermediate, to: width)
    feedForwardNorm = try LayerNorm(builder["output"]["LayerNorm"], width: width, epsilon: configuration.normEpsilon)
  }

  /// [B, T, C] -> [B, T, C]
  func callAsFunction(_ input: Tensor, mask: Tensor?) throws -> Tensor {
    let (batch, length, width) = (input.size(0), input.size(1), input.size(2))
    func split(_ tensor: Tensor) throws -> Tensor {
      try tensor.view(batch, length, heads, width / heads).transposed(1, 2)  // [B, H, T, D]
    }
    let mixed = try scaledDotProductAttention(
      query: split(query(input)), key: split(key(input)), value: split(value(input)), mask: mask, isCausal: false)
    let attended = try output(mixed.transposed(1, 2).reshaped(batch, length, width))
    let middle = try attentionNorm(attended + input)
    return try feedForwardNorm(down(activation(up(middle))) + middle)
  }
}
