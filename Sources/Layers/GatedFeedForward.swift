public import Torch

/// The gated feed-forward block (arXiv 2002.05202): `down(act(gate(x)) * up(x))`, SwiGLU with the activation it has unless
/// told otherwise.
public struct GatedFeedForward: FeedForward {
  private let gateAndUp: any ProjectionGroup
  private let down: any Projection
  private let activation: Activation

  /// - Parameters:
  ///   - bias: whether the three projections have one.
  ///   - outputInitializer: of the projection that writes to the residual stream.
  public init(
    _ builder: ModuleBuilder, width: Int, intermediate: Int, activation: Activation = .silu, bias: Bool = false,
    initializer: Initializer, outputInitializer: Initializer
  ) throws {
    self.activation = activation
    gateAndUp = try builder.group(
      from: width,
      [
        ProjectionRequest("gate_proj", to: intermediate, bias: bias, initializer),
        ProjectionRequest("up_proj", to: intermediate, bias: bias, initializer),
      ])
    down = try builder.linear("down_proj", from: intermediate, to: width, bias: bias, outputInitializer)
  }

  /// [..., C] -> [..., C]
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    let parts = try gateAndUp(input)
    if activation == .silu { return try down(swiGLU(gate: parts[0], up: parts[1])) }
    return try down(activation(parts[0]) * parts[1])
  }

  public func step(_ input: Tensor) throws -> Tensor {
    guard let kernel = activation.kernel, hasKernels(input.dtype, on: input.device) else { return try self(input) }
    return try down(kernelGate(gateAndUp.joined(input), activation: kernel))
  }

  public var flopsPerToken: Double { gateAndUp.flopsPerToken + down.flopsPerToken }
}

extension Activation {
  /// Its name among the kernels'; nil: they do not know it.
  var kernel: KernelActivation? {
    switch self {
    case .silu: .silu
    case .geluTanh: .geluTanh
    case .gelu: nil
    }
  }
}

/// `silu(gate) * up`. The backward pass computes `silu(gate)` anew instead of keeping it: one tensor of the
/// intermediate width less for every layer.
public func swiGLU(gate: Tensor, up: Tensor) throws -> Tensor {
  try withBackward("swiglu", of: [gate, up]) {
    let activated = try gate.silu()
    try activated.multiplyInPlace(up)
    return [activated]
  } backward: { gradients in
    guard let gradient = gradients[0] else { return [nil, nil] }
    let ofUp = try gate.silu()
    try ofUp.multiplyInPlace(gradient)
    return [try (gradient * up).siluBackward(at: gate), ofUp]
  }[0]
}
