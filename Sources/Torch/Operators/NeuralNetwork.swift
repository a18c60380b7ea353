// Activations, normalisation, embeddings, losses.

extension Operator {
  static let silu = Operator("aten::silu", "self")
  static let siluBackward = Operator("aten::silu_backward", "grad_output", "self")
  static let sigmoid = Operator("aten::sigmoid", "self")
  static let gelu = Operator("aten::gelu", "self", "approximate")
  static let hyperbolicTangent = Operator("aten::tanh", "self")
  static let layerNorm = Operator("aten::layer_norm", "input", "normalized_shape", "weight", "bias", "eps")
  static let softmax = Operator("aten::softmax", overload: "int", "self", "dim", "dtype")
  static let logSoftmax = Operator("aten::log_softmax", overload: "int", "self", "dim", "dtype")
  static let rmsNorm = Operator("aten::rms_norm", "input", "normalized_shape", "weight", "eps")
  static let embedding = Operator("aten::embedding", "weight", "indices")
  static let crossEntropy = Operator(
    "aten::cross_entropy_loss", "self", "target", "weight", "reduction", "ignore_index", "label_smoothing")

  static let neuralNetwork = [
    silu, siluBackward, sigmoid, gelu, hyperbolicTangent, layerNorm, softmax, logSoftmax, rmsNorm, embedding,
    crossEntropy,
  ]
}

/// How a loss over many targets becomes one number.
public enum LossReduction: Int, Sendable {
  case none = 0
  case mean = 1
  case sum = 2
}

extension Tensor {
  /// `x * sigmoid(x)`. `aten::silu`
  public func silu() throws -> Tensor { try Operator.silu.tensor(.tensor(self)) }
  /// The gradient of ``silu()`` at `input`, times `self`. `aten::silu_backward`
  public func siluBackward(at input: Tensor) throws -> Tensor {
    try Operator.siluBackward.tensor(.tensor(self), .tensor(input))
  }
  /// `aten::sigmoid`
  public func sigmoid() throws -> Tensor { try Operator.sigmoid.tensor(.tensor(self)) }
  /// The Gaussian error linear unit (arXiv 1606.08415), exactly or by a hyperbolic tangent. `aten::gelu`
  public func gelu(approximately: Bool = false) throws -> Tensor {
    try Operator.gelu.tensor(.tensor(self), .string(approximately ? "tanh" : "none"))
  }
  /// `aten::tanh`
  public func hyperbolicTangent() throws -> Tensor { try Operator.hyperbolicTangent.tensor(.tensor(self)) }
  /// `aten::softmax.int`
  public func softmax(over dimension: Int, dtype: DType? = nil) throws -> Tensor {
    try Operator.softmax.tensor(.tensor(self), .int(dimension), .dtype(dtype))
  }
  /// `aten::log_softmax.int`
  public func logSoftmax(over dimension: Int, dtype: DType? = nil) throws -> Tensor {
    try Operator.logSoftmax.tensor(.tensor(self), .int(dimension), .dtype(dtype))
  }
}

/// `x / sqrt(mean(x^2) + epsilon) * weight` over the last dimension (arXiv 1910.07467). `aten::rms_norm`
public func rmsNorm(_ input: Tensor, weight: Tensor, epsilon: Double) throws -> Tensor {
  try Operator.rmsNorm.tensor(.tensor(input), .ints([weight.count]), .tensor(weight), .double(epsilon))
}

/// `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last dimension (arXiv 1607.06450). `aten::layer_norm`
public func layerNorm(_ input: Tensor, weight: Tensor, bias: Tensor, epsilon: Double) throws -> Tensor {
  try Operator.layerNorm.tensor(
    .tensor(input), .ints([weight.count]), .tensor(weight), .tensor(bias), .double(epsilon))
}

/// Rows of `weight` [V, C] at `indices` [...] -> [..., C]. `aten::embedding`
public func embedding(_ weight: Tensor, _ indices: Tensor) throws -> Tensor {
  try Operator.embedding.tensor(.tensor(weight), .tensor(indices))
}

/// Negative log-likelihood of `targets` [N] under the softmax of `logits` [N, V]. `aten::cross_entropy_loss`
public func crossEntropy(_ logits: Tensor, targets: Tensor, reduction: LossReduction = .mean) throws -> Tensor {
  try Operator.crossEntropy.tensor(.tensor(logits), .tensor(targets), .none, .int(reduction.rawValue))
}
