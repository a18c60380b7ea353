import OpenAIWire

/// Where the JSON of an answer stands.
public enum AnswerDocument: String, Sendable, Hashable, CaseIterable {
  /// The answer is JSON and nothing else.
  case whole
  /// In a fenced block: the first that says it is JSON, else the first.
  case fenced
  /// The whole answer, or else a fenced block.
  case either

  static let limits = JSONLimits(bytes: 8 << 20, depth: 64, values: 200_000)

  /// The document, or why there is none.
  func read(_ answer: String) -> Result<JSONValue, WireError> {
    let whole = Result { () throws(WireError) in try JSONReader.value(of: answer.utf8, limits: Self.limits) }
    if self == .whole { return whole }
    if self == .either, case .success = whole { return whole }
    guard let block = Self.block(of: answer) else {
      return self == .either ? whole : .failure(.malformed("the answer has no fenced block"))
    }
    return Result { () throws(WireError) in try JSONReader.value(of: block.utf8, limits: Self.limits) }
  }

  /// The text of the block between two fences.
  static func block(of answer: String) -> String? {
    var first: String?
    var open: (fence: Int, tag: String, lines: [String])?
    for line in answer.pieces(separatedBy: "\n") {
      let text = line.stripped
      let fence = text.unicodeScalars.prefix { $0 == "`" }.count
      if let block = open {
        if fence >= block.fence, text.unicodeScalars.allSatisfy({ $0 == "`" }) {
          let content = block.lines.joined(separator: "\n")
          if block.tag == "json" { return content }
          first = first ?? content
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if fence >= 3 {
        open = (fence, text.unicodeScalars.dropFirst(fence).text.stripped.lowercased(), [])
      }
    }
    return first
  }
}
