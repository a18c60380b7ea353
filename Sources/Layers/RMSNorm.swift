public import Torch

/// Root-mean-square normalisation with a learnt scale (arXiv 1910.07467).
public struct RMSNorm: Norm {
  public let weight: Parameter
  public let epsilon: Double

  public init(_ builder: ModuleBuilder, width: Int, epsilon: Double) throws {
    weight = try builder.parameter("weight", shape: [width], .constant(1))
    self.epsilon = epsilon
  }

  /// [..., C] -> [..., C]
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    guard input.device == .cpu, input.dtype == .float32 else {
      return try rmsNorm(input, weight: weight.tensor, epsilon: epsilon)
    }
    return try Self.fast(input, weight: weight.tensor, epsilon: epsilon)
  }

  /// libtorch has no fused kernel on the CPU: its operator is a chain of passes over memory, each recorded for the way
  /// back. This is the same function in fewer passes, with its own backward pass.
  static func fast(_ input: Tensor, weight: Tensor, epsilon: Double) throws -> Tensor {
    let width = Double(input.size(-1))
    let root = width.squareRoot()
    var inverse: Tensor!  // [..., 1]
    let output = try withBackward("rms_norm", of: [input, weight]) {
      let norm = try input.vectorNorm(over: [-1], keepingDimensions: true) * (1 / root)
      inverse = try (norm * norm + epsilon).reciprocalSquareRoot()
      let normalised = try input * inverse
      try normalised.multiplyInPlace(weight)
      return [normalised]
    } backward: { gradients in
      guard let gradient = gradients[0], let inverse else { return [nil, nil] }
      let normalised = try input * inverse
      let ofWeight = try (gradient * normalised).sum(over: Array(0..<(input.rank - 1)))
      let scaled = try gradient * weight
      // dx = (g w - x^ mean(g w x^)) / rms
      let projection = try (scaled * normalised).mean(over: [-1], keepingDimensions: true).negated()
      try scaled.addProductInPlace(normalised, projection)
      try scaled.multiplyInPlace(inverse)
      return [scaled, ofWeight]
    }
    return output[0]
  }
}
