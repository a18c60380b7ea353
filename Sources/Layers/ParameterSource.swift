public import Torch

/// How a parameter's first values are drawn.
public enum Initializer: Sendable, Hashable {
  case normal(standardDeviation: Double)
  case constant(Double)
}

/// What a module asks for: a name, a shape, and how to make the values where there are none.
public struct ParameterRequest: Sendable, Hashable {
  public let path: String
  public let shape: [Int]
  public let initializer: Initializer
  public let dtype: DType
  public let device: Device

  public init(path: String, shape: [Int], initializer: Initializer, dtype: DType, device: Device) {
    self.path = path
    self.shape = shape
    self.initializer = initializer
    self.dtype = dtype
    self.device = device
  }
}

/// Where parameters get their values: random numbers, a checkpoint, or both.
public protocol ParameterSource: AnyObject {
  func values(for request: ParameterRequest) throws -> Tensor
  /// Called once the model is whole.
  /// - Throws: ``ParameterError/unexpected(paths:)`` when the source holds values nobody asked for.
  func finish() throws
}

/// Draws every parameter from a generator of its own, seeded by the run's seed and the parameter's path: what two
/// variants have in common starts equal, whatever else they have.
public final class RandomSource: ParameterSource {
  private let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  public func values(for request: ParameterRequest) throws -> Tensor {
    switch request.initializer {
    case .constant(let value):
      return try Tensor.full(request.shape, value, dtype: request.dtype, device: request.device)
    case .normal(let deviation):
      if request.device == .meta {
        return try Tensor.empty(request.shape, dtype: request.dtype, device: .meta)
      }
      let generator = try Generator(seed: Self.mix(seed, request.path))
      let values = try Tensor.randn(request.shape, generator: generator)
      try values.multiplyInPlace(deviation)
      return try values.to(dtype: request.dtype).to(device: request.device)
    }
  }

  public func finish() {}

  /// FNV-1a over the path, started from the seed.
  static func mix(_ seed: UInt64, _ path: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ (seed &* 0x9E37_79B9_7F4A_7C15)
    for byte in path.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return hash
  }
}

/// Takes every parameter from named tensors, and holds both sides to it.
public final class NamedTensorSource: ParameterSource {
  private let tensors: [String: Tensor]
  private var unused: Set<String>

  public init(_ tensors: [String: Tensor]) {
    self.tensors = tensors
    unused = Set(tensors.keys)
  }

  /// - Throws: ``ParameterError/missing(path:)`` or ``ParameterError/wrongShape(path:expected:found:)``.
  public func values(for request: ParameterRequest) throws -> Tensor {
    guard let tensor = tensors[request.path] else { throw ParameterError.missing(path: request.path) }
    guard tensor.shape == request.shape else {
      throw ParameterError.wrongShape(path: request.path, expected: request.shape, found: tensor.shape)
    }
    unused.remove(request.path)
    // A copy: training must not write into the source.
    return try tensor.to(dtype: request.dtype).to(device: request.device).cloned()
  }

  public func finish() throws {
    guard unused.isEmpty else { throw ParameterError.unexpected(paths: unused.sorted()) }
  }
}

/// A checkpoint and a model that do not fit each other.
public enum ParameterError: Error, Hashable, CustomStringConvertible {
  case missing(path: String)
  case unexpected(paths: [String])
  case wrongShape(path: String, expected: [Int], found: [Int])

  public var description: String {
    switch self {
    case .missing(let path):
      "the checkpoint lacks the parameter \(path). Check that its configuration is the model's."
    case .unexpected(let paths):
      "the checkpoint holds parameters the model does not have: \(paths.prefix(8).joined(separator: ", "))"
        + (paths.count > 8 ? " and \(paths.count - 8) more" : "")
        + ". Check that its configuration is the model's."
    case .wrongShape(let path, let expected, let found):
      "the parameter \(path) has the shape \(found) in the checkpoint, the model needs \(expected)"
    }
  }
}
