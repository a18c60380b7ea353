public import Torch

/// The nonlinearity of a feed-forward network.
public enum Activation: String, Sendable, Codable, Hashable {
  case silu
  /// The exact Gaussian error linear unit.
  case gelu
  /// Its approximation by a hyperbolic tangent.
  case geluTanh

  /// Element by element.
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    switch self {
    case .silu: try input.silu()
    case .gelu: try input.gelu()
    case .geluTanh: try input.gelu(approximately: true)
    }
  }
}

/// What a layer does to each position by itself, [..., C] -> [..., C].
public protocol FeedForward {
  func callAsFunction(_ input: Tensor) throws -> Tensor
  /// The same without gradients, by the kernels where there are some.
  func step(_ input: Tensor) throws -> Tensor
  /// Floating-point operations of one token's forward pass.
  var flopsPerToken: Double { get }
}

extension FeedForward {
  public func step(_ input: Tensor) throws -> Tensor { try self(input) }
}

/// The feed-forward block of the first transformers, `down(act(up(x)))` (arXiv 1706.03762, section 3.3).
public struct PlainFeedForward: FeedForward {
  private let up: any Projection
  private let down: any Projection
  private let activation: Activation

  /// - Parameters:
  ///   - bias: whether both projections have one.
  ///   - outputInitializer: of the projection that writes to the residual stream.
  public init(
    _ builder: ModuleBuilder, width: Int, intermediate: Int, activation: Activation = .gelu, bias: Bool = false,
    initializer: Initializer, outputInitializer: Initializer
  ) throws {
    self.activation = activation
    up = try builder.linear("up_proj", from: width, to: intermediate, bias: bias, initializer)
    down = try builder.linear("down_proj", from: intermediate, to: width, bias: bias, outputInitializer)
  }

  public func callAsFunction(_ input: Tensor) throws -> Tensor { try down(activation(up(input))) }

  public var flopsPerToken: Double { up.flopsPerToken + down.flopsPerToken }
}
