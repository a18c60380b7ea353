/// Reads what stands under "model".
struct ModelReader {
  let source: JSONValue

  func bytePairs(alphabet: BytePairModel.Alphabet) throws -> BytePairModel {
    try requireAbsent("dropout") { value in value.isNull || value.integer == 0 }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      try requireAbsent(key) { value in value.isNull || value.string?.isEmpty == true }
    }
    let usesByteFallback = source["byte_fallback"]?.boolean ?? false
    if alphabet == .bytes, usesByteFallback {
      throw TokenizerError.unsupported(component: "model.byte_fallback", name: "true with a ByteLevel pre-tokenizer")
    }
    var model = try BytePairModel(vocabulary: Vocabulary(vocabulary()), merges: merges(), alphabet: alphabet)
    model.ignoresMerges = source["ignore_merges"]?.boolean ?? false
    model.fusesUnknown = source["fuse_unk"]?.boolean ?? false
    if usesByteFallback { model.fallbackTokens = model.vocabulary.byteTokens }
    if let unknown = source["unk_token"], !unknown.isNull {
      guard let id = unknown.string.flatMap({ model.id(of: $0) }) else {
        throw TokenizerError.malformed(
          "the unknown token \(TokenizerFile.describe(unknown)) is not in the vocabulary")
      }
      model.unknownToken = id
    }
    return model
  }

  func unigram() throws -> UnigramModel {
    guard let entries = source["vocab"]?.array else {
      throw TokenizerError.malformed("the model has no \"vocab\" list")
    }
    var tokens: [(token: String, id: Int)] = []
    var scores: [Double?] = []
    for (id, entry) in entries.enumerated() {
      guard let pair = entry.array, pair.count == 2, let token = pair[0].string, case .number(let score) = pair[1]
      else {
        throw TokenizerError.malformed("entry \(id) of the vocabulary is no token with a score")
      }
      tokens.append((token, id))
      scores.append(score)
    }
    let unknown = source["unk_id"]?.integer
    guard let unknown, tokens.indices.contains(unknown) else {
      throw TokenizerError.malformed("the unk_id is missing or no token's")
    }
    return try UnigramModel(
      vocabulary: Vocabulary(tokens, repeated: .lastHolds), scores: scores,
      lowestScore: scores.compactMap { $0 }.min() ?? 0, unknownToken: UInt32(unknown),
      usesByteFallback: source["byte_fallback"]?.boolean ?? false, rounds: false)
  }

  func wordPiece() throws -> WordPieceModel {
    let longest = source["max_input_chars_per_word"]?.integer ?? 100
    guard (1...1_000_000).contains(longest) else {
      throw TokenizerError.malformed("max_input_chars_per_word is \(longest)")
    }
    return try WordPieceModel(
      vocabulary: Vocabulary(vocabulary()), unknownToken: source["unk_token"]?.string ?? "[UNK]",
      continuingPrefix: source["continuing_subword_prefix"]?.string ?? "##", maximumWordScalars: longest)
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
          token: member.key, id: TokenizerFile.describe(member.value), limit: Vocabulary.maximumSize)
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
      } else if let text = element.string, let pair = Self.merge(text) {
        return pair
      }
      throw TokenizerError.badMerge(
        rank: rank, merge: element.string ?? element.kind, reason: "is not a pair of tokens")
    }
  }

  /// Two tokens with one space between.
  static func merge(_ text: String) -> (left: String, right: String)? {
    let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    return (String(parts[0]), String(parts[1]))
  }
}
