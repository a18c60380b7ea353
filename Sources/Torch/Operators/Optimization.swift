// Steps over many tensors at once.

extension Operator {
  static let fusedAdamW = Operator(
    "aten::_fused_adamw_", "self", "grads", "exp_avgs", "exp_avg_sqs", "max_exp_avg_sqs", "state_steps", "lr",
    "beta1", "beta2", "weight_decay", "eps", "amsgrad", "maximize", "grad_scale")
  static let norms = Operator("aten::_foreach_norm", overload: "Scalar", "self", "ord")
  static let copyAll = Operator("aten::_foreach_copy_", "self", "src")

  static let optimization = [fusedAdamW, norms, copyAll]

  /// Every operator this program calls.
  static let all =
    creation + shaping + arithmetic + reductions + conversion + matrixProducts + neuralNetwork + optimization
}

/// One step of AdamW (arXiv 1711.05101) over a list of parameters, each update in one pass over memory.
/// `steps` are scalars that count the steps taken and must already include this one. Gradients are divided by
/// `gradientScale` on the way, and changed by it. `aten::_fused_adamw_`
public func fusedAdamWStep(
  parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], steps: [Tensor],
  learningRate: Double, beta1: Double, beta2: Double, weightDecay: Double, epsilon: Double,
  gradientScale: Tensor? = nil
) throws {
  try Operator.fusedAdamW.run(
    .tensors(parameters), .tensors(gradients), .tensors(firstMoments), .tensors(secondMoments), .tensors([]),
    .tensors(steps), .double(learningRate), .double(beta1), .double(beta2), .double(weightDecay), .double(epsilon),
    .bool(false), .bool(false), .optionalTensor(gradientScale))
}

extension Tensor {
  /// The Euclidean norm of each tensor. `aten::_foreach_norm.Scalar`
  public static func norms(of tensors: [Tensor]) throws -> [Tensor] {
    try Operator.norms.list(.tensors(tensors), .int(2))
  }

  /// Copies tensors pair by pair, converting types. `aten::_foreach_copy_`
  public static func copyInPlace(_ tensors: [Tensor], from sources: [Tensor]) throws {
    try Operator.copyAll.run(.tensors(tensors), .tensors(sources))
  }
}
