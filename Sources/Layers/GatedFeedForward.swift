public import Torch

/// The gated feed-forward block (arXiv 2002.05202): `down(act(gate(x)) * up(x))`, SwiGLU with the activation it has unless
/// told otherwise.
public struct GatedFeedForward: FeedForward {
  private let gate: any Projection
  private let up: any Projection
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
    gate = try builder.linear("gate_proj", from: width, to: intermediate, bias: bias, initializer)
    up = try builder.linear("up_proj", from: width, to: intermediate, bias: bias, initializer)
    down = try builder.linear("down_proj", from: intermediate, to: width, bias: bias, outputInitializer)
  }

  /// [..., C] -> [..., C]
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    if activation == .silu { return try down(swiGLU(gate: gate(input), up: up(input))) }
    return try down(activation(gate(input)) * up(input))
  }

  public var flopsPerToken: Double { gate.flopsPerToken + up.flopsPerToken + down.flopsPerToken }
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
