/// A GGUF file that cannot be used, or a call that does not fit it.
public enum GGUFError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be opened or mapped.
  case unreadable(path: String, reason: String)
  /// The file does not begin with `GGUF`.
  case notGGUF(path: String, found: String)
  /// A version other than 2 and 3.
  case unsupportedVersion(path: String, version: UInt32)
  /// The numbers are stored most significant byte first.
  case bigEndian(path: String)
  /// A tensor of a type that is not read here.
  case unsupportedType(path: String, tensor: String, type: String)
  /// Something in the file contradicts the format; `reason` names the thing.
  case damaged(path: String, reason: String)
  /// The file is no longer what it was when it was opened.
  case changed(path: String)
  /// A buffer or a range of rows that does not fit the tensor.
  case misfit(tensor: String, reason: String)
  /// The file cannot be written.
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .notGGUF(let path, let found):
      "\(path) is no GGUF file: it begins with \(found), not with \"GGUF\". Convert the model to GGUF, or name its folder if "
        + "it is a checkpoint of several files."
    case .unsupportedVersion(let path, let version):
      "\(path) is GGUF of version \(version); versions 2 and 3 are read. Convert it anew with a current converter."
    case .bigEndian(let path):
      "\(path) is a big-endian GGUF file. Convert it to little-endian, for example with gguf-py's gguf-convert-endian."
    case .unsupportedType(let path, let tensor, let type):
      "\(path) holds the tensor '\(tensor)' as \(type), which is not read. Obtain the model as "
        + GGUFType.allCases.filter(\.isQuantized).map(\.name).joined(separator: ", ") + ", F16, BF16 or F32."
    case .damaged(let path, let reason): "\(path) is no valid GGUF file: \(reason). Obtain or write it anew."
    case .changed(let path):
      "\(path) was changed or cut short while it was open. Open it again when it is written; replace models by renaming."
    case .misfit(let tensor, let reason): "the tensor '\(tensor)' does not fit: \(reason)"
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason). Free some space, or choose another place; nothing was changed."
    }
  }
}
