/// The parsed text of a cohort. Columns count the characters of the text, from 1.
indirect enum CohortExpression: Sendable, Hashable {
  enum Comparison: String, Sendable, Hashable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    var isOrder: Bool { self != .equal && self != .unequal }
  }

  struct Field: Sendable, Hashable {
    let name: String
    let column: Int
  }

  /// At least two.
  case all([CohortExpression])
  /// At least two.
  case any([CohortExpression])
  case not(CohortExpression)
  case compare(Field, Comparison, MetadataValue, column: Int)
  case isIn(Field, [MetadataValue], column: Int)
  case exists(Field)
  /// A field that is true or false by itself.
  case isTrue(Field)
}

/// A word of a cohort's text.
struct CohortToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case field(String)
    case value(MetadataValue)
    case comparison(CohortExpression.Comparison)
    case and, or, not, isIn, exists
    case open, close, openList, closeList, comma, end
  }

  let kind: Kind
  let column: Int
}

/// Cuts a cohort's text into words.
struct CohortLexer {
  /// Bytes of a text.
  static let longestText = 10_000

  private let text: [Character]
  private var position = 0

  init(_ text: String) throws(CohortError) {
    guard text.utf8.count <= Self.longestText else {
      throw .syntax(column: 1, reason: "it has more than \(Self.longestText) bytes")
    }
    self.text = Array(text)
  }

  /// All words, the last being the end.
  mutating func tokens() throws(CohortError) -> [CohortToken] {
    var tokens: [CohortToken] = []
    while true {
      while let character = current, character.isWhitespace { position += 1 }
      let column = position + 1
      let kind = try next(column)
      tokens.append(CohortToken(kind: kind, column: column))
      if kind == .end { return tokens }
    }
  }

  private var current: Character? { position < text.count ? text[position] : nil }

  private mutating func take(_ word: String) -> Bool {
    guard text[position...].starts(with: word) else { return false }
    position += word.count
    return true
  }

  private mutating func next(_ column: Int) throws(CohortError) -> CohortToken.Kind {
    guard let character = current else { return .end }
    for (word, kind) in Self.signs where take(word) { return kind }
    if character == "=" || character == "&" || character == "|" {
      throw .syntax(column: column, reason: "write \(character)\(character)")
    }
    if character == "\"" || character == "'" { return .value(.text(try quoted(character, column))) }
    if character == "`" {
      let name = try quoted(character, column)
      guard !name.isEmpty else { throw .syntax(column: column, reason: "a name is empty") }
      return .field(name)
    }
    if character == "-" || ("0"..."9").contains(character) { return .value(.number(try number(column))) }
    guard character == "_" || character.isLetter else {
      throw .syntax(
        column: column, reason: "\(character) means nothing here; text stands in \"quotes\", an unusual name in `these`"
      )
    }
    let start = position
    while let character = current, character == "_" || character == "." || character.isLetter || character.isNumber {
      position += 1
    }
    let word = String(text[start..<position])
    return Self.words[word] ?? .field(word)
  }

  // The longer ones first.
  private static let signs: [(String, CohortToken.Kind)] = [
    ("==", .comparison(.equal)), ("!=", .comparison(.unequal)), ("<=", .comparison(.lessOrEqual)),
    (">=", .comparison(.greaterOrEqual)), ("<", .comparison(.less)), (">", .comparison(.greater)), ("&&", .and),
    ("||", .or), ("!", .not), ("(", .open), (")", .close), ("[", .openList), ("]", .closeList), (",", .comma),
  ]

  private static let words: [String: CohortToken.Kind] = [
    "in": .isIn, "exists": .exists, "true": .value(.boolean(true)), "false": .value(.boolean(false)),
  ]

  private mutating func quoted(_ quote: Character, _ column: Int) throws(CohortError) -> String {
    position += 1
    var content = ""
    while let character = current {
      position += 1
      if character == quote { return content }
      guard character == "\\" else {
        content.append(character)
        continue
      }
      guard let escaped = current else { break }
      position += 1
      switch escaped {
      case "\\", "\"", "'", "`": content.append(escaped)
      case "n": content.append("\n")
      case "t": content.append("\t")
      default: throw .syntax(column: position, reason: "there is no escape \\\(escaped)")
      }
    }
    throw .syntax(column: column, reason: "the closing \(quote) is missing")
  }

  private mutating func number(_ column: Int) throws(CohortError) -> Double {
    let start = position
    position += 1
    while let character = current, character.isASCII, character.isLetter || character.isNumber || character == "." {
      position += 1
      // The sign of an exponent.
      if character == "e" || character == "E", let sign = current, sign == "+" || sign == "-" { position += 1 }
    }
    let word = String(text[start..<position])
    // Double's reader also takes hexadecimal and words.
    let isPlain = word.allSatisfy { ("0"..."9").contains($0) || ".eE+-".contains($0) }
    guard isPlain, let value = Double(word), value.isFinite else {
      throw .syntax(column: column, reason: "\(word) is no number")
    }
    return value
  }
}
