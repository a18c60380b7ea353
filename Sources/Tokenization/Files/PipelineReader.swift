/// Reads the parts around the model, and names the ones this program does not run.
enum PipelineReader {
  static func pipeline(of root: JSONValue) throws -> Pipeline {
    var pipeline = Pipeline()
    for key in ["normalizer", "pre_tokenizer", "post_processor", "decoder"] {
      pipeline.source.append(JSONValue.Member(key: key, value: root[key] ?? .null))
    }
    for step in steps(of: root["normalizer"], list: "normalizers") {
      guard type(of: step) == "NFC" else { throw unsupported("normalizer", step) }
      pipeline.normalization = .nfc
    }
    try readPreTokenizer(steps(of: root["pre_tokenizer"], list: "pretokenizers"), into: &pipeline)
    for step in steps(of: root["post_processor"], list: "processors") {
      switch type(of: step) {
      case "ByteLevel": break  // It moves offsets, and leaves tokens as they are.
      case "TemplateProcessing": try readTemplate(step, into: &pipeline)
      default: throw unsupported("post-processor", step)
      }
    }
    let decoders = steps(of: root["decoder"], list: "decoders")
    guard decoders.count == 1, type(of: decoders[0]) == "ByteLevel" else {
      throw unsupported("decoder", decoders.first { type(of: $0) != "ByteLevel" } ?? .null)
    }
    return pipeline
  }

  /// The steps of a component: none for null, those of a Sequence, or the one it is.
  private static func steps(of source: JSONValue?, list: String) -> [JSONValue] {
    guard let source, !source.isNull else { return [] }
    guard type(of: source) == "Sequence", let steps = source[list]?.array else { return [source] }
    return steps
  }

  private static func type(of step: JSONValue) -> String? { step["type"]?.string }

  private static func unsupported(_ component: String, _ step: JSONValue) -> TokenizerError {
    .unsupported(component: component, name: type(of: step) ?? (step.isNull ? "missing" : step.kind))
  }

  private static func readPreTokenizer(_ steps: [JSONValue], into pipeline: inout Pipeline) throws {
    let types = steps.map { type(of: $0) ?? "" }
    guard types == ["ByteLevel"] || types == ["Split", "ByteLevel"], let byteLevel = steps.last else {
      let other = steps.first { !["Split", "ByteLevel"].contains(type(of: $0)) }
      throw TokenizerError.unsupported(
        component: "pre-tokenizer",
        name: other.map { type(of: $0) ?? $0.kind } ?? (steps.isEmpty ? "missing" : types.joined(separator: " + ")))
    }
    let usesPattern = byteLevel["use_regex"]?.boolean ?? true
    let addsSpace = byteLevel["add_prefix_space"]?.boolean ?? true
    if steps.count == 2 {
      guard !usesPattern else {
        throw TokenizerError.unsupported(component: "pre-tokenizer", name: "a ByteLevel with use_regex after a Split")
      }
      pipeline.pattern = try pattern(ofSplit: steps[0])
      pipeline.prefixSpace = addsSpace ? .piece : nil
    } else {
      pipeline.pattern = usesPattern ? .gpt2 : nil
      pipeline.prefixSpace = addsSpace ? .stretch : nil
    }
  }

  private static func pattern(ofSplit step: JSONValue) throws -> TextPattern {
    let expression = step["pattern"]?["Regex"]?.string
    guard let expression, let pattern = TextPattern(regularExpression: expression) else {
      let name = expression ?? step["pattern"]?["String"]?.string ?? "nothing"
      throw TokenizerError.unsupported(component: "pre-tokenizer", name: "a Split by \(name)")
    }
    // The patterns match all of a text, so that keeping the matches alone is the same as cutting at them.
    let behavior = step["behavior"]?.string ?? "missing"
    let invert = step["invert"]?.boolean ?? false
    guard (behavior, invert) == ("Isolated", false) || (behavior, invert) == ("Removed", true) else {
      throw TokenizerError.unsupported(
        component: "pre-tokenizer", name: "a Split with behavior \(behavior)\(invert ? ", inverted" : "")")
    }
    return pattern
  }

  /// A template puts special tokens before and after a text.
  private static func readTemplate(_ step: JSONValue, into pipeline: inout Pipeline) throws {
    var hasText = false
    for piece in step["single"]?.array ?? [] {
      if piece["Sequence"] != nil {
        guard !hasText else {
          throw TokenizerError.unsupported(component: "post-processor", name: "a template that repeats the text")
        }
        hasText = true
      } else if let name = piece["SpecialToken"]?["id"]?.string {
        for id in step["special_tokens"]?[name]?["ids"]?.array ?? [] {
          guard let id = id.integer, (0..<BytePairModel.maximumVocabularySize).contains(id) else {
            throw TokenizerError.idOutOfRange(
              token: name, id: TokenizerFile.describe(id), limit: BytePairModel.maximumVocabularySize)
          }
          if hasText { pipeline.suffix.append(UInt32(id)) } else { pipeline.prefix.append(UInt32(id)) }
        }
      }
    }
    guard hasText else { throw TokenizerError.malformed("the post-processor's template leaves the text out") }
  }
}
