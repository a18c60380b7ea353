// What follows an expression: attributes, subscripts, calls, filters, tests.
extension Parser {
  mutating func parsePostfix(_ start: Expression) throws(TemplateError) -> Expression {
    var expression = start
    while true {
      if isAt(.dot) || isAt(.openBracket) {
        expression = try parseSubscript(of: expression)
      } else if isAt(.openParenthesis) {
        expression = try parseCall(of: expression)
      } else {
        return expression
      }
    }
  }

  mutating func parseFiltersAndTests(_ start: Expression) throws(TemplateError) -> Expression {
    var expression = start
    while true {
      if isAt(.pipe) {
        for filter in try parseFilterNames(startsInline: false) {
          expression = try make(
            .filter(expression, filter), over: [expression] + filter.arguments.expressions,
            construct: "filter \(filter.name)")
        }
      } else if isAt(name: "is") {
        expression = try parseTest(of: expression)
      } else if isAt(.openParenthesis) {
        expression = try parseCall(of: expression)
      } else {
        return expression
      }
    }
  }

  private mutating func parseSubscript(of base: Expression) throws(TemplateError) -> Expression {
    let line = line
    if skip(.dot) {
      switch take().kind {
      case .name(let name):
        return try make(.attribute(base, AttributeName(name)), over: [base], line: line)
      case .integer(let index):
        return try make(.item(base, try make(.integer(index), line: line)), over: [base], line: line)
      default: throw failure("a name or number is missing after the dot", in: "attribute", line: line)
      }
    }
    try expect(.openBracket, in: "subscript")
    let first: Expression? = isAt(.colon) ? nil : try parseExpression()
    guard isAt(.colon) else {
      guard let first else { throw unexpected("an index", in: "subscript") }
      var parts = [first]
      while skip(.comma) {
        guard !isAt(.colon) else { throw unsupported("a slice among several subscripts", in: "subscript") }
        parts.append(try parseExpression())
      }
      try expect(.closeBracket, in: "subscript")
      let index = parts.count == 1 ? first : try make(.tuple(parts), over: parts, line: line)
      return try make(.item(base, index), over: [base, index], line: line)
    }
    var bounds: [Expression?] = [first, nil, nil]
    var place = 0
    while skip(.colon) {
      place += 1
      guard place < 3 else { throw failure("a slice has three parts at most", in: "subscript") }
      if !isAt(.colon), !isAt(.closeBracket), !isAt(.comma) { bounds[place] = try parseExpression() }
    }
    if isAt(.comma) { throw unsupported("a slice among several subscripts", in: "subscript") }
    try expect(.closeBracket, in: "subscript")
    return try make(
      .slice(base, from: bounds[0], to: bounds[1], step: bounds[2]), over: [base] + bounds.compactMap(\.self),
      line: line)
  }

  private mutating func parseCall(of base: Expression) throws(TemplateError) -> Expression {
    let line = line
    let arguments = try parseArguments()
    return try make(.call(base, arguments), over: [base] + arguments.expressions, line: line)
  }

  private mutating func parseArguments() throws(TemplateError) -> Arguments {
    try expect(.openParenthesis, in: "call")
    var arguments = Arguments()
    var isFirst = true
    while !isAt(.closeParenthesis) {
      if !isFirst {
        try expect(.comma, in: "call")
        if isAt(.closeParenthesis) { break }
      }
      isFirst = false
      if skip(.multiply) {
        guard arguments.spread == nil, arguments.keywordSpread == nil else { throw disordered }
        arguments.spread = try parseExpression()
      } else if skip(.power) {
        guard arguments.keywordSpread == nil else { throw disordered }
        arguments.keywordSpread = try parseExpression()
      } else if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
        guard arguments.keywordSpread == nil, !arguments.keywords.contains(where: { $0.name == name }) else {
          throw disordered
        }
        guard arguments.keywords.count < Parser.mostArguments else {
          throw unsupported("a call with so many arguments", in: "call")
        }
        take()
        take()
        arguments.keywords.append(Arguments.Keyword(name: name, value: try parseExpression()))
      } else {
        guard arguments.spread == nil, arguments.keywordSpread == nil, arguments.keywords.isEmpty else {
          throw disordered
        }
        arguments.positional.append(try parseExpression())
      }
    }
    try expect(.closeParenthesis, in: "call")
    return arguments
  }

  private var disordered: TemplateError { failure("the arguments stand in no order a call takes", in: "call") }

  /// `| name(arguments)`, as often as it stands there. A `filter` block begins without the bar.
  mutating func parseFilterNames(startsInline: Bool) throws(TemplateError) -> [FilterName] {
    var filters: [FilterName] = []
    while skip(.pipe) || startsInline && filters.isEmpty {
      let name = try takeDottedName(in: "filter")
      let arguments = isAt(.openParenthesis) ? try parseArguments() : .none
      filters.append(FilterName(name: name, arguments: arguments))
    }
    return filters
  }

  private mutating func takeDottedName(in construct: String) throws(TemplateError) -> String {
    var name = try takeName(in: construct)
    while skip(.dot) { name += "." + (try takeName(in: construct)) }
    return name
  }

  private mutating func parseTest(of base: Expression) throws(TemplateError) -> Expression {
    let line = take().line
    let isNegated = skip(name: "not")
    let name = try takeDottedName(in: "test")
    var arguments = Arguments.none
    if isAt(.openParenthesis) {
      arguments = try parseArguments()
    } else if beginsTestArgument {
      if isAt(name: "is") { throw failure("tests cannot be chained", in: "test \(name)") }
      arguments.positional = [try parseTestArgument()]
    }
    let test = try make(
      .test(base, name: name, arguments), over: [base] + arguments.expressions, line: line, construct: "test \(name)")
    return isNegated ? try make(.not(test), over: [test], line: line) : test
  }

  private var beginsTestArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .integer, .float, .symbol(.openBracket), .symbol(.openBrace): true
    default: false
    }
  }
}
