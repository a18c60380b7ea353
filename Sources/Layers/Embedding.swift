public import Torch

/// A learnt vector for every token.
public struct Embedding {
  public let weight: Parameter

  public init(_ builder: ModuleBuilder, vocabulary: Int, width: Int, initializer: Initializer) throws {
    weight = try builder.parameter("weight", shape: [vocabulary, width], initializer)
  }

  /// Token ids [B, T] -> vectors [B, T, C].
  public func callAsFunction(_ tokens: Tensor) throws -> Tensor { try embedding(weight.tensor, tokens) }
}
