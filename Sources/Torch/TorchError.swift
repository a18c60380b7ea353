/// What can go wrong at the border to libtorch.
public enum TorchError: Error, Hashable, CustomStringConvertible {
  /// No compiled shim was found in any of the places searched.
  case libraryMissing(searched: [String])
  /// The shim is there but cannot be loaded.
  case libraryUnusable(path: String, reason: String)
  /// libtorch refused a call. `arguments` describes them as `name [shape] dtype`.
  case operatorFailed(name: String, arguments: [String], message: String)
  /// A tensor had another type than the one it was read as.
  case typeMismatch(expected: DType, found: DType)
  /// The number of values does not fit the shape.
  case countMismatch(expected: Int, found: Int)

  public var description: String {
    switch self {
    case .libraryMissing(let searched):
      "libtorch's shim is not here (searched \(searched.joined(separator: ", "))). Run `./dev setup`: it finds or "
        + "installs libtorch and compiles the shim; or set EFFICIENTLLM_SHIM to a compiled one."
    case .libraryUnusable(let path, let reason):
      "libtorch's shim \(path) cannot be loaded: \(reason). Run `./dev setup` to compile it anew."
    case .operatorFailed(let name, let arguments, let message):
      "\(name)(\(arguments.joined(separator: ", "))): \(message)"
    case .typeMismatch(let expected, let found):
      "a tensor of type \(found) was read as \(expected)"
    case .countMismatch(let expected, let found):
      "\(found) values do not fill a shape of \(expected) elements"
    }
  }
}
