import Foundation

/// The `tokenizer.json` of Hugging Face's tokenizers, read with suspicion.
enum TokenizerFile {
  static let maximumBytes = 256 << 20

  static func read(_ url: URL) throws -> Data {
    let size: Int?
    do {
      size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize
    } catch {
      throw TokenizerError.unreadable(path: url.path, reason: error.localizedDescription)
    }
    if let size, size > maximumBytes {
      throw TokenizerError.tooLarge(what: "the size of \(url.path)", size: size, limit: maximumBytes)
    }
    do {
      return try Data(contentsOf: url)
    } catch {
      throw TokenizerError.unreadable(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Only byte pairs, and nothing set that is about batches.
  static func bytePairTokenizer(from json: Data) throws -> BytePairTokenizer {
    let root = try root(of: json)
    for key in ["truncation", "padding"] {
      if let value = root[key], !value.isNull { throw TokenizerError.unsupported(component: key, name: "set") }
    }
    let tokenizer = try tokenizer(of: root)
    guard let tokenizer = tokenizer as? BytePairTokenizer else {
      throw TokenizerError.unsupported(component: "model", name: root["model"]?["type"]?.string ?? "not BPE")
    }
    return tokenizer
  }

  /// Any kind. Truncation and padding, which are about batches, are left to whoever makes them.
  static func tokenizer(from json: Data) throws -> any Tokenizer { try tokenizer(of: root(of: json)) }

  private static func root(of json: Data) throws -> JSONValue {
    guard json.count <= maximumBytes else {
      throw TokenizerError.tooLarge(what: "the size of the tokenizer", size: json.count, limit: maximumBytes)
    }
    let root = try JSONReader.value(of: json)
    guard root.object != nil else { throw TokenizerError.malformed("it is \(root.kind), not an object") }
    return root
  }

  private static func tokenizer(of root: JSONValue) throws -> any Tokenizer {
    guard let source = root["model"], source.object != nil else {
      throw TokenizerError.malformed("it has no \"model\" object")
    }
    let reader = ModelReader(source: source)
    let added = try (root["added_tokens"]?.array ?? []).map(addedToken)
    let type = source["type"]?.string
    if type == "BPE" || (type == nil && source["merges"] != nil) {
      // The model is said to be wrong before what stands around it.
      let pieces = try PreTokenizerReader.isByteLevel(root["pre_tokenizer"])
      let model = try reader.bytePairs(alphabet: pieces ? .bytes : .scalars)
      return try BytePairTokenizer(
        model: model, pipeline: PipelineReader.pipeline(of: root).pipeline, addedTokens: added)
    }
    let model: PieceTokenizer.Model
    switch type {
    case "Unigram": model = .unigram(try reader.unigram())
    case "WordPiece": model = .wordPiece(try reader.wordPiece())
    default: throw TokenizerError.unsupported(component: "model", name: type ?? "without a type")
    }
    let (pipeline, isByteLevel) = try PipelineReader.pipeline(of: root)
    guard !isByteLevel else {
      throw TokenizerError.unsupported(component: "pre-tokenizer", name: "a ByteLevel before \(type ?? "")")
    }
    return try PieceTokenizer(model: model, pipeline: pipeline, addedTokens: added)
  }

  private static func addedToken(_ source: JSONValue) throws -> AddedToken {
    guard let content = source["content"]?.string else {
      throw TokenizerError.malformed("an added token has no \"content\"")
    }
    guard let id = source["id"]?.integer, (0..<Vocabulary.maximumSize).contains(id) else {
      throw TokenizerError.idOutOfRange(
        token: content, id: source["id"].map(describe) ?? "missing", limit: Vocabulary.maximumSize)
    }
    let isSpecial = source["special"]?.boolean ?? false
    return AddedToken(
      id: UInt32(id), content: content, isSpecial: isSpecial,
      isNormalized: source["normalized"]?.boolean ?? !isSpecial,
      stripsLeft: source["lstrip"]?.boolean ?? false, stripsRight: source["rstrip"]?.boolean ?? false,
      isSingleWord: source["single_word"]?.boolean ?? false)
  }

  /// A value as an error shows it.
  static func describe(_ value: JSONValue) -> String {
    switch value {
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .string(let text): "\"\(text.prefix(80))\""
    default: value.kind
    }
  }
}

extension PreTokenizerReader {
  /// Whether a pre-tokenizer ends in a ByteLevel.
  static func isByteLevel(_ source: JSONValue?) throws -> Bool {
    try PipelineReader.steps(of: source, list: "pretokenizers").last.flatMap(PipelineReader.type(of:)) == "ByteLevel"
  }
}
