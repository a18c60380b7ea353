/// Makes tokenizers of what a model file's metadata says. Such metadata holds the vocabulary but only a name for all that
/// is around it; this follows what the models' own tokenizers do.
struct VocabularyMaker {
  /// What kind of token each is (GGUF's `tokenizer.ggml.token_type`).
  private enum TokenType: Int64 {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  private let source: VocabularyDescription
  private let types: [TokenType]

  /// - Throws: `TokenizerError.malformed`, when lists differ in length or a special token is none of the tokens.
  init(_ source: VocabularyDescription) throws {
    self.source = source
    guard !source.tokens.isEmpty else { throw TokenizerError.malformed("the vocabulary has no tokens") }
    guard source.tokens.count <= Vocabulary.maximumSize else {
      throw TokenizerError.tooLarge(what: "the vocabulary", size: source.tokens.count, limit: Vocabulary.maximumSize)
    }
    for (name, count) in [("scores", source.scores?.count), ("token types", source.tokenTypes?.count)] {
      if let count, count != source.tokens.count {
        throw TokenizerError.malformed("the vocabulary has \(source.tokens.count) tokens and \(count) \(name)")
      }
    }
    types = (source.tokenTypes ?? []).map { TokenType(rawValue: $0) ?? .normal }
    for (name, id) in [
      ("begin", source.beginToken), ("end", source.endToken), ("unknown", source.unknownToken),
      ("separator", source.separatorToken), ("padding", source.paddingToken), ("classifier", source.classifierToken),
    ] {
      if let id, !source.tokens.indices.contains(id) {
        throw TokenizerError.malformed("the \(name) token \(id) is not in the vocabulary of \(source.tokens.count)")
      }
    }
  }

  private func type(of id: Int) -> TokenType { id < types.count ? types[id] : .normal }

  /// Of tokens that come twice the first is found in text.
  private func vocabulary(_ tokens: [String]) throws -> Vocabulary {
    try Vocabulary(tokens.enumerated().map { ($1, $0) }, repeated: .firstHolds)
  }

  /// The tokens that are found in text as they stand.
  /// - Parameter types: beyond control and user-defined ones.
  private func addedTokens(_ vocabulary: Vocabulary, normalizesUserDefined: Bool = false) -> [AddedToken] {
    source.tokens.indices.compactMap { id in
      let type = type(of: id)
      guard type == .control || type == .userDefined || type == .unknown else { return nil }
      let content = source.tokens[id]
      // Converters fill gaps of a vocabulary with such names; no text means them.
      guard content != "[PAD\(id)]", !content.isEmpty, content.utf8.count <= TokenFinder.maximumBytes,
        vocabulary.id(of: content) == UInt32(id)
      else { return nil }
      return AddedToken(
        id: UInt32(id), content: content, isSpecial: type != .userDefined,
        isNormalized: type == .userDefined && normalizesUserDefined)
    }
  }

  private func addBorders(to pipeline: inout Pipeline, begin: Bool, end: Bool) throws {
    if source.addsBegin ?? begin, let token = source.beginToken { pipeline.prefix = [UInt32(token)] }
    if source.addsEnd ?? end, let token = source.endToken { pipeline.suffix = [UInt32(token)] }
  }

  func byteLevel() throws -> BytePairTokenizer {
    guard let merges = source.merges else { throw TokenizerError.malformed("a byte-level vocabulary has no merges") }
    let known = try ByteLevelKind(name: source.preTokenizer)
    let vocabulary = try vocabulary(source.tokens)
    var pairs: [(left: String, right: String)] = []
    for (rank, merge) in merges.enumerated() {
      guard let pair = ModelReader.merge(merge) else {
        throw TokenizerError.badMerge(rank: rank, merge: merge, reason: "is not a pair of tokens")
      }
      pairs.append(pair)
    }
    var model = try BytePairModel(vocabulary: vocabulary, merges: pairs, alphabet: .bytes)
    model.ignoresMerges = known.ignoresMerges
    var pipeline = Pipeline()
    if known.composes { pipeline.normalizer.steps = [.form(.nfc)] }
    pipeline.splitters.steps = known.splitters
    pipeline.decoder.steps = [.byteLevel]
    try addBorders(to: &pipeline, begin: known.addsBegin, end: false)
    return try BytePairTokenizer(
      model: model, pipeline: pipeline,
      addedTokens: addedTokens(vocabulary, normalizesUserDefined: known.composes))
  }

