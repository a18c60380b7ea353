public import Torch

/// A named leaf tensor of a model.
public final class Parameter {
  /// The checkpoint's name for it, such as "model.layers.0.mlp.up_proj.weight".
  public let path: String
  public let tensor: Tensor
  /// Whether an optimizer may change it.
  public let isTrainable: Bool
  /// Numbers it stands for.
  public let count: Int
  /// Bytes they take in the form in which they are held.
  public let byteCount: Int

  /// - Parameters:
  ///   - count: given with `byteCount` for a tensor of libtorch's opaque kinds, which say neither.
  init(path: String, tensor: Tensor, isTrainable: Bool, count: Int? = nil, byteCount: Int? = nil) {
    self.path = path
    self.tensor = tensor
    self.isTrainable = isTrainable
    self.count = count ?? tensor.count
    self.byteCount = byteCount ?? tensor.byteCount
  }
}

/// A model's parameters, in the order in which they were made.
public final class ParameterStore {
  public private(set) var parameters: [Parameter] = []
  private var byPath: [String: Int] = [:]

  public init() {}

  func add(_ parameter: Parameter) {
    precondition(byPath[parameter.path] == nil, "two parameters are called \(parameter.path)")
    byPath[parameter.path] = parameters.count
    parameters.append(parameter)
  }

  public subscript(path: String) -> Parameter? { byPath[path].map { parameters[$0] } }

  public var trainable: [Parameter] { parameters.filter(\.isTrainable) }
  public var count: Int { parameters.reduce(0) { $0 + $1.count } }
  public var byteCount: Int { parameters.reduce(0) { $0 + $1.byteCount } }
}
