import Foundation

/// The `tokenizer.json` of Hugging Face's tokenizers, read with suspicion.
enum TokenizerFile {
  static let maximumBytes = 256 << 20

  static func read(_ url: URL) throws -> BytePairTokenizer {
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
      return try tokenizer(from: Data(contentsOf: url))
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw TokenizerError.unreadable(path: url.path, reason: error.localizedDescription)
    }
  }

  static func tokenizer(from json: Data) throws -> BytePairTokenizer {
    guard json.count <= maximumBytes else {
      throw TokenizerError.tooLarge(what: "the size of the tokenizer", size: json.count, limit: maximumBytes)
    }
    let root = try JSONReader.value(of: json)
    guard root.object != nil else { throw TokenizerError.malformed("it is \(root.kind), not an object") }
    for key in ["truncation", "padding"] {
      if let value = root[key], !value.isNull { throw TokenizerError.unsupported(component: key, name: "set") }
    }
    guard let modelSource = root["model"], modelSource.object != nil else {
      throw TokenizerError.malformed("it has no \"model\" object")
    }
    let model = try ModelReader(source: modelSource).model()
    let added = try (root["added_tokens"]?.array ?? []).map(addedToken)
    return try BytePairTokenizer(model: model, pipeline: PipelineReader.pipeline(of: root), addedTokens: added)
  }

  private static func addedToken(_ source: JSONValue) throws -> AddedToken {
    guard let content = source["content"]?.string else {
      throw TokenizerError.malformed("an added token has no \"content\"")
    }
    guard let id = source["id"]?.integer, (0..<BytePairModel.maximumVocabularySize).contains(id) else {
      throw TokenizerError.idOutOfRange(
        token: content, id: source["id"].map(describe) ?? "missing", limit: BytePairModel.maximumVocabularySize)
    }
    if source["single_word"]?.boolean == true {
      throw TokenizerError.unsupported(component: "added token \"\(content)\"", name: "single_word")
    }
    let isSpecial = source["special"]?.boolean ?? false
    return AddedToken(
      id: UInt32(id), content: content, isSpecial: isSpecial,
      isNormalized: source["normalized"]?.boolean ?? !isSpecial,
      stripsLeft: source["lstrip"]?.boolean ?? false, stripsRight: source["rstrip"]?.boolean ?? false)
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

/// Reads what stands under "model".
struct ModelReader {
  let source: JSONValue

  func model() throws -> BytePairModel {
    let type = source["type"]?.string
    guard type == "BPE" || (type == nil && source["merges"] != nil) else {
      throw TokenizerError.unsupported(component: "model", name: type ?? "without a type")
    }
    try requireAbsent("dropout") { value in value.isNull || value.integer == 0 }
    try requireAbsent("byte_fallback") { value in value.isNull || value.boolean == false }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      try requireAbsent(key) { value in value.isNull || value.string?.isEmpty == true }
    }
    var model = try BytePairModel(vocabulary: vocabulary(), merges: merges())
    model.ignoresMerges = source["ignore_merges"]?.boolean ?? false
    model.fusesUnknown = source["fuse_unk"]?.boolean ?? false
    if let unknown = source["unk_token"], !unknown.isNull {
      guard let id = unknown.string.flatMap({ model.id(of: $0) }) else {
        throw TokenizerError.malformed(
          "the unknown token \(TokenizerFile.describe(unknown)) is not in the vocabulary")
      }
      model.unknownToken = id
    }
    return model
  }

  private func requireAbsent(_ key: String, _ isAbsent: (JSONValue) -> Bool) throws {
    if let value = source[key], !isAbsent(value) {
      throw TokenizerError.unsupported(component: "model.\(key)", name: TokenizerFile.describe(value))
    }
  }

  private func vocabulary() throws -> [(token: String, id: Int)] {
    guard let members = source["vocab"]?.object else {
      throw TokenizerError.malformed("the model has no \"vocab\" object")
    }
    return try members.map { member in
      guard let id = member.value.integer else {
        throw TokenizerError.idOutOfRange(
          token: member.key, id: TokenizerFile.describe(member.value), limit: BytePairModel.maximumVocabularySize)
      }
      return (member.key, id)
    }
  }

  /// Merges as pairs, or in the older form as two tokens with a space between.
  private func merges() throws -> [(left: String, right: String)] {
    guard let elements = source["merges"]?.array else {
      throw TokenizerError.malformed("the model has no \"merges\" list")
    }
    return try elements.enumerated().map { rank, element in
      if let pair = element.array {
        if pair.count == 2, let left = pair[0].string, let right = pair[1].string { return (left, right) }
      } else if let text = element.string {
        let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty { return (String(parts[0]), String(parts[1])) }
      }
      throw TokenizerError.badMerge(
        rank: rank, merge: element.string ?? element.kind, reason: "is not a pair of tokens")
    }
  }
}
