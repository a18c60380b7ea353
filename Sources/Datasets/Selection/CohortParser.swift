/// Reads the words of a cohort.
///
/// ```
/// any    = all { "||" all }
/// all    = unary { "&&" unary }
/// unary  = "!" unary | "(" any ")" | "exists" FIELD | "exists" "(" FIELD ")" | FIELD [ test ]
/// test   = ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) VALUE | "in" "[" VALUE { "," VALUE } "]"
/// ```
struct CohortParser {
  /// Parentheses and negations inside each other.
  static let deepest = 64

  private let tokens: [CohortToken]
  private var position = 0

  static func expression(of text: String) throws(CohortError) -> CohortExpression {
    var lexer = try CohortLexer(text)
    var parser = CohortParser(tokens: try lexer.tokens())
    let expression = try parser.any(depth: 0)
    let rest = parser.current
    guard rest.kind == .end else { throw .syntax(column: rest.column, reason: "&& or || is missing before this") }
    return expression
  }

  private init(tokens: [CohortToken]) { self.tokens = tokens }

  // The last word is the end, which nothing steps over.
  private var current: CohortToken { tokens[position] }

  private mutating func take(_ kind: CohortToken.Kind) -> Bool {
    guard current.kind == kind, kind != .end else { return false }
    position += 1
    return true
  }

  private mutating func any(depth: Int) throws(CohortError) -> CohortExpression {
    var parts = [try all(depth: depth)]
    while take(.or) { parts.append(try all(depth: depth)) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func all(depth: Int) throws(CohortError) -> CohortExpression {
    var parts = [try unary(depth: depth)]
    while take(.and) { parts.append(try unary(depth: depth)) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func unary(depth: Int) throws(CohortError) -> CohortExpression {
    let token = current
    guard depth < Self.deepest else {
      throw .syntax(column: token.column, reason: "it is nested more than \(Self.deepest) deep")
    }
    switch token.kind {
    case .not:
      position += 1
      return .not(try unary(depth: depth + 1))
    case .open:
      position += 1
      let inner = try any(depth: depth + 1)
      guard take(.close) else {
        throw .syntax(column: current.column, reason: "the ) for column \(token.column) is missing")
      }
      return inner
    case .exists:
      position += 1
      let isOpen = take(.open)
      let field = try self.field("exists has to be followed by a name of the metadata")
      if isOpen, !take(.close) { throw .syntax(column: current.column, reason: "a ) is missing") }
      return .exists(field)
    case .field: return try test(of: try field(""))
    case .value:
      throw .syntax(
        column: token.column, reason: "a name of the metadata has to stand left, a value right: tokens < 500")
    case .end: throw .syntax(column: token.column, reason: "something is missing at the end")
    default: throw .syntax(column: token.column, reason: "a condition is missing before this")
    }
  }

  private mutating func field(_ reason: String) throws(CohortError) -> CohortExpression.Field {
    guard case .field(let name) = current.kind else { throw .syntax(column: current.column, reason: reason) }
    defer { position += 1 }
    return CohortExpression.Field(name: name, column: current.column)
  }

  private mutating func test(of field: CohortExpression.Field) throws(CohortError) -> CohortExpression {
    let token = current
    switch token.kind {
    case .comparison(let comparison):
      position += 1
      let value = try value(column: token.column)
      if case .boolean = value, comparison.isOrder {
        throw .syntax(column: token.column, reason: "true and false have no order: write == or !=")
      }
      return .compare(field, comparison, value, column: token.column)
    case .isIn:
      position += 1
      guard take(.openList) else {
        throw .syntax(column: current.column, reason: "a list has to follow: in [\"DE\", \"FR\"]")
      }
      return .isIn(field, try list(), column: token.column)
    default: return .isTrue(field)
    }
  }

  private mutating func value(column: Int) throws(CohortError) -> MetadataValue {
    guard case .value(let value) = current.kind else {
      throw .syntax(
        column: current.column, reason: "a number, true, false or text in quotes has to stand here")
    }
    position += 1
    return value
  }

  private mutating func list() throws(CohortError) -> [MetadataValue] {
    var values: [MetadataValue] = []
    repeat {
      let column = current.column
      let value = try value(column: column)
      guard values.isEmpty || values[0].kind == value.kind else {
        throw .syntax(column: column, reason: "the values of a list have to be of one kind")
      }
      values.append(value)
    } while take(.comma)
    guard take(.closeList) else { throw .syntax(column: current.column, reason: "a comma or ] is missing") }
    return values
  }
}
