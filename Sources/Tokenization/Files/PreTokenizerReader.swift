/// Reads the pre-tokenizers of a `tokenizer.json`.
enum PreTokenizerReader {
  /// The steps, and whether a ByteLevel ends them.
  static func read(_ sources: [JSONValue]) throws -> (steps: [Splitter], isByteLevel: Bool) {
    var steps: [Splitter] = []
    for (index, source) in sources.enumerated() {
      if PipelineReader.type(of: source) == "ByteLevel" {
        guard index + 1 == sources.count else {
          throw TokenizerError.unsupported(component: "pre-tokenizer", name: "a ByteLevel that is not the last")
        }
        if source["add_prefix_space"]?.boolean ?? true { steps.append(.prefixSpace) }
        if source["use_regex"]?.boolean ?? true { steps.append(.pattern(.gpt2)) }
        return (steps, true)
      }
      steps.append(try splitter(source))
    }
    return (steps, false)
  }

  private static func splitter(_ source: JSONValue) throws -> Splitter {
    switch PipelineReader.type(of: source) {
    case "Split": return try split(source)
    case "Digits": return .digits(individually: source["individual_digits"]?.boolean ?? false)
    case "Punctuation": return .punctuation(try behavior(of: source, otherwise: .isolated))
    case "Whitespace": return .words
    case "WhitespaceSplit": return .whiteSpace
    case "BertPreTokenizer": return .bert
    case "Metaspace": return .metaspace(try metaspace(source))
    case "CharDelimiterSplit":
      guard let delimiter = source["delimiter"]?.string, delimiter.unicodeScalars.count == 1 else {
        throw TokenizerError.malformed("a CharDelimiterSplit has no delimiter of one character")
      }
      return .literal(Array(delimiter.utf8), .removed, isInverted: false)
    default: throw PipelineReader.unsupported("pre-tokenizer", source)
    }
  }

  private static func behavior(of source: JSONValue, otherwise: SplitBehavior?) throws -> SplitBehavior {
    let name = source["behavior"]?.string
    if name == nil, let otherwise { return otherwise }
    guard let behavior = name.flatMap(SplitBehavior.init(rawValue:)) else {
      throw TokenizerError.unsupported(
        component: "pre-tokenizer",
        name: "a \(PipelineReader.type(of: source) ?? "step") with behavior \(name ?? "missing")")
    }
    return behavior
  }

  private static func split(_ source: JSONValue) throws -> Splitter {
    let behavior = try behavior(of: source, otherwise: nil)
    let isInverted = source["invert"]?.boolean ?? false
    switch try PipelineReader.pattern(of: source, in: "pre-tokenizer") {
    case .literal(let literal): return .literal(literal, behavior, isInverted: isInverted)
    case .expression(let expression):
      // The known patterns match all of a text, so that keeping the matches alone is the same as cutting at them.
      if let pattern = TextPattern(regularExpression: expression),
        (behavior, isInverted) == (.isolated, false) || (behavior, isInverted) == (.removed, true)
      {
        return .pattern(pattern)
      }
      return .expression(
        try PipelineReader.expression(expression, "Split", in: "pre-tokenizer"), behavior, isInverted: isInverted)
    }
  }

  static func metaspace(_ source: JSONValue) throws -> Splitter.Metaspace {
    guard let replacement = source["replacement"]?.string, replacement.unicodeScalars.count == 1 else {
      throw TokenizerError.malformed("a Metaspace has no replacement of one character")
    }
    let adds = source["add_prefix_space"]?.boolean ?? true
    let name = source["prepend_scheme"]?.string ?? (adds ? "always" : "never")
    guard let prefix = Splitter.Metaspace.Prefix(rawValue: name), adds || prefix == .never else {
      throw TokenizerError.unsupported(component: "pre-tokenizer", name: "a Metaspace with prepend_scheme \(name)")
    }
    return Splitter.Metaspace(
      replacement: Array(replacement.utf8), prefix: prefix, splits: source["split"]?.boolean ?? true)
  }
}

/// Reads the decoders of a `tokenizer.json`.
enum DecoderReader {
  static func read(_ sources: [JSONValue]) throws -> [DecoderStep] {
    var isFused = false
    return try sources.map { source in
      let type = PipelineReader.type(of: source)
      if isFused, type == "ByteFallback" || type == "ByteLevel" {
        throw TokenizerError.unsupported(component: "decoder", name: "a \(type ?? "") after all tokens were joined")
      }
      switch type {
      case "ByteLevel":
        isFused = true
        return .byteLevel
      case "Fuse":
        isFused = true
        return .fuse
      case "ByteFallback": return .byteFallback
      case "Strip":
        guard let content = source["content"]?.string?.unicodeScalars, content.count == 1, let scalar = content.first,
          let start = source["start"]?.integer, let stop = source["stop"]?.integer, start >= 0, stop >= 0
        else { throw TokenizerError.malformed("the Strip decoder lacks its content, start or stop") }
        return .strip(scalar, start: start, stop: stop)
      case "Replace":
        let content = Array((source["content"]?.string ?? "").utf8)
        switch try PipelineReader.pattern(of: source, in: "decoder") {
        case .literal(let literal): return .replace(literal, by: content)
        case .expression(let expression):
          return .replaceExpression(try PipelineReader.expression(expression, "Replace", in: "decoder"), by: content)
        }
      case "Metaspace":
        let metaspace = try PreTokenizerReader.metaspace(source)
        return .metaspace(metaspace.replacement, dropsFirst: metaspace.prefix != .never)
      case "WordPiece":
        return .wordPiece(
          prefix: Array((source["prefix"]?.string ?? "##").utf8), cleansUp: source["cleanup"]?.boolean ?? true)
      default: throw PipelineReader.unsupported("decoder", source)
      }
    }
  }
}
