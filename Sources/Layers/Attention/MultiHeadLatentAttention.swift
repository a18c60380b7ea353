// B batch, T new positions, S positions in all, C width, H heads; N features of a head without position, R with
// rotary position, V of a value; L rank of the key-value latent.
public import Torch

/// The sizes that set latent attention apart.
public struct LatentShape: Sendable, Codable, Hashable {
  /// L, the features that keys and values are read from (`kv_lora_rank`).
  public var keyValueRank: Int
  /// Rank of the queries' own latent (`q_lora_rank`); nil: queries are projected directly.
  public var queryRank: Int?
  /// N (`qk_nope_head_dim`).
  public var positionlessWidth: Int
  /// R, shared by all heads of a key (`qk_rope_head_dim`).
  public var rotaryWidth: Int
  /// V (`v_head_dim`).
  public var valueWidth: Int

  public init(
    keyValueRank: Int, queryRank: Int? = nil, positionlessWidth: Int, rotaryWidth: Int, valueWidth: Int
  ) {
    self.keyValueRank = keyValueRank
    self.queryRank = queryRank
    self.positionlessWidth = positionlessWidth
    self.rotaryWidth = rotaryWidth
    self.valueWidth = valueWidth
  }
}

/// Multi-head latent attention with decoupled rotary position (DeepSeek-V2, arXiv 2405.04434, equations 9 to 19).
///
/// Over a whole sequence keys and values are expanded from the latent. During generation the expansion is absorbed into
/// queries and outputs, so that the cache holds the latent and one rotary key alone.
public struct MultiHeadLatentAttention: Attention {
  public let heads: Int
  public let shape: LatentShape
  private let query: Query
  private let compress: any Projection
  private let latentNorm: RMSNorm
  private let expand: any Projection
  private let output: any Projection
  private let scale: Double

  private enum Query {
    case direct(any Projection)
    case latent(down: any Projection, norm: RMSNorm, up: any Projection)

    func callAsFunction(_ input: Tensor) throws -> Tensor {
      switch self {
      case .direct(let projection): try projection(input)
      case .latent(let down, let norm, let up): try up(norm(down(input)))
      }
    }

    var flopsPerToken: Double {
      switch self {
      case .direct(let projection): projection.flopsPerToken
      case .latent(let down, _, let up): down.flopsPerToken + up.flopsPerToken
      }
    }
  }

  public init(
    _ builder: ModuleBuilder, width: Int, heads: Int, shape: LatentShape, normEpsilon: Double = 1e-6,
    initializer: Initializer, outputInitializer: Initializer
  ) throws {
    self.heads = heads
    self.shape = shape
    let queryWidth = shape.positionlessWidth + shape.rotaryWidth
    if let rank = shape.queryRank {
      query = .latent(
        down: try builder.linear("q_a_proj", from: width, to: rank, initializer),
        norm: try RMSNorm(builder["q_a_layernorm"], width: rank, epsilon: normEpsilon),
        up: try builder.linear("q_b_proj", from: rank, to: heads * queryWidth, initializer))
    } else {
      query = .direct(try builder.linear("q_proj", from: width, to: heads * queryWidth, initializer))
    }
    compress = try builder.linear(
      "kv_a_proj_with_mqa", from: width, to: shape.keyValueRank + shape.rotaryWidth, initializer)
    latentNorm = try RMSNorm(builder["kv_a_layernorm"], width: shape.keyValueRank, epsilon: normEpsilon)
    expand = try builder.linear(
      "kv_b_proj", from: shape.keyValueRank, to: heads * (shape.positionlessWidth + shape.valueWidth), initializer)
    output = try builder.linear("o_proj", from: heads * shape.valueWidth, to: width, outputInitializer)
    scale = 1 / Double(queryWidth).squareRoot()
  }

  public var rotaryFeatures: Int { shape.rotaryWidth }
  public var cacheElementsPerToken: Int { shape.keyValueRank + shape.rotaryWidth }

  public func flopsPerToken(context: Double) -> Double {
    let projections =
      query.flopsPerToken + compress.flopsPerToken + expand.flopsPerToken + output.flopsPerToken
    let perPosition = 2 * Double(heads) * Double(shape.positionlessWidth + shape.rotaryWidth + shape.valueWidth)
    return projections + perPosition * context
  }

  /// Queries without and with position, [B, T, H, N] and [B, T, H, R].
  private func queries(_ input: Tensor, _ rotation: Rotation) throws -> (Tensor, Tensor) {
    let parts = try query(input)
      .view(input.size(0), input.size(1), heads, shape.positionlessWidth + shape.rotaryWidth)
      .split(sizes: [shape.positionlessWidth, shape.rotaryWidth], dimension: -1)
    return (parts[0], try rotation(parts[1].contiguous()))
  }

