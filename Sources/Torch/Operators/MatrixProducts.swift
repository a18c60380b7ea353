// Where the floating-point operations are.

extension Operator {
  static let matmul = Operator("aten::matmul", "self", "other")
  static let linear = Operator("aten::linear", "input", "weight", "bias")
  static let oneDNNLinear = Operator(
    "mkldnn::_linear_pointwise", "X", "W", "B", "attr", "scalars", "algorithm")
  static let oneDNNReorder = Operator("mkldnn::_reorder_linear_weight", "self", "batch_size")
  static let oneDNNBytes = Operator("mkldnn::_nbytes", "mkldnn_tensor")
  static let attention = Operator(
    "aten::scaled_dot_product_attention", "query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale",
    "enable_gqa")

  static let matrixProducts = [matmul, linear, attention]
  /// Operators that only some builds of libtorch have.
  static let optionalOperators = [oneDNNLinear, oneDNNReorder, oneDNNBytes] + kernels
}

extension Tensor {
  /// The product of the last two dimensions, broadcasting over the others. `aten::matmul`
  public func matmul(_ other: Tensor) throws -> Tensor {
    try Operator.matmul.tensor(.tensor(self), .tensor(other))
  }
}

/// `input [..., K] x weight [N, K] transposed + bias [N]` -> [..., N]. `aten::linear`
public func linear(_ input: Tensor, _ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
  try Operator.linear.tensor(.tensor(input), .tensor(weight), .optionalTensor(bias))
}

/// The product of ``linear(_:_:bias:)`` by oneDNN, without a backward pass; fp32 and bf16 on the CPU. Strided inputs
/// are taken as they are.
///
/// libtorch sends fp32 products to MKL, which on processors that are not Intel's leaves more than half of the
/// throughput of wide vectors unused. oneDNN does not. `mkldnn::_linear_pointwise`
public func oneDNNLinear(_ input: Tensor, _ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
  try Operator.oneDNNLinear.tensor(
    .tensor(input), .tensor(weight), .optionalTensor(bias), .string("none"), .doubles([]), .string(""))
}

/// Whether this libtorch was built with oneDNN's products.
public var hasOneDNNLinear: Bool { Operator.oneDNNLinear.isAvailable }

/// Whether products of this type on this device go to oneDNN: fp32 on the CPU, where the operator exists.
public func prefersOneDNN(_ dtype: DType, on device: Device) -> Bool {
  dtype == .float32 && device == .cpu && hasOneDNNLinear
}

/// The product of ``linear(_:_:bias:)`` by the fastest way there is here: oneDNN's where ``prefersOneDNN(_:on:)``, else
/// libtorch's own choice. For calls without recording: oneDNN's has no backward pass.
public func fastestLinear(_ input: Tensor, _ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
  try prefersOneDNN(weight.dtype, on: weight.device)
    ? oneDNNLinear(input, weight, bias: bias) : linear(input, weight, bias: bias)
}

/// Scaled-dot-product attention by libtorch's fused kernels where they apply (FlashAttention, arXiv 2205.14135).
///
/// - Parameters:
///   - query: [B, H, T, D]
///   - key: [B, G, S, D]; G divides H when `groupedQueries`
///   - value: [B, G, S, V]
///   - scale: what the scores are multiplied with; 1 / sqrt(D) when nil
/// - Returns: [B, H, T, V]
public func scaledDotProductAttention(
  query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool, scale: Double? = nil,
  groupedQueries: Bool = false
) throws -> Tensor {
  try Operator.attention.tensor(
    .tensor(query), .tensor(key), .tensor(value), .optionalTensor(mask), .double(0), .bool(isCausal),
    scale.map(Argument.double) ?? .none, .bool(groupedQueries))
}
