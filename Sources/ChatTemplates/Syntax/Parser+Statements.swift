extension Parser {
  /// What Jinja has and one template of one chat never needs: it speaks of other templates, or of escaping.
  private static let refused: Set<String> = [
    "include", "import", "from", "extends", "block", "autoescape", "trans", "do", "debug",
  ]

  /// Statements up to one of `ends`, whose name is then the current token. An empty `ends` means the end of the source.
  mutating func parseBody(
    until ends: Set<String>, construct: String, from first: Int = 1
  ) throws(TemplateError) -> [Statement] {
    var body: [Statement] = []
    while true {
      let token = take()
      switch token.kind {
      case .data(let text):
        body.append(Statement(line: token.line, kind: .text(text)))
      case .beginOutput:
        let expression = try parseTuple(in: "print")
        guard current.kind == .endOutput else { throw unexpected("}}", in: "print") }
        take()
        body.append(Statement(line: token.line, kind: .output([expression])))
      case .beginBlock:
        if case .name(let name) = current.kind, ends.contains(name) { return body }
        body.append(try parseStatement())
        try expectBlockEnd(in: construct)
      default:
        guard ends.isEmpty else {
          throw failure(
            "the block is never closed by {% \(ends.sorted().joined(separator: " or ")) %}", in: construct, line: first)
        }
        return body
      }
    }
  }

  /// The body of a block whose head has just been read, and the name that ended it.
  private mutating func parseBlock(
    until ends: Set<String>, construct: String
  ) throws(TemplateError) -> (body: [Statement], end: String) {
    _ = skip(.colon)
    let head = line
    try expectBlockEnd(in: construct)
    let body = try nested(construct) { parser throws(TemplateError) in
      try parser.parseBody(until: ends, construct: construct, from: head)
    }
    return (body, try takeName(in: construct))
  }

  private mutating func parseStatement() throws(TemplateError) -> Statement {
    let line = line
    let name = try takeName(in: "block")
    return Statement(line: line, kind: try parseStatement(name))
  }

  private mutating func parseStatement(_ name: String) throws(TemplateError) -> Statement.Kind {
    switch name {
    case "for": return try parseFor()
    case "if": return try parseIf()
    case "set": return try parseSet()
    case "with": return try parseWith()
    case "macro": return try parseMacro()
    case "call": return try parseCallBlock()
    case "filter":
      let filters = try parseFilterNames(startsInline: true)
      return .filterBlock(filters, try parseBlock(until: ["endfilter"], construct: name).body)
    case "generation":
      return .generation(
        try withoutLoop { parser throws(TemplateError) in
          try parser.parseBlock(until: ["endgeneration"], construct: name).body
        })
    case "print": return try parsePrint()
    case "break", "continue":
      guard isInLoop else { throw failure("it stands outside of a loop", in: name) }
      return name == "break" ? .leaveLoop : .nextIteration
    default:
      if Parser.refused.contains(name) { throw unsupported("the statement {% \(name) %}", in: name) }
      throw failure("there is no statement of this name", in: name)
    }
  }

  /// Runs `body` where no loop of outside can be left: macros are functions of their own.
  private mutating func withoutLoop<Result>(
    _ body: (inout Parser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    let before = isInLoop
    isInLoop = false
    defer { isInLoop = before }
    return try body(&self)
  }

  private mutating func parsePrint() throws(TemplateError) -> Statement.Kind {
    var expressions: [Expression] = []
    while current.kind != .endBlock {
      if !expressions.isEmpty { try expect(.comma, in: "print") }
      expressions.append(try parseExpression())
    }
    return .output(expressions)
  }

  private mutating func parseIf() throws(TemplateError) -> Statement.Kind {
    var branches: [Statement.Branch] = []
    while true {
      let condition = try parseTuple(in: "if", withConditional: false)
      let (body, end) = try parseBlock(until: ["elif", "else", "endif"], construct: "if")
      branches.append(Statement.Branch(condition: condition, body: body))
      switch end {
      case "elif": continue
      case "else": return .ifElse(branches, otherwise: try parseBlock(until: ["endif"], construct: "else").body)
      default: return .ifElse(branches, otherwise: [])
      }
    }
  }

  private mutating func parseFor() throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(in: "for", withNamespace: false)
    if target.names.contains("loop") { throw failure("loop cannot be assigned to", in: "for") }
    try expect(name: "in", in: "for")
    let iterable = try parseTuple(in: "for", withConditional: false, endingAtName: "recursive")
    let condition = skip(name: "if") ? try parseExpression() : nil
    if isAt(name: "recursive") { throw unsupported("a recursive loop", in: "for") }
    let before = isInLoop
    isInLoop = true
    defer { isInLoop = before }
    let (body, end) = try parseBlock(until: ["else", "endfor"], construct: "for")
    isInLoop = before
    let otherwise = end == "else" ? try parseBlock(until: ["endfor"], construct: "else").body : []
    return .forLoop(
      Statement.ForLoop(target: target, iterable: iterable, condition: condition, body: body, otherwise: otherwise))
  }

  private mutating func parseSet() throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(in: "set", withNamespace: true)
    if skip(.assign) { return .set(target, try parseTuple(in: "set")) }
    let filters = try parseFilterNames(startsInline: false)
    return .setBlock(target, filters, try parseBlock(until: ["endset"], construct: "set").body)
  }

  private mutating func parseWith() throws(TemplateError) -> Statement.Kind {
    var bindings: [Statement.Binding] = []
    while current.kind != .endBlock {
      if !bindings.isEmpty { try expect(.comma, in: "with") }
      let target = try parseTarget(in: "with", withNamespace: false)
      try expect(.assign, in: "with")
      bindings.append(Statement.Binding(target: target, value: try parseExpression()))
    }
    return .with(bindings, try parseBlock(until: ["endwith"], construct: "with").body)
  }

  private mutating func parseMacro() throws(TemplateError) -> Statement.Kind {
    let name = try takeName(in: "macro")
    return .macro(try parseMacroBody(name: name, parameters: try parseSignature(in: "macro"), end: "endmacro"))
  }

  private mutating func parseCallBlock() throws(TemplateError) -> Statement.Kind {
    let parameters = isAt(.openParenthesis) ? try parseSignature(in: "call") : []
    let call = try parseExpression()
    guard case .call = call.kind else { throw failure("a call of a macro is missing", in: "call") }
    return .callBlock(call, caller: try parseMacroBody(name: nil, parameters: parameters, end: "endcall"))
  }

  private mutating func parseMacroBody(
    name: String?, parameters: [MacroDefinition.Parameter], end: String
  ) throws(TemplateError) -> MacroDefinition {
    let mark = loadedNames.count
    let construct = name.map { "macro \($0)" } ?? "call"
    let body = try withoutLoop { parser throws(TemplateError) in
      try parser.parseBlock(until: [end], construct: construct).body
    }
    return MacroDefinition(name: name, parameters: parameters, body: body, names: Set(loadedNames[mark...]))
  }

  private mutating func parseSignature(in construct: String) throws(TemplateError) -> [MacroDefinition.Parameter] {
    try expect(.openParenthesis, in: construct)
    var parameters: [MacroDefinition.Parameter] = []
    while !isAt(.closeParenthesis) {
      if !parameters.isEmpty { try expect(.comma, in: construct) }
      guard parameters.count < Parser.mostArguments else {
        throw unsupported("a macro of so many parameters", in: construct)
      }
      let name = try takeName(in: construct)
      guard !parameters.contains(where: { $0.name == name }) else {
        throw failure("the parameter \(name) stands twice", in: construct)
      }
      if name == "caller", !isAt(.assign) { throw failure("the parameter caller needs a default", in: construct) }
      let fallback = skip(.assign) ? try parseExpression() : nil
      if fallback == nil, parameters.last?.fallback != nil {
        throw failure("the parameter \(name) needs a default, as the one before it has one", in: construct)
      }
      parameters.append(MacroDefinition.Parameter(name: name, fallback: fallback))
    }
    try expect(.closeParenthesis, in: construct)
    return parameters
  }

  /// One target, or several with commas between.
  private mutating func parseTarget(in construct: String, withNamespace: Bool) throws(TemplateError) -> AssignmentTarget
  {
    var targets: [AssignmentTarget] = []
    var isTuple = false
    while true {
      if isAt(name: "in") || isAt(.assign) || isAt(.closeParenthesis) || current.kind == .endBlock { break }
      targets.append(try parseSingleTarget(in: construct, withNamespace: withNamespace))
      guard skip(.comma) else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw unexpected("a name to assign to", in: construct) }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func parseSingleTarget(
    in construct: String, withNamespace: Bool
  ) throws(TemplateError) -> AssignmentTarget {
    if skip(.openParenthesis) {
      let target = try nested(construct) { parser throws(TemplateError) in
        try parser.parseTarget(in: construct, withNamespace: withNamespace)
      }
      try expect(.closeParenthesis, in: construct)
      return target
    }
    let name = try takeName(in: construct)
    if ["true", "false", "none", "True", "False", "None"].contains(name) {
      throw failure("\(name) cannot be assigned to", in: construct)
    }
    guard withNamespace, skip(.dot) else { return .name(name) }
    return .namespace(name, attribute: try takeName(in: construct))
  }
}

extension AssignmentTarget {
  var names: [String] {
    switch self {
    case .name(let name): [name]
    case .namespace: []
    case .tuple(let targets): targets.flatMap(\.names)
    }
  }
}