  /// The latent [B, T, L] and the shared rotary key [B, T, 1, R].
  private func latents(_ input: Tensor, _ rotation: Rotation) throws -> (Tensor, Tensor) {
    let parts = try compress(input).split(sizes: [shape.keyValueRank, shape.rotaryWidth], dimension: -1)
    return (try latentNorm(parts[0].contiguous()), try rotation(parts[1].unsqueezed(2).contiguous()))
  }

  public func callAsFunction(_ input: Tensor, rotation: Rotation) throws -> Tensor {
    let (batch, length) = (input.size(0), input.size(1))
    let (plainQueries, turnedQueries) = try queries(input, rotation)
    let (latent, turnedKey) = try latents(input, rotation)
    let expanded = try expand(latent)
      .view(batch, length, heads, shape.positionlessWidth + shape.valueWidth)
      .split(sizes: [shape.positionlessWidth, shape.valueWidth], dimension: -1)
    let query = try Tensor.concatenated([plainQueries, turnedQueries], dimension: -1)  // [B, T, H, N + R]
    let key = try Tensor.concatenated([expanded[0], turnedKey.expanded(-1, -1, heads, -1)], dimension: -1)
    // The fused kernels want values as wide as keys: the padding is cut off again.
    let width = shape.positionlessWidth + shape.rotaryWidth
    let padded = shape.valueWidth < width ? try expanded[1].padded(to: width) : expanded[1]
    let mixed = try scaledDotProductAttention(
      query: query.transposed(1, 2), key: key.transposed(1, 2), value: padded.transposed(1, 2), isCausal: true,
      scale: scale
    )
    .narrow(dimension: -1, from: 0, length: shape.valueWidth)  // [B, H, T, V]
    return try output(mixed.transposed(1, 2).reshaped(batch, length, heads * shape.valueWidth))
  }

  public func makeState(batch: Int, capacity: Int) throws -> any AttentionState {
    try State(self, batch: batch, capacity: capacity)
  }

  /// The latent and the rotary key of every position, [B, capacity, L + R].
  private final class State: AttentionState {
    private let attention: MultiHeadLatentAttention
    private let cache: Tensor
    private(set) var length = 0
    /// [H, N, L] and [H, V, L]: the expansion's rows for keys and for values.
    private let keyExpansion: Tensor
    private let valueExpansion: Tensor

    init(_ attention: MultiHeadLatentAttention, batch: Int, capacity: Int) throws {
      self.attention = attention
      let shape = attention.shape
      let weight = try attention.expand.effectiveWeight().detached()
      cache = try Tensor.zeros(
        [batch, capacity, attention.cacheElementsPerToken], dtype: weight.dtype, device: weight.device)
      let parts = try weight.view(attention.heads, shape.positionlessWidth + shape.valueWidth, shape.keyValueRank)
        .split(sizes: [shape.positionlessWidth, shape.valueWidth], dimension: 1)
      keyExpansion = parts[0]
      valueExpansion = parts[1]
    }

    var byteCount: Int { cache.byteCount }

    func extend(_ input: Tensor, rotation: Rotation) throws -> Tensor {
      let (batch, added) = (input.size(0), input.size(1))
      let (heads, shape) = (attention.heads, attention.shape)
      let (plainQueries, turnedQueries) = try attention.queries(input, rotation)
      let (latent, turnedKey) = try attention.latents(input, rotation)
      try cache.narrow(dimension: 1, from: length, length: added)
        .copyInPlace(from: Tensor.concatenated([latent, turnedKey.squeezed(2)], dimension: -1))
      length += added
      let held = try cache.narrow(dimension: 1, from: 0, length: length)  // [B, S, L + R]

      // q (W x) = (q W) x: queries move into the latent's space, so that keys are never expanded.
      let absorbed = try plainQueries.transposed(1, 2).matmul(keyExpansion)  // [B, H, T, L]
      let query = try Tensor.concatenated([absorbed, turnedQueries.transposed(1, 2)], dimension: -1)
      var scores =
        try query.reshaped(batch, heads * added, attention.cacheElementsPerToken)
        .matmul(held.transposed(1, 2)).view(batch, heads, added, length) * attention.scale  // [B, H, T, S]
      if let mask = try causalMask(rows: added, columns: length, dtype: scores.dtype, device: scores.device) {
        scores = try scores + mask
      }
      let weights = try scores.softmax(over: -1).view(batch, heads * added, length)
      let mixed = try weights.matmul(held.narrow(dimension: -1, from: 0, length: shape.keyValueRank))
        .view(batch, heads, added, shape.keyValueRank)
      let values = try mixed.matmul(valueExpansion.transposed(1, 2))  // [B, H, T, V]
      return try attention.output(values.transposed(1, 2).reshaped(batch, added, heads * shape.valueWidth))
    }
  }
}
