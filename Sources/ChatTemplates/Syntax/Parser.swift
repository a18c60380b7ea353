/// Builds the tree of a template from its tokens, by Jinja's grammar
/// (https://jinja.palletsprojects.com/en/stable/templates/). Recursion is counted, so that no source overflows the stack.
struct Parser {
  private let tokens: [Token]
  private(set) var position = 0
  let limits: TemplateLimits
  /// Names that were read as variables, in order: a macro looks here for the special ones in its body.
  var loadedNames: [String] = []
  /// Whether `break` and `continue` have a loop to act on.
  var isInLoop = false
  private var nesting = 0
  /// Most parameters of a macro, and most arguments of a call that have names: they are looked through in order.
  static let mostArguments = 255

  static func parse(_ source: String, limits: TemplateLimits) throws(TemplateError) -> [Statement] {
    guard source.utf8.count <= limits.sourceBytes else {
      throw TemplateError(
        line: 1, construct: "template", reason: .limit(.sourceBytes, allowed: limits.sourceBytes))
    }
    var parser = Parser(tokens: try Lexer.tokens(of: source), limits: limits)
    return try parser.parseBody(until: [], construct: "template")
  }

  private init(tokens: [Token], limits: TemplateLimits) {
    self.tokens = tokens
    self.limits = limits
  }

  var current: Token { tokens[position] }
  var next: Token { tokens[min(position + 1, tokens.count - 1)] }
  var line: Int { current.line }

  @discardableResult
  mutating func take() -> Token {
    let token = tokens[position]
    if position + 1 < tokens.count { position += 1 }
    return token
  }

  func isAt(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }
  func isAt(name: String) -> Bool { current.kind == .name(name) }

  mutating func skip(_ symbol: Token.Symbol) -> Bool {
    guard isAt(symbol) else { return false }
    take()
    return true
  }

  mutating func skip(name: String) -> Bool {
    guard isAt(name: name) else { return false }
    take()
    return true
  }

  mutating func expect(_ symbol: Token.Symbol, in construct: String) throws(TemplateError) {
    guard skip(symbol) else { throw unexpected("'\(symbol.rawValue)'", in: construct) }
  }

  mutating func expect(name: String, in construct: String) throws(TemplateError) {
    guard skip(name: name) else { throw unexpected("'\(name)'", in: construct) }
  }

  mutating func expectBlockEnd(in construct: String) throws(TemplateError) {
    guard current.kind == .endBlock else { throw unexpected("%}", in: construct) }
    take()
  }

  mutating func takeName(in construct: String) throws(TemplateError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name", in: construct) }
    take()
    return name
  }

  func failure(_ what: String, in construct: String, line: Int? = nil) -> TemplateError {
    TemplateError(line: line ?? self.line, construct: construct, reason: .syntax(what))
  }

  func unexpected(_ wanted: String, in construct: String) -> TemplateError {
    failure("\(wanted) is missing before \(current.described)", in: construct)
  }

  func unsupported(_ what: String, in construct: String) -> TemplateError {
    TemplateError(line: line, construct: construct, reason: .unsupported(what))
  }

  /// Runs `body` one level deeper.
  mutating func nested<Result>(
    _ construct: String, _ body: (inout Parser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    guard nesting < limits.nesting else { throw tooDeep(construct) }
    nesting += 1
    defer { nesting -= 1 }
    return try body(&self)
  }

  func tooDeep(_ construct: String) -> TemplateError {
    TemplateError(line: line, construct: construct, reason: .limit(.nesting, allowed: limits.nesting))
  }

  /// Makes an expression over parts, whose tree may not become higher than the nesting allowed.
  func make(
    _ kind: Expression.Kind, over parts: [Expression] = [], line: Int? = nil, construct: String = "expression"
  ) throws(TemplateError) -> Expression {
    var depth = 1
    for part in parts where part.depth >= depth { depth = part.depth + 1 }
    guard depth <= limits.nesting else { throw tooDeep(construct) }
    return Expression(line: line ?? self.line, depth: depth, kind: kind)
  }
}
