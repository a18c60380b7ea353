public import Torch

/// Anything that maps [..., inputs] to [..., outputs] linearly.
public protocol Projection {
  var inputs: Int { get }
  var outputs: Int { get }
  func callAsFunction(_ input: Tensor) throws -> Tensor
  /// The matrix [outputs, inputs] it multiplies with.
  func effectiveWeight() throws -> Tensor
  /// Floating-point operations of one token's forward pass.
  var flopsPerToken: Double { get }
}

/// Decides how a projection is made at a path. A technique that changes projections is a plan; models stay as they are.
public protocol LinearPlan {
  func makeProjection(
    _ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer
  ) throws -> any Projection

  /// A projection whose matrix is read as well as multiplied with. A plan that stores matrices in a form of its own
  /// keeps this one plain.
  func makeReadableProjection(
    _ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer
  ) throws -> any Projection

  /// Projections of one input, each named below `builder`. A plan may make one product of them.
  func makeGroup(
    _ builder: ModuleBuilder, inputs: Int, members: [ProjectionRequest]
  ) throws -> any ProjectionGroup

  /// The product of hidden states with the matrix of the vocabulary; `tied` is the embedding's where the two are one.
  func makeVocabularyProjection(
    _ builder: ModuleBuilder, width: Int, vocabulary: Int, tied: Parameter?, initializer: Initializer
  ) throws -> any VocabularyProjection

  /// Whether the parameters it leaves are there to be trained.
  var isTrainable: Bool { get }
}

extension LinearPlan {
  public func makeReadableProjection(
    _ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer
  ) throws -> any Projection {
    try makeProjection(builder, inputs: inputs, outputs: outputs, bias: bias, initializer: initializer)
  }

  public func makeGroup(
    _ builder: ModuleBuilder, inputs: Int, members: [ProjectionRequest]
  ) throws -> any ProjectionGroup {
    SeparateProjections(
      try members.map {
        try makeProjection(
          builder[$0.name], inputs: inputs, outputs: $0.outputs, bias: $0.bias, initializer: $0.initializer)
      })
  }

  public func makeVocabularyProjection(
    _ builder: ModuleBuilder, width: Int, vocabulary: Int, tied: Parameter?, initializer: Initializer
  ) throws -> any VocabularyProjection {
    DenseVocabularyProjection(
      matrix: try tied ?? builder.parameter("weight", shape: [vocabulary, width], initializer))
  }

  public var isTrainable: Bool { true }
}

/// Every projection is a dense matrix.
public struct DensePlan: LinearPlan {
  public init() {}

  public func makeProjection(
    _ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer
  ) throws -> any Projection {
    try Linear(builder, inputs: inputs, outputs: outputs, bias: bias, initializer: initializer)
  }
}

/// `input x weight transposed + bias`.
public struct Linear: Projection {
  public let weight: Parameter
  public let bias: Parameter?
  public let inputs: Int
  public let outputs: Int

  public init(_ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer) throws {
    weight = try builder.parameter("weight", shape: [outputs, inputs], initializer)
    self.bias = bias ? try builder.parameter("bias", shape: [outputs], .constant(0)) : nil
    self.inputs = inputs
    self.outputs = outputs
  }

  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try project(input, weight.tensor, bias: bias?.tensor)
  }

  public func effectiveWeight() -> Tensor { weight.tensor }

  public var flopsPerToken: Double { 2 * Double(inputs) * Double(outputs) }
}

/// `input [..., K] x weight [N, K] transposed + bias [N]` -> [..., N], by the fastest products this machine has: oneDNN's
/// for fp32 on the CPU, forward and backward, else libtorch's own choice.
public func project(_ input: Tensor, _ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
  guard prefersOneDNN(weight.dtype, on: weight.device) else {
    return try linear(input, weight, bias: bias)
  }
  let shape = input.shape
  let rows = try input.reshaped(-1, weight.size(1))  // [N, K]
  let inputs = bias.map { [rows, weight, $0] } ?? [rows, weight]
  let needsInput = rows.requiresGradient
  let needsWeight = weight.requiresGradient
  let output = try withBackward("linear", of: inputs) {
    [try oneDNNLinear(rows, weight, bias: bias)]
  } backward: { gradients in
    guard let flowing = gradients[0] else { return inputs.map { _ in nil } }
    let gradient = try flowing.contiguous()
    let ofInput = needsInput ? try oneDNNLinear(gradient, weight.transposed(0, 1)) : nil
    let ofWeight = needsWeight ? try oneDNNLinear(gradient.transposed(0, 1), rows.transposed(0, 1)) : nil
    return bias == nil ? [ofInput, ofWeight] : [ofInput, ofWeight, try gradient.sum(over: [0])]
  }
  return try output[0].view(shape.dropLast() + [weight.size(0)])
}
