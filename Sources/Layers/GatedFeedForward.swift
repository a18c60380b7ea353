public import Torch

/// The gated feed-forward block SwiGLU (arXiv 2002.05202): `down(silu(gate(x)) * up(x))`.
public struct GatedFeedForward {
  private let gate: any Projection
  private let up: any Projection
  private let down: any Projection

  public init(
    _ builder: ModuleBuilder, width: Int, intermediate: Int, initializer: Initializer, outputInitializer: Initializer
  ) throws {
    gate = try builder.linear("gate_proj", from: width, to: intermediate, initializer)
    up = try builder.linear("up_proj", from: width, to: intermediate, initializer)
    down = try builder.linear("down_proj", from: intermediate, to: width, outputInitializer)
  }

  /// [..., C] -> [..., C]
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try down(swiGLU(gate: gate(input), up: up(input)))
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
