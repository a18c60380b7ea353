// B batch, T new positions, S positions in all, C width, H heads, G key-value heads, D features of a head.
public import Torch

/// How an attention variant is told apart in plans and tables.
public enum AttentionKind: String, Sendable, Codable, Hashable, CaseIterable {
  /// Every query head has its own keys and values (arXiv 1706.03762).
  case multiHead = "mha"
  /// All query heads share one key-value head (arXiv 1911.02150).
  case multiQuery = "mqa"
  /// Groups of query heads share a key-value head (arXiv 2305.13245).
  case groupedQuery = "gqa"
  /// Keys and values are read from a latent of low rank (DeepSeek-V2, arXiv 2405.04434).
  case multiHeadLatent = "mla"

  public var title: String { rawValue.uppercased() }
}

/// One attention block: what mixes positions in a layer.
public protocol Attention {
  /// Causal attention over a whole sequence, [B, T, C] -> [B, T, C]. `rotation` covers positions 0 ..< T.
  func callAsFunction(_ input: Tensor, rotation: Rotation) throws -> Tensor

  /// Adds the new positions of several sequences to their caches, one a sequence, and returns their output,
  /// [N, C] -> [N, C]. `rotation` has one row a token. Without gradients.
  func step(_ input: Tensor, rotation: Rotation, batch: RaggedBatch, caches: [LayerCache]) throws -> Tensor

  /// The type that a step's rotation must have for weights of `dtype`.
  func rotationType(for dtype: DType, on device: Device) -> DType

  /// What it keeps of a position.
  var cacheShape: LayerCacheShape { get }

  /// Features of a head that are turned by position.
  var rotaryFeatures: Int { get }

  /// Floating-point operations of one token's forward pass, projections included, when it attends to `context`
  /// positions on average.
  func flopsPerToken(context: Double) -> Double
}

extension Attention {
  public func rotationType(for dtype: DType, on device: Device) -> DType { dtype }
}

/// Attention as it is written down: the slow, obvious reference of the fused path. Arguments as in
/// ``Torch/scaledDotProductAttention(query:key:value:mask:isCausal:scale:groupedQueries:)``.
public func referenceAttention(
  query: Tensor, key: Tensor, value: Tensor, isCausal: Bool, scale: Double? = nil
) throws -> Tensor {
  let groups = query.size(1) / key.size(1)
  let keys = try key.repeatedInterleaved(groups, dimension: 1)  // [B, H, S, D]
  let values = try value.repeatedInterleaved(groups, dimension: 1)
  let factor = scale ?? 1 / Double(query.size(-1)).squareRoot()
  var scores = try query.matmul(keys.transposed(-2, -1)) * factor  // [B, H, T, S]
  if isCausal, query.size(2) > 1 {
    scores =
      try scores
      + causalMask(rows: query.size(2), columns: key.size(2), dtype: query.dtype, device: query.device)
  }
  return try scores.softmax(over: -1).matmul(values)
}
