/// Reads the parts around the model, and names the ones this program does not run.
enum PipelineReader {
  static let maximumSteps = 64

  /// The pipeline, and whether its pieces are handed on byte by byte (a ByteLevel pre-tokenizer).
  static func pipeline(of root: JSONValue) throws -> (pipeline: Pipeline, isByteLevel: Bool) {
    var pipeline = Pipeline()
    for key in ["normalizer", "pre_tokenizer", "post_processor", "decoder"] {
      pipeline.source.append(JSONValue.Member(key: key, value: root[key] ?? .null))
    }
    pipeline.normalizer.steps = try steps(of: root["normalizer"], list: "normalizers").map(normalizer)
    let splitters = try PreTokenizerReader.read(steps(of: root["pre_tokenizer"], list: "pretokenizers"))
    pipeline.splitters.steps = splitters.steps
    for step in try steps(of: root["post_processor"], list: "processors") {
      try readPostProcessor(step, into: &pipeline)
    }
    let decoders = try steps(of: root["decoder"], list: "decoders")
    if !decoders.isEmpty { pipeline.decoder.steps = try DecoderReader.read(decoders) }
    return (pipeline, splitters.isByteLevel)
  }

  /// The steps of a component: none for null, those of a Sequence, or the one it is.
  static func steps(of source: JSONValue?, list: String, depth: Int = 0) throws -> [JSONValue] {
    guard let source, !source.isNull else { return [] }
    guard type(of: source) == "Sequence", let steps = source[list]?.array else { return [source] }
    guard depth < 8 else { throw TokenizerError.malformed("a Sequence is nested more than 8 deep") }
    let flat = try steps.flatMap { try Self.steps(of: $0, list: list, depth: depth + 1) }
    guard flat.count <= maximumSteps else {
      throw TokenizerError.tooLarge(what: "the number of \(list)", size: flat.count, limit: maximumSteps)
    }
    return flat
  }

  static func type(of step: JSONValue) -> String? { step["type"]?.string }

  static func unsupported(_ component: String, _ step: JSONValue) -> TokenizerError {
    .unsupported(component: component, name: type(of: step) ?? (step.isNull ? "missing" : step.kind))
  }

  /// What a Replace or a Split looks for: a string as it is, or a regular expression.
  enum Pattern {
    case literal([UInt8])
    case expression(String)
  }

  static func pattern(of step: JSONValue, in component: String) throws -> Pattern {
    if let literal = step["pattern"]?["String"]?.string {
      guard !literal.isEmpty else {
        throw TokenizerError.unsupported(component: component, name: "one of an empty pattern")
      }
      return .literal(Array(literal.utf8))
    }
    guard let expression = step["pattern"]?["Regex"]?.string else {
      throw TokenizerError.malformed("a \(type(of: step) ?? "step") of the \(component) has no pattern")
    }
    return .expression(expression)
  }

  static func expression(_ source: String, _ step: String, in component: String) throws -> RegularExpression {
    do {
      return try RegularExpression(source)
    } catch let error as RegularExpression.SyntaxError {
      throw TokenizerError.unsupported(component: component, name: "a \(step) by \(source) (\(error.reason))")
    }
  }

  private static func normalizer(_ step: JSONValue) throws -> Normalizer {
    func flag(_ key: String, otherwise: Bool) -> Bool { step[key]?.boolean ?? otherwise }
    switch type(of: step) {
    case "NFC": return .form(.nfc)
    case "NFD": return .form(.nfd)
    case "NFKC": return .form(.nfkc)
    case "NFKD": return .form(.nfkd)
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "Nmt": return .nmt
    case "BertNormalizer":
      let lowercases = flag("lowercase", otherwise: true)
      return .bert(
        cleansText: flag("clean_text", otherwise: true), spacesChinese: flag("handle_chinese_chars", otherwise: true),
        stripsAccents: flag("strip_accents", otherwise: lowercases), lowercases: lowercases)
    case "Prepend": return .prepend(Array((step["prepend"]?.string ?? "").utf8))
    case "Strip":
      return .strip(left: flag("strip_left", otherwise: false), right: flag("strip_right", otherwise: false))
    case "Replace":
      let content = Array((step["content"]?.string ?? "").utf8)
      switch try pattern(of: step, in: "normalizer") {
      case .literal(let literal): return .replace(literal, by: content)
      case .expression(let source):
        return .replaceExpression(try expression(source, "Replace", in: "normalizer"), by: content)
      }
    case "Precompiled":
      guard let map = step["precompiled_charsmap"]?.string else {
        throw TokenizerError.malformed("the Precompiled normalizer has no precompiled_charsmap")
      }
      return .characterMap(try CharacterMap(base64: map))
    default: throw unsupported("normalizer", step)
    }
  }

  private static func readPostProcessor(_ step: JSONValue, into pipeline: inout Pipeline) throws {
    switch type(of: step) {
    case "ByteLevel": break  // It moves offsets, and leaves tokens as they are.
    case "TemplateProcessing": try readTemplate(step, into: &pipeline)
    case "BertProcessing", "RobertaProcessing":
      pipeline.prefix.insert(try id(ofPair: step["cls"], "cls"), at: 0)
      pipeline.suffix.append(try id(ofPair: step["sep"], "sep"))
    default: throw unsupported("post-processor", step)
    }
  }

  private static func id(ofPair pair: JSONValue?, _ name: String) throws -> UInt32 {
    guard let pair = pair?.array, pair.count == 2, let content = pair[0].string else {
      throw TokenizerError.malformed("the post-processor has no \"\(name)\" token")
    }
    return try id(pair[1], of: content)
  }

  private static func id(_ value: JSONValue, of name: String) throws -> UInt32 {
    guard let id = value.integer, (0..<Vocabulary.maximumSize).contains(id) else {
      throw TokenizerError.idOutOfRange(token: name, id: TokenizerFile.describe(value), limit: Vocabulary.maximumSize)
    }
    return UInt32(id)
  }

  /// A template puts special tokens before and after a text.
  private static func readTemplate(_ step: JSONValue, into pipeline: inout Pipeline) throws {
    var hasText = false
    var before: [UInt32] = []
    for piece in step["single"]?.array ?? [] {
      if piece["Sequence"] != nil {
        guard !hasText else {
          throw TokenizerError.unsupported(component: "post-processor", name: "a template that repeats the text")
        }
        hasText = true
      } else if let name = piece["SpecialToken"]?["id"]?.string {
        for value in step["special_tokens"]?[name]?["ids"]?.array ?? [] {
          let id = try id(value, of: name)
          if hasText { pipeline.suffix.append(id) } else { before.append(id) }
        }
      }
    }
    guard hasText else { throw TokenizerError.malformed("the post-processor's template leaves the text out") }
    pipeline.prefix = before + pipeline.prefix
  }
}
