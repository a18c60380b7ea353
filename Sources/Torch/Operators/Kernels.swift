// Operators of our own, from the shim (namespace efficientllm): fp32 and bf16 on the CPU, without a backward pass. Each
// has its reference in Layers, made of libtorch's operators.

extension Operator {
  static let kernelNorm = Operator("efficientllm::rms_norm", "input", "weight", "epsilon", "offset")
  static let kernelGate = Operator("efficientllm::gated_activation", "joined", "activation")
  static let kernelAttention = Operator(
    "efficientllm::cached_attention", "joined", "heads", "groups", "cosines", "sines", "neighbours", "query_norm",
    "key_norm", "epsilon", "offset", "caches", "counts", "first_rows", "seen_rows", "window", "scale")

  static let kernels = [kernelNorm, kernelGate, kernelAttention]
}

/// Whether the kernels below serve this type on this device.
public func hasKernels(_ dtype: DType, on device: Device) -> Bool {
  device == .cpu && (dtype == .float32 || dtype == .bfloat16) && Operator.kernelAttention.isAvailable
}

/// `x / sqrt(mean(x^2) + epsilon) * (weight + offset)` over the last dimension, in fp32 and rounded once.
/// `efficientllm::rms_norm`
public func kernelRMSNorm(_ input: Tensor, weight: Tensor, epsilon: Double, offset: Double) throws -> Tensor {
  try Operator.kernelNorm.tensor(.tensor(input), .tensor(weight), .double(epsilon), .double(offset))
}

/// The activations that ``kernelGate(_:activation:)`` knows.
public enum KernelActivation: String, Sendable {
  case silu
  case geluTanh = "gelu_tanh"
}

/// `act(gate) * rest` of features that lie beside each other, gate first, [..., 2 F] -> [..., F].
/// `efficientllm::gated_activation`
public func kernelGate(_ joined: Tensor, activation: KernelActivation) throws -> Tensor {
  try Operator.kernelGate.tensor(.tensor(joined), .string(activation.rawValue))
}

/// Norms of queries and keys over a head's features: weight plus `offset` is the scale.
public struct KernelHeadNorms {
  public let query: Tensor
  public let key: Tensor
  public let epsilon: Double
  public let offset: Double

  public init(query: Tensor, key: Tensor, epsilon: Double, offset: Double) {
    self.query = query
    self.key = key
    self.epsilon = epsilon
    self.offset = offset
  }
}

/// One sequence's part of ``kernelAttention(_:heads:groups:cosines:sines:turnsNeighbours:norms:sequences:window:scale:)``.
public struct KernelSequence {
  /// [capacity, 2 G D], keys before values.
  public let cache: Tensor
  /// New tokens.
  public let count: Int
  /// The cache's row of the first of them.
  public let firstRow: Int
  /// The first row that any of them sees.
  public let seenRow: Int

  public init(cache: Tensor, count: Int, firstRow: Int, seenRow: Int) {
    self.cache = cache
    self.count = count
    self.firstRow = firstRow
    self.seenRow = seenRow
  }
}

/// Attention of N new tokens of several sequences, sequence after sequence, each over its own cache: keys and queries are
/// normalised and turned, keys and values stored, and scores, softmax and weighted values taken in one pass.
/// `efficientllm::cached_attention`
///
/// - Parameters:
///   - joined: queries, keys and values beside each other, [N, (H + 2 G) D]; overwritten.
///   - cosines, sines: fp32 with N R/2 elements; the first R features of a head are turned.
///   - window: the positions a token sees at most, itself included; nil: all from `seenRow` on.
/// - Returns: [N, H D]
public func kernelAttention(
  _ joined: Tensor, heads: Int, groups: Int, cosines: Tensor, sines: Tensor, turnsNeighbours: Bool,
  norms: KernelHeadNorms?, sequences: [KernelSequence], window: Int?, scale: Double
) throws -> Tensor {
  try Operator.kernelAttention.tensor(
    .tensor(joined), .int(heads), .int(groups), .tensor(cosines), .tensor(sines), .bool(turnsNeighbours),
    .optionalTensor(norms?.query), .optionalTensor(norms?.key), .double(norms?.epsilon ?? 0),
    .double(norms?.offset ?? 0), .tensors(sequences.map(\.cache)), .ints(sequences.map(\.count)),
    .ints(sequences.map(\.firstRow)), .ints(sequences.map(\.seenRow)), window.map(Argument.int) ?? .none,
    .double(scale))
}
