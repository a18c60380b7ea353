// B batch, T positions of a sequence, N new tokens of all sequences, S positions seen, C width, H heads; N features of a head without position, R with
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
  private let window: Int?

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
    _ builder: ModuleBuilder, width: Int, heads: Int, shape: LatentShape, scale: Double? = nil, window: Int? = nil,
    normEpsilon: Double = 1e-6, initializer: Initializer, outputInitializer: Initializer
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
    expand = try builder.readableLinear(
      "kv_b_proj", from: shape.keyValueRank, to: heads * (shape.positionlessWidth + shape.valueWidth), initializer)
    output = try builder.linear("o_proj", from: heads * shape.valueWidth, to: width, outputInitializer)
    self.scale = scale ?? 1 / Double(queryWidth).squareRoot()
    self.window = window
  }

  public var rotaryFeatures: Int { shape.rotaryWidth }
  public var cacheShape: LayerCacheShape {
    LayerCacheShape(features: shape.keyValueRank + shape.rotaryWidth, window: window)
  }

  public func flopsPerToken(context: Double) -> Double {
    let projections =
      query.flopsPerToken + compress.flopsPerToken + expand.flopsPerToken + output.flopsPerToken
    let perPosition = 2 * Double(heads) * Double(shape.positionlessWidth + shape.rotaryWidth + shape.valueWidth)
    return projections + perPosition * (window.map { min(Double($0), context) } ?? context)
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
    var mask: Tensor?
    if let window, length > window {
      mask = try causalMask(rows: length, columns: length, window: window, dtype: query.dtype, device: query.device)
    }
    let mixed = try scaledDotProductAttention(
      query: query.transposed(1, 2), key: key.transposed(1, 2), value: padded.transposed(1, 2), mask: mask,
      isCausal: mask == nil, scale: scale
    )
    .narrow(dimension: -1, from: 0, length: shape.valueWidth)  // [B, H, T, V]
    return try output(mixed.transposed(1, 2).reshaped(batch, length, heads * shape.valueWidth))
  }

  /// The expansion's matrix cut up, [H, N, L] and [H, V, L]: views, or as fresh as the plan makes the matrix.
  private func expansions() throws -> (keys: Tensor, values: Tensor) {
    let parts = try expand.effectiveWeight().detached()
      .view(heads, shape.positionlessWidth + shape.valueWidth, shape.keyValueRank)
      .split(sizes: [shape.positionlessWidth, shape.valueWidth], dimension: 1)
    return (parts[0], parts[1])
  }

  public func step(
    _ input: Tensor, rotation: Rotation, batch: RaggedBatch, caches: [LayerCache]
  ) throws -> Tensor {
    let input = try input.unsqueezed(0)  // [1, N, C]
    let count = input.size(1)
    let (plainQueries, turnedQueries) = try queries(input, rotation)
    let (latent, turnedKey) = try latents(input, rotation)
    let fresh = try Tensor.concatenated([latent, turnedKey.squeezed(2)], dimension: -1).squeezed(0)  // [N, L + R]
    let (keyExpansion, valueExpansion) = try expansions()
    // q (W x) = (q W) x: queries move into the latent's space, so that keys are never expanded.
    let absorbed = try plainQueries.squeezed(0).transposed(0, 1).matmul(keyExpansion)  // [H, N, L]
    let query = try Tensor.concatenated([absorbed, turnedQueries.squeezed(0).transposed(0, 1)], dimension: -1)
    var mixed: [Tensor] = []
    for (rows, cache) in zip(batch.rows, caches) {
      let added = rows.count
      let room = try cache.extend(by: added)
      try cache.storage.narrow(dimension: 0, from: room.lowerBound, length: added)
        .copyInPlace(from: fresh.narrow(dimension: 0, from: rows.lowerBound, length: added))
      let visible = cache.visibleRows(for: added)
      let held = try cache.storage.narrow(dimension: 0, from: visible.lowerBound, length: visible.count)  // [S, L + R]
      let mine = try query.narrow(dimension: 1, from: rows.lowerBound, length: added)
        .reshaped(heads * added, cacheShape.features)
      var scores = try mine.matmul(held.transposed(0, 1)).view(heads, added, visible.count) * scale  // [H, T, S]
      if added > 1 {
        scores =
          try scores
          + batch.mask(
            rows: added, columns: visible.count, window: window, dtype: scores.dtype, device: scores.device)
      }
      let weights = try scores.softmax(over: -1).view(heads * added, visible.count)
      mixed.append(
        try weights.matmul(held.narrow(dimension: -1, from: 0, length: shape.keyValueRank))
          .view(heads, added, shape.keyValueRank))
    }
    let latents = mixed.count == 1 ? mixed[0] : try Tensor.concatenated(mixed, dimension: 1)  // [H, N, L]
    let values = try latents.matmul(valueExpansion.transposed(1, 2))  // [H, N, V]
    return try output(values.transposed(0, 1).reshaped(count, heads * shape.valueWidth))
  }
}
