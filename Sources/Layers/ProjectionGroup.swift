public import Torch

/// One member of a group of projections that read the same input.
public struct ProjectionRequest: Sendable, Hashable {
  public let name: String
  public let outputs: Int
  public let bias: Bool
  public let initializer: Initializer

  public init(_ name: String, to outputs: Int, bias: Bool = false, _ initializer: Initializer) {
    self.name = name
    self.outputs = outputs
    self.bias = bias
    self.initializer = initializer
  }
}

/// Several projections of the same input, such as queries, keys and values.
public protocol ProjectionGroup {
  /// [..., inputs] -> one [..., outputs] for each member.
  func callAsFunction(_ input: Tensor) throws -> [Tensor]
  /// The same beside each other, [..., outputs of all members].
  func joined(_ input: Tensor) throws -> Tensor
  /// Floating-point operations of one token's forward pass.
  var flopsPerToken: Double { get }
}

/// Members with parameters and products of their own.
public struct SeparateProjections: ProjectionGroup {
  public let members: [any Projection]

  public init(_ members: [any Projection]) { self.members = members }

  public func callAsFunction(_ input: Tensor) throws -> [Tensor] { try members.map { try $0(input) } }

  public func joined(_ input: Tensor) throws -> Tensor {
    let outputs = try self(input)
    return outputs.count == 1 ? outputs[0] : try Tensor.concatenated(outputs, dimension: -1)
  }

  public var flopsPerToken: Double { members.reduce(0) { $0 + $1.flopsPerToken } }
}

/// Hidden states -> logits.
public protocol VocabularyProjection {
  /// [..., C] -> [..., V]
  func callAsFunction(_ hidden: Tensor) throws -> Tensor
  /// V
  var outputs: Int { get }
  /// The plain matrix [V, C] where it is held, as training's loss needs it.
  var matrix: Parameter? { get }
}

/// By the plain matrix.
public struct DenseVocabularyProjection: VocabularyProjection {
  private let weight: Parameter

  public init(matrix: Parameter) { weight = matrix }

  public var matrix: Parameter? { weight }
  public var outputs: Int { weight.tensor.size(0) }

  public func callAsFunction(_ hidden: Tensor) throws -> Tensor { try project(hidden, weight.tensor) }
}

/// Logits whose size is bounded: `cap * tanh(logits / cap)` (Gemma 2, arXiv 2408.00118).
public struct SoftcappedProjection: VocabularyProjection {
  private let inner: any VocabularyProjection
  private let cap: Double

  public init(_ inner: any VocabularyProjection, cap: Double) {
    self.inner = inner
    self.cap = cap
  }

  public var outputs: Int { inner.outputs }
  public var matrix: Parameter? { inner.matrix }

  public func callAsFunction(_ hidden: Tensor) throws -> Tensor {
    try (inner(hidden) * (1 / cap)).hyperbolicTangent() * cap
  }
}
