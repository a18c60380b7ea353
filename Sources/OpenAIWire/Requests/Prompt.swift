/// What a completion goes on from, or what an embedding is of.
public enum Prompt: Sendable, Hashable {
  case text(String)
  case tokens([UInt32])

  /// How many a request may bring.
  public static let mostPrompts = 2048

  /// Reads a string, an array of strings, an array of tokens, or an array of arrays of tokens.
  /// - Throws: ``WireError``.
  static func prompts(_ field: JSONField) throws(WireError) -> [Prompt] {
    switch field.value {
    case .string(let text): return [.text(text)]
    case .array(let elements):
      guard let first = elements.first else { throw field.outside("not empty") }
      if case .integer = first { return [.tokens(try tokens(field))] }
      guard elements.count <= mostPrompts else { throw field.outside("at most \(mostPrompts) prompts") }
      var prompts: [Prompt] = []
      for element in try field.elements() {
        switch element.value {
        case .string(let text): prompts.append(.text(text))
        case .array: prompts.append(.tokens(try tokens(element)))
        default: throw element.mustBe("a string or an array of tokens")
        }
      }
      return prompts
    default: throw field.mustBe("a string, an array of strings, or an array of tokens")
    }
  }

  private static func tokens(_ field: JSONField) throws(WireError) -> [UInt32] {
    guard case .array(let elements) = field.value, !elements.isEmpty else { throw field.outside("not empty") }
    var tokens: [UInt32] = []
    tokens.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard case .integer(let value) = element, let token = UInt32(exactly: value) else {
        throw JSONField(element, path: "\(field.path)[\(index)]").outside("a token: a whole number, 0 or more")
      }
      tokens.append(token)
    }
    return tokens
  }

  public var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .tokens(let tokens): .array(tokens.map { .integer(Int($0)) })
    }
  }

  static func json(_ prompts: [Prompt]) -> JSONValue {
    prompts.count == 1 ? prompts[0].json : .array(prompts.map(\.json))
  }
}
