import Foundation

extension TokenizerFile {
  /// A tokenizer as the package writes one, members in its order.
  static func json(of tokenizer: BytePairTokenizer) -> Data {
    var members: [JSONValue.Member] = [
      .init(key: "version", value: .string("1.0")),
      .init(key: "truncation", value: .null),
      .init(key: "padding", value: .null),
      .init(key: "added_tokens", value: .array(tokenizer.addedTokens.tokens.map(source))),
    ]
    members += tokenizer.pipeline.source
    members.append(.init(key: "model", value: source(of: tokenizer.model)))
    return Data(JSONWriter.bytes(of: .object(members)))
  }

  private static func source(of token: AddedToken) -> JSONValue {
    .object([
      .init(key: "id", value: .number(Double(token.id))),
      .init(key: "content", value: .string(token.content)),
      .init(key: "single_word", value: .boolean(token.isSingleWord)),
      .init(key: "lstrip", value: .boolean(token.stripsLeft)),
      .init(key: "rstrip", value: .boolean(token.stripsRight)),
      .init(key: "normalized", value: .boolean(token.isNormalized)),
      .init(key: "special", value: .boolean(token.isSpecial)),
    ])
  }

  private static func source(of model: BytePairModel) -> JSONValue {
    let ids = (0..<UInt32(model.size)).filter { model.token(of: $0) != nil }
    let vocabulary = ids.map { id in
      JSONValue.Member(key: model.token(of: id) ?? "", value: .number(Double(id)))
    }
    let pairs = model.merges.map { (model.token(of: $0.left) ?? "", model.token(of: $0.right) ?? "") }
    // The older form, which every version of the package reads, cannot hold a space.
    let holdsSpace = pairs.contains { $0.utf8.contains(0x20) || $1.utf8.contains(0x20) }
    return .object([
      .init(key: "type", value: .string("BPE")),
      .init(key: "dropout", value: .null),
      .init(key: "unk_token", value: model.unknownToken.flatMap(model.token(of:)).map(JSONValue.string) ?? .null),
      .init(key: "continuing_subword_prefix", value: .null),
      .init(key: "end_of_word_suffix", value: .null),
      .init(key: "fuse_unk", value: .boolean(model.fusesUnknown)),
      .init(key: "byte_fallback", value: .boolean(model.fallbackTokens != nil)),
      .init(key: "ignore_merges", value: .boolean(model.ignoresMerges)),
      .init(key: "vocab", value: .object(vocabulary)),
      .init(
        key: "merges",
        value: .array(
          pairs.map { left, right in
            holdsSpace ? .array([.string(left), .string(right)]) : .string("\(left) \(right)")
          })),
    ])
  }
}

extension Pipeline {
  /// What a tokenizer trained here has around its model: byte-level, split by a pattern, nothing added.
  static func byteLevel(_ pattern: TextPattern) -> Pipeline {
    var pipeline = Pipeline()
    pipeline.splitters.steps = [.pattern(pattern)]
    pipeline.decoder.steps = [.byteLevel]
    let split = JSONValue.object([
      .init(key: "type", value: .string("Split")),
      .init(key: "pattern", value: .object([.init(key: "Regex", value: .string(pattern.regularExpression))])),
      .init(key: "behavior", value: .string("Isolated")),
      .init(key: "invert", value: .boolean(false)),
    ])
    let preTokenizer: JSONValue =
      pattern == .gpt2
      ? byteLevelComponent(usesPattern: true)
      : .object([
        .init(key: "type", value: .string("Sequence")),
        .init(key: "pretokenizers", value: .array([split, byteLevelComponent(usesPattern: false)])),
      ])
    pipeline.source = [
      .init(key: "normalizer", value: .null),
      .init(key: "pre_tokenizer", value: preTokenizer),
      .init(key: "post_processor", value: .null),
      .init(key: "decoder", value: byteLevelComponent(usesPattern: true)),
    ]
    return pipeline
  }

  private static func byteLevelComponent(usesPattern: Bool) -> JSONValue {
    .object([
      .init(key: "type", value: .string("ByteLevel")),
      .init(key: "add_prefix_space", value: .boolean(false)),
      .init(key: "trim_offsets", value: .boolean(true)),
      .init(key: "use_regex", value: .boolean(usesPattern)),
    ])
  }
}
