/// A safetensors file, or a checkpoint of several, that cannot be used.
public enum SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case damaged(path: String, reason: String)
  /// An index of shards that contradicts itself or its shards.
  case damagedIndex(path: String, reason: String)
  /// A folder without a checkpoint.
  case absent(folder: String)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .damaged(let path, let reason):
      "\(path) is no valid safetensors file: \(reason). Obtain or write it anew."
    case .damagedIndex(let path, let reason):
      "\(path) is no valid index of safetensors files: \(reason). Obtain the whole checkpoint anew."
    case .absent(let folder):
      "\(folder) holds neither \(SafetensorsCollection.singleName) nor \(SafetensorsCollection.indexName). Name a folder "
        + "with a checkpoint, or one .safetensors file."
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason). Free some space, or choose another place; nothing was changed."
    }
  }
}
