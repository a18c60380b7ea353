// Jinja's precedences, loosest first: if-else, or, and, not, comparisons, + and -, ~, * / // %, **, signs, filters and
// tests.
extension Parser {
  mutating func parseExpression(withConditional: Bool = true) throws(TemplateError) -> Expression {
    try nested("expression") { parser throws(TemplateError) in
      var expression = try parser.parseOr()
      guard withConditional else { return expression }
      while parser.skip(name: "if") {
        let condition = try parser.parseOr()
        let otherwise = parser.skip(name: "else") ? try parser.parseExpression() : nil
        expression = try parser.make(
          .conditional(condition, then: expression, otherwise: otherwise),
          over: [condition, expression] + (otherwise.map { [$0] } ?? []))
      }
      return expression
    }
  }

  /// An expression, or a tuple of several with commas between.
  mutating func parseTuple(
    in construct: String, withConditional: Bool = true, endingAtName: String? = nil, inParentheses: Bool = false
  ) throws(TemplateError) -> Expression {
    let line = line
    var parts: [Expression] = []
    var isTuple = false
    while true {
      if isAtTupleEnd || endingAtName.map({ isAt(name: $0) }) == true { break }
      parts.append(try parseExpression(withConditional: withConditional))
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let only = parts.first { return only }
    guard isTuple || inParentheses else { throw unexpected("an expression", in: construct) }
    return try make(.tuple(parts), over: parts, line: line)
  }

  private var isAtTupleEnd: Bool {
    switch current.kind {
    case .endOutput, .endBlock, .symbol(.closeParenthesis): true
    default: false
    }
  }

  private mutating func parseOr() throws(TemplateError) -> Expression {
    var parts = [try parseAnd()]
    while skip(name: "or") { parts.append(try parseAnd()) }
    return parts.count == 1 ? parts[0] : try make(.or(parts), over: parts)
  }

  private mutating func parseAnd() throws(TemplateError) -> Expression {
    var parts = [try parseNot()]
    while skip(name: "and") { parts.append(try parseNot()) }
    return parts.count == 1 ? parts[0] : try make(.and(parts), over: parts)
  }

  private mutating func parseNot() throws(TemplateError) -> Expression {
    var negations = 0
    while skip(name: "not") { negations += 1 }
    let expression = try parseComparison()
    if negations == 0 { return expression }
    let once = try make(.not(expression), over: [expression])
    return negations % 2 == 1 ? once : try make(.not(once), over: [once])
  }

  private mutating func parseComparison() throws(TemplateError) -> Expression {
    let first = try parseSum()
    var comparisons: [Expression.Comparison] = []
    while let operation = takeComparison() {
      comparisons.append(Expression.Comparison(operation: operation, operand: try parseSum()))
    }
    if comparisons.isEmpty { return first }
    return try make(.compare(first, comparisons), over: [first] + comparisons.map(\.operand))
  }

  private mutating func takeComparison() -> ComparisonOperator? {
    switch current.kind {
    case .symbol(let symbol):
      guard let operation = ComparisonOperator(rawValue: symbol.rawValue) else { return nil }
      take()
      return operation
    case .name("in"):
      take()
      return .isIn
    case .name("not") where next.kind == .name("in"):
      take()
      take()
      return .isNotIn
    default: return nil
    }
  }

  private mutating func parseSum() throws(TemplateError) -> Expression {
    let first = try parseConcat()
    var operations: [Expression.Operation] = []
    while true {
      let operation: ArithmeticOperator
      if skip(.add) { operation = .add } else if skip(.subtract) { operation = .subtract } else { break }
      operations.append(Expression.Operation(operation: operation, operand: try parseConcat()))
    }
    return try arithmetic(first, operations)
  }

  private mutating func parseConcat() throws(TemplateError) -> Expression {
    var parts = [try parseProduct()]
    while skip(.tilde) { parts.append(try parseProduct()) }
    return parts.count == 1 ? parts[0] : try make(.concat(parts), over: parts)
  }

  private mutating func parseProduct() throws(TemplateError) -> Expression {
    let first = try parsePower()
    var operations: [Expression.Operation] = []
    let symbols: [(Token.Symbol, ArithmeticOperator)] = [
      (.multiply, .multiply), (.divide, .divide), (.floorDivide, .floorDivide), (.modulo, .modulo),
    ]
    while let (_, operation) = symbols.first(where: { isAt($0.0) }) {
      take()
      operations.append(Expression.Operation(operation: operation, operand: try parsePower()))
    }
    return try arithmetic(first, operations)
  }

  private mutating func parsePower() throws(TemplateError) -> Expression {
    let first = try parseUnary()
    var operations: [Expression.Operation] = []
    while skip(.power) { operations.append(Expression.Operation(operation: .power, operand: try parseUnary())) }
    return try arithmetic(first, operations)
  }

  private func arithmetic(_ first: Expression, _ operations: [Expression.Operation]) throws(TemplateError) -> Expression
  {
    operations.isEmpty ? first : try make(.arithmetic(first, operations), over: [first] + operations.map(\.operand))
  }

  private mutating func parseUnary(withFilters: Bool = true) throws(TemplateError) -> Expression {
    var expression: Expression
    if isAt(.subtract) || isAt(.add) {
      let isNegative = take().kind == .symbol(.subtract)
      let operand = try nested("expression") { parser throws(TemplateError) in
        try parser.parseUnary(withFilters: false)
      }
      expression = try make(isNegative ? .negative(operand) : .positive(operand), over: [operand])
    } else {
      expression = try parsePrimary()
    }
    expression = try parsePostfix(expression)
    return withFilters ? try parseFiltersAndTests(expression) : expression
  }

  /// The argument of a test that stands without parentheses: `is divisibleby 3`.
  mutating func parseTestArgument() throws(TemplateError) -> Expression {
    try nested("test") { parser throws(TemplateError) in try parser.parsePostfix(try parser.parsePrimary()) }
  }

  private mutating func parsePrimary() throws(TemplateError) -> Expression {
    let token = take()
    switch token.kind {
    case .name(let name):
      switch name {
      case "true", "True": return try make(.bool(true), line: token.line)
      case "false", "False": return try make(.bool(false), line: token.line)
      case "none", "None": return try make(.none, line: token.line)
      default:
        loadedNames.append(name)
        return try make(.name(name), line: token.line)
      }
    case .string(var text):
      while case .string(let more) = current.kind {
        text.scalars += more.scalars
        take()
      }
      return try make(.text(text), line: token.line)
    case .integer(let value): return try make(.integer(value), line: token.line)
    case .float(let value): return try make(.float(value), line: token.line)
    case .symbol(.openParenthesis):
      let inner = try parseTuple(in: "expression", inParentheses: true)
      try expect(.closeParenthesis, in: "expression")
      return inner
    case .symbol(.openBracket): return try parseList(line: token.line)
    case .symbol(.openBrace): return try parseDict(line: token.line)
    default:
      throw failure("an expression is missing before \(token.described)", in: "expression", line: token.line)
    }
  }

  private mutating func parseList(line: Int) throws(TemplateError) -> Expression {
    var elements: [Expression] = []
    while !isAt(.closeBracket) {
      if !elements.isEmpty { try expect(.comma, in: "list") }
      if isAt(.closeBracket) { break }
      elements.append(try parseExpression())
    }
    try expect(.closeBracket, in: "list")
    return try make(.list(elements), over: elements, line: line)
  }

  private mutating func parseDict(line: Int) throws(TemplateError) -> Expression {
    var pairs: [Expression.Pair] = []
    while !isAt(.closeBrace) {
      if !pairs.isEmpty { try expect(.comma, in: "dict") }
      if isAt(.closeBrace) { break }
      let key = try parseExpression()
      try expect(.colon, in: "dict")
      pairs.append(Expression.Pair(key: key, value: try parseExpression()))
    }
    try expect(.closeBrace, in: "dict")
    return try make(.dict(pairs), over: pairs.flatMap { [$0.key, $0.value] }, line: line)
  }
}
