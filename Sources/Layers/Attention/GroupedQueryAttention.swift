// B batch, T new positions, S positions in all, C width, H heads, G key-value heads, D features of a head.
public import Torch

/// Attention whose H query heads share G key-value heads (arXiv 2305.13245). G = H is multi-head attention, G = 1
/// multi-query attention.
public struct GroupedQueryAttention: Attention {
  public let heads: Int
  public let keyValueHeads: Int
  public let headWidth: Int
  private let query: any Projection
  private let key: any Projection
  private let value: any Projection
  private let output: any Projection

  /// - Parameters:
  ///   - bias: whether queries, keys and values have one, as in Qwen2.
  ///   - outputInitializer: of the projection that writes to the residual stream.
  public init(
    _ builder: ModuleBuilder, width: Int, heads: Int, keyValueHeads: Int, headWidth: Int, bias: Bool,
    initializer: Initializer, outputInitializer: Initializer
  ) throws {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
    query = try builder.linear("q_proj", from: width, to: heads * headWidth, bias: bias, initializer)
    key = try builder.linear("k_proj", from: width, to: keyValueHeads * headWidth, bias: bias, initializer)
    value = try builder.linear("v_proj", from: width, to: keyValueHeads * headWidth, bias: bias, initializer)
    output = try builder.linear("o_proj", from: heads * headWidth, to: width, outputInitializer)
  }

  public var rotaryFeatures: Int { headWidth }
  public var cacheElementsPerToken: Int { 2 * keyValueHeads * headWidth }

  public func flopsPerToken(context: Double) -> Double {
    let projections = query.flopsPerToken + key.flopsPerToken + value.flopsPerToken + output.flopsPerToken
    // Scores and weighted values: two products of D features a head for each position attended to.
    return projections + 4 * Double(heads * headWidth) * context
  }

  /// Queries [B, H, T, D], keys and values [B, G, T, D] of new positions.
  private func project(_ input: Tensor, _ rotation: Rotation) throws -> (Tensor, Tensor, Tensor) {
    let (batch, length) = (input.size(0), input.size(1))
    let queries = try rotation(query(input).view(batch, length, heads, headWidth)).transposed(1, 2)
    let keys = try rotation(key(input).view(batch, length, keyValueHeads, headWidth)).transposed(1, 2)
    let values = try value(input).view(batch, length, keyValueHeads, headWidth).transposed(1, 2)
    return (queries, keys, values)
  }

  private func attend(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor?, isCausal: Bool
  ) throws -> Tensor {
    // One shared head is a view; several are repeated inside the operator.
    let shared = keyValueHeads == 1 && heads > 1
    let mixed = try scaledDotProductAttention(
      query: queries,
      key: shared ? keys.expanded(-1, heads, -1, -1) : keys,
      value: shared ? values.expanded(-1, heads, -1, -1) : values,
      mask: mask, isCausal: isCausal, groupedQueries: !shared && keyValueHeads != heads)  // [B, H, T, D]
    let (batch, length) = (queries.size(0), queries.size(2))
    return try output(mixed.transposed(1, 2).reshaped(batch, length, heads * headWidth))
  }

  public func callAsFunction(_ input: Tensor, rotation: Rotation) throws -> Tensor {
    let (queries, keys, values) = try project(input, rotation)
    return try attend(queries, keys, values, mask: nil, isCausal: true)
  }

  public func makeState(batch: Int, capacity: Int) throws -> any AttentionState {
    try State(self, batch: batch, capacity: capacity)
  }

  /// Keys and values of every position, [B, G, capacity, D] each.
  private final class State: AttentionState {
    private let attention: GroupedQueryAttention
    private let keys: Tensor
    private let values: Tensor
    private(set) var length = 0

    init(_ attention: GroupedQueryAttention, batch: Int, capacity: Int) throws {
      self.attention = attention
      let weight = try attention.key.effectiveWeight()
      let shape = [batch, attention.keyValueHeads, capacity, attention.headWidth]
      keys = try Tensor.zeros(shape, dtype: weight.dtype, device: weight.device)
      values = try Tensor.zeros(shape, dtype: weight.dtype, device: weight.device)
    }

    var byteCount: Int { keys.byteCount + values.byteCount }

    func extend(_ input: Tensor, rotation: Rotation) throws -> Tensor {
      let added = input.size(1)
      let (queries, newKeys, newValues) = try attention.project(input, rotation)
      try keys.narrow(dimension: 2, from: length, length: added).copyInPlace(from: newKeys)
      try values.narrow(dimension: 2, from: length, length: added).copyInPlace(from: newValues)
      length += added
      let mask = try causalMask(rows: added, columns: length, dtype: queries.dtype, device: queries.device)
      return try attention.attend(
        queries, keys.narrow(dimension: 2, from: 0, length: length),
        values.narrow(dimension: 2, from: 0, length: length), mask: mask, isCausal: false)
    }
  }
}
