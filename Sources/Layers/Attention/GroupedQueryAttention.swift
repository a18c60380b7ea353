// B batch, T positions of a sequence, N new tokens of all sequences, S positions seen, C width, H heads, G key-value
// heads, D features of a head.
public import Torch

/// What grouped-query attention differs in from family to family.
public struct GroupedQueryShape: Sendable, Hashable {
  public var heads: Int
  public var keyValueHeads: Int
  public var headWidth: Int
  /// Whether queries, keys and values have a bias, as in Qwen2.
  public var bias = false
  public var outputBias = false
  /// What scores are multiplied with; nil: one over the square root of the head's width.
  public var scale: Double?
  /// Positions a token sees, itself included; nil: all of them.
  public var window: Int?

  public init(heads: Int, keyValueHeads: Int, headWidth: Int) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
  }
}

/// Attention whose H query heads share G key-value heads (arXiv 2305.13245). G = H is multi-head attention, G = 1
/// multi-query attention.
public struct GroupedQueryAttention: Attention {
  public let shape: GroupedQueryShape
  let projections: any ProjectionGroup
  let norms: (query: any Norm, key: any Norm)?
  let output: any Projection

  /// - Parameters:
  ///   - makeNorm: makes the norms `q_norm` and `k_norm` over each head's features, before they are turned (Qwen3,
  ///     Gemma 3); nil: there are none.
  ///   - outputInitializer: of the projection that writes to the residual stream.
  public init(
    _ builder: ModuleBuilder, width: Int, shape: GroupedQueryShape,
    makeNorm: ((ModuleBuilder) throws -> any Norm)? = nil, initializer: Initializer, outputInitializer: Initializer
  ) throws {
    self.shape = shape
    let (queries, keys) = (shape.heads * shape.headWidth, shape.keyValueHeads * shape.headWidth)
    projections = try builder.group(
      from: width,
      [
        ProjectionRequest("q_proj", to: queries, bias: shape.bias, initializer),
        ProjectionRequest("k_proj", to: keys, bias: shape.bias, initializer),
        ProjectionRequest("v_proj", to: keys, bias: shape.bias, initializer),
      ])
    output = try builder.linear("o_proj", from: queries, to: width, bias: shape.outputBias, outputInitializer)
    norms = try makeNorm.map { (query: try $0(builder["q_norm"]), key: try $0(builder["k_norm"])) }
  }

  public var rotaryFeatures: Int { shape.headWidth }
  public var cacheShape: LayerCacheShape {
    LayerCacheShape(features: 2 * shape.keyValueHeads * shape.headWidth, window: shape.window)
  }

  public func flopsPerToken(context: Double) -> Double {
    let seen = shape.window.map { min(Double($0), context) } ?? context
    // Scores and weighted values: two products of D features a head for each position attended to.
    return projections.flopsPerToken + output.flopsPerToken + 4 * Double(shape.heads * shape.headWidth) * seen
  }

  /// [B, H, T, D] over [B, G, S, D] -> [B, T, H D]
  func attend(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ hiding: Hiding) throws -> Tensor {
    let (heads, groups) = (shape.heads, shape.keyValueHeads)
    // One shared head is a view; several are repeated inside the operator.
    let shared = groups == 1 && heads > 1
    var mask: Tensor?
    var isCausal = false
    switch hiding {
    case .nothing: break
    case .causal: isCausal = true
    case .masked(let tensor): mask = tensor
    }
    let mixed = try scaledDotProductAttention(
      query: queries,
      key: shared ? keys.expanded(-1, heads, -1, -1) : keys,
      value: shared ? values.expanded(-1, heads, -1, -1) : values,
      mask: mask, isCausal: isCausal, scale: shape.scale, groupedQueries: !shared && groups != heads)  // [B, H, T, D]
    let (batch, length) = (queries.size(0), queries.size(2))
    return try mixed.transposed(1, 2).reshaped(batch, length, heads * shape.headWidth)
  }

  public func callAsFunction(_ input: Tensor, rotation: Rotation) throws -> Tensor {
    let (batch, length) = (input.size(0), input.size(1))
    let parts = try projections(input)
    var queries = try parts[0].view(batch, length, shape.heads, shape.headWidth)
    var keys = try parts[1].view(batch, length, shape.keyValueHeads, shape.headWidth)
    if let norms {
      queries = try norms.query(queries)
      keys = try norms.key(keys)
    }
    let turnedQueries = try rotation(queries).transposed(1, 2)
    let turnedKeys = try rotation(keys).transposed(1, 2)
    let values = try parts[2].view(batch, length, shape.keyValueHeads, shape.headWidth).transposed(1, 2)
    var hiding = Hiding.causal
    if let window = shape.window, length > window {
      hiding = .masked(
        try causalMask(rows: length, columns: length, window: window, dtype: queries.dtype, device: queries.device))
    }
    return try output(attend(turnedQueries, turnedKeys, values, hiding))
  }
}
