public import Torch

/// How a layer normalises.
public enum NormalizationKind: String, Sendable, Codable, Hashable {
  /// Root mean square with a scale (arXiv 1910.07467).
  case rootMeanSquare
  /// The same with a scale stored as its difference from one, as in Gemma.
  case rootMeanSquarePlusOne
  /// Mean and variance, scale and bias (arXiv 1607.06450).
  case layer
}

/// Brings a layer's input to a common size, [..., C] -> [..., C].
public protocol Norm {
  func callAsFunction(_ input: Tensor) throws -> Tensor
  /// For the kernels; nil: it is not one that they know.
  var scale: RootMeanSquareScale? { get }
}

/// The norm of a kind; its parameters are `weight` and, for ``NormalizationKind/layer``, `bias` below `builder`.
public func makeNorm(
  _ builder: ModuleBuilder, kind: NormalizationKind, width: Int, epsilon: Double
) throws -> any Norm {
  switch kind {
  case .rootMeanSquare: try RMSNorm(builder, width: width, epsilon: epsilon)
  case .rootMeanSquarePlusOne: try RMSNormPlusOne(builder, width: width, epsilon: epsilon)
  case .layer: try LayerNorm(builder, width: width, epsilon: epsilon)
  }
}

/// Root-mean-square normalisation whose scale is stored as its difference from one, as in Gemma.
public struct RMSNormPlusOne: Norm {
  public let weight: Parameter
  public let epsilon: Double

  public init(_ builder: ModuleBuilder, width: Int, epsilon: Double) throws {
    weight = try builder.parameter("weight", shape: [width], .constant(0))
    self.epsilon = epsilon
  }

  /// [..., C] -> [..., C]. In single precision throughout, since one plus a small number is one in a narrow type.
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    let scale = try weight.tensor.to(dtype: .float32) + 1
    guard input.device == .cpu, input.dtype == .float32 else {
      return try rmsNorm(input.to(dtype: .float32), weight: scale, epsilon: epsilon).to(dtype: input.dtype)
    }
    return try RMSNorm.fast(input, weight: scale, epsilon: epsilon)
  }
}

/// Normalisation by mean and variance, with a learnt scale and bias (arXiv 1607.06450).
public struct LayerNorm: Norm {
  public let weight: Parameter
  public let bias: Parameter
  public let epsilon: Double

  public init(_ builder: ModuleBuilder, width: Int, epsilon: Double) throws {
    weight = try builder.parameter("weight", shape: [width], .constant(1))
    bias = try builder.parameter("bias", shape: [width], .constant(0))
    self.epsilon = epsilon
  }

  /// [..., C] -> [..., C]
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try layerNorm(input, weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
  }
}
