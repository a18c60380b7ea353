/// A model that cannot be found, read or loaded.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No file, no directory and no name of the catalogue.
  case notFound(String, near: String?)
  /// A name of the catalogue whose model is not on this machine.
  case notFetched(String)
  /// Not a name of the catalogue.
  case unknownModel(String, near: String?, known: [String])
  /// A directory without a config.json.
  case noConfiguration(path: String)
  /// A file that lies there and cannot be used.
  case damaged(path: String, reason: String)
  /// The same, in the words of the room that reads it.
  case unusable(String)
  case unsupportedArchitecture(String, path: String, supported: [String])
  /// A tensor whose elements are packed in a way that is not read.
  case unsupportedTensorType(path: String, tensor: String, type: String)
  case noWeights(path: String, found: [String])
  case noTokenizer(path: String)
  /// A tensor that the model needs and the checkpoint lacks.
  case missingTensor(path: String, name: String, parameter: String)
  /// Tensors that the checkpoint holds and the model does not have.
  case unexpectedTensors(path: String, names: [String])
  case wrongShape(path: String, tensor: String, expected: [Int], found: [Int])
  /// A decoder where an encoder is wanted, or the other way round.
  case wrongKind(path: String, wanted: String, found: String)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .notFound(let name, let near):
      "there is no model '\(name)'" + (near.map { "; did you mean \($0)?" } ?? ".")
        + " A model is a name that `efficientllm models` lists, a GGUF file, or a directory with a config.json."
    case .notFetched(let name):
      "\(name) is not on this machine yet. `efficientllm models get \(name)` fetches it."
    case .unknownModel(let name, let near, let known):
      "the catalogue has no model '\(name)'" + (near.map { "; did you mean \($0)?" } ?? ".")
        + " It has \(known.joined(separator: ", "))."
    case .noConfiguration(let path):
      "\(path) is no model: it has no config.json. Name a Hugging Face directory, or a GGUF file."
    case .damaged(let path, let reason): "\(path) cannot be used: \(reason)"
    case .unusable(let reason): reason
    case .unsupportedArchitecture(let name, let path, let supported):
      "\(path) is of the architecture '\(name)', which is not supported. Supported are \(supported.joined(separator: ", "))."
    case .unsupportedTensorType(let path, let tensor, let type):
      "\(path) holds '\(tensor)' as \(type), which cannot be computed with. Obtain the model in F32, BF16 or F16, or as a "
        + "GGUF file of another type."
    case .noWeights(let path, let found):
      "\(path) has no weights as safetensors (model.safetensors, or model.safetensors.index.json with its files)."
        + (found.isEmpty
          ? " Download them, or ask for its shape alone: `efficientllm models show`."
          : " It has \(found.joined(separator: ", ")): convert them with transformers' save_pretrained.")
    case .noTokenizer(let path):
      "\(path) has no tokenizer: a directory needs its tokenizer.json (transformers' AutoTokenizer with save_pretrained "
        + "writes one), a GGUF file its tokenizer.ggml metadata."
    case .missingTensor(let path, let name, let parameter):
      "\(path) lacks the tensor '\(name)'" + (name == parameter ? "" : ", which the model needs for \(parameter)")
        + ". Check that the file is whole and its configuration the model's."
    case .unexpectedTensors(let path, let names):
      "\(path) holds tensors that the model does not have: \(names.prefix(8).joined(separator: ", "))"
        + (names.count > 8 ? " and \(names.count - 8) more" : "") + ". Check that its configuration is the model's."
    case .wrongShape(let path, let tensor, let expected, let found):
      "\(path): '\(tensor)' has the shape \(found) where the model needs \(expected). Check that its configuration is the "
        + "model's."
    case .wrongKind(let path, let wanted, let found):
      "\(path) is \(found), and this needs \(wanted)"
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason). Free some space, or set EFFICIENTLLM_HOME to another place."
    }
  }

  /// Whether the user has to say something differently, or fetch something first.
  public var isUsageError: Bool {
    switch self {
    case .notFound, .notFetched, .unknownModel, .noConfiguration, .wrongKind: true
    default: false
    }
  }
}
