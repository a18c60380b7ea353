public import Torch

/// A norm by root mean square as the kernels take it: `x / rms(x) * (weight + offset)`.
public struct RootMeanSquareScale {
  public let weight: Tensor
  public let offset: Double
  public let epsilon: Double
}

extension Norm {
  public var scale: RootMeanSquareScale? { nil }

  /// The same without gradients, by the kernel where there is one. Not bit for bit the same as whole sequences take it:
  /// training keeps its own.
  public func step(_ input: Tensor) throws -> Tensor {
    guard let scale, hasKernels(input.dtype, on: input.device) else { return try self(input) }
    return try kernelRMSNorm(input, weight: scale.weight, epsilon: scale.epsilon, offset: scale.offset)
  }
}

extension RMSNorm {
  public var scale: RootMeanSquareScale? {
    RootMeanSquareScale(weight: weight.tensor, offset: 0, epsilon: epsilon)
  }
}

extension RMSNormPlusOne {
  public var scale: RootMeanSquareScale? {
    RootMeanSquareScale(weight: weight.tensor, offset: 1, epsilon: epsilon)
  }
}