  func sentencePiece() throws -> BytePairTokenizer {
    guard let scores = source.scores else { throw TokenizerError.malformed("a SentencePiece vocabulary has no scores") }
    let vocabulary = try vocabulary(source.tokens)
    var model = try BytePairModel(
      vocabulary: vocabulary, scores: source.tokens.indices.map { type(of: $0) == .normal ? scores[$0] : nil })
    let bytes = vocabulary.byteTokens
    if bytes.contains(where: { $0 != nil }) { model.fallbackTokens = bytes }
    model.unknownToken = source.unknownToken.map(UInt32.init) ?? unknownByType
    model.fusesUnknown = true
    var pipeline = Pipeline()
    let addsPrefix = source.addsSpacePrefix ?? true
    if let map = source.precompiledCharacterMap, !map.isEmpty {
      pipeline.normalizer.steps = [
        .sentencePiece(
          SentencePieceNormalizer(
            map: try CharacterMap(map), removesExtraSpaces: source.removesExtraWhitespaces ?? false,
            addsPrefix: addsPrefix))
      ]
    } else if source.removesExtraWhitespaces == true {
      pipeline.normalizer.steps = [
        .sentencePiece(SentencePieceNormalizer(map: nil, removesExtraSpaces: true, addsPrefix: addsPrefix))
      ]
    } else {
      pipeline.normalizer.steps = [.replace([0x20], by: SentencePieceNormalizer.mark)]
      if addsPrefix { pipeline.normalizer.steps.insert(.prepend([0x20]), at: 0) }
    }
    pipeline.decoder.steps = [.replace(SentencePieceNormalizer.mark, by: [0x20]), .byteFallback, .fuse]
    if addsPrefix { pipeline.decoder.steps.append(.strip(" ", start: 1, stop: 0)) }
    try addBorders(to: &pipeline, begin: true, end: false)
    return try BytePairTokenizer(model: model, pipeline: pipeline, addedTokens: addedTokens(vocabulary))
  }

  private var unknownByType: UInt32? { types.firstIndex(of: .unknown).map(UInt32.init) }

  func unigram() throws -> PieceTokenizer {
    guard let scores = source.scores else { throw TokenizerError.malformed("a unigram vocabulary has no scores") }
    let vocabulary = try vocabulary(source.tokens)
    let normal = source.tokens.indices.filter { type(of: $0) == .normal }.map { scores[$0] }
    let highest = normal.max() ?? 0
    let model = try UnigramModel(
      vocabulary: vocabulary,
      scores: source.tokens.indices.map { id in
        switch type(of: id) {
        case .normal: Double(scores[id])
        case .userDefined: Double(Float(source.tokens[id].utf8.count) * highest) - 0.1
        default: nil
        }
      },
      lowestScore: Double(normal.min() ?? 0),
      unknownToken: source.unknownToken.map(UInt32.init) ?? unknownByType,
      usesByteFallback: types.contains(.byte), rounds: true)
    var pipeline = Pipeline()
    pipeline.normalizer.steps = [
      .sentencePiece(
        SentencePieceNormalizer(
          map: try source.precompiledCharacterMap.flatMap { $0.isEmpty ? nil : try CharacterMap($0) },
          removesExtraSpaces: source.removesExtraWhitespaces ?? true, addsPrefix: source.addsSpacePrefix ?? true))
    ]
    pipeline.decoder.steps = [.replace(SentencePieceNormalizer.mark, by: [0x20]), .byteFallback, .fuse]
    if source.addsSpacePrefix ?? true { pipeline.decoder.steps.append(.strip(" ", start: 1, stop: 0)) }
    try addBorders(to: &pipeline, begin: false, end: true)
    return try PieceTokenizer(model: .unigram(model), pipeline: pipeline, addedTokens: addedTokens(vocabulary))
  }

  /// The metadata writes tokens that start a word with U+2581 before them and those within one as they are; BERT's own
  /// vocabulary writes them plain, and with ## before them.
  func wordPiece() throws -> PieceTokenizer {
    let mark = "\u{2581}"
    var isCased = false
    let tokens = source.tokens.enumerated().map { id, token in
      if type(of: id) != .normal || (token.hasPrefix("[") && token.hasSuffix("]")) { return token }
      guard token.unicodeScalars.starts(with: mark.unicodeScalars) else { return "##" + token }
      let word = String(String.UnicodeScalarView(token.unicodeScalars.dropFirst()))
      if word.unicodeScalars.contains(where: { ("A"..."Z").contains($0) }) { isCased = true }
      return word
    }
    let vocabulary = try vocabulary(tokens)
    let unknown = source.unknownToken.map { tokens[$0] } ?? "[UNK]"
    let model = try WordPieceModel(
      vocabulary: vocabulary, unknownToken: unknown, continuingPrefix: "##", maximumWordScalars: 100)
    var pipeline = Pipeline()
    // A vocabulary with capital letters is a cased one: it keeps them, and accents.
    pipeline.normalizer.steps = [
      .bert(cleansText: true, spacesChinese: true, stripsAccents: !isCased, lowercases: !isCased)
    ]
    pipeline.splitters.steps = [.bert]
    pipeline.decoder.steps = [.wordPiece(prefix: Array("##".utf8), cleansUp: true)]
    let classifier = source.classifierToken ?? source.beginToken
    if source.addsBegin ?? true, let classifier { pipeline.prefix = [UInt32(classifier)] }
    if source.addsEnd ?? true, let separator = source.separatorToken ?? source.endToken {
      pipeline.suffix = [UInt32(separator)]
    }
    return try PieceTokenizer(model: .wordPiece(model), pipeline: pipeline, addedTokens: addedTokens(vocabulary))
  }
}
