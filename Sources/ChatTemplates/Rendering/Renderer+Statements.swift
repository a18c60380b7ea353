/// How a statement ended.
enum Flow {
  case onward
  case leaveLoop
  case nextIteration
}

extension Renderer {
  func execute(_ body: [Statement]) throws(TemplateError) -> Flow {
    for statement in body {
      let flow = try execute(statement)
      if flow != .onward { return flow }
    }
    return .onward
  }

  private func enter(_ construct: String, at line: Int) throws(TemplateError) {
    self.line = line
    self.construct = construct
    try charge()
  }

  private func execute(_ statement: Statement) throws(TemplateError) -> Flow {
    try enter("print", at: statement.line)
    switch statement.kind {
    case .text(let text): try write(text)
    case .output(let expressions):
      for expression in expressions { try write(try describe(try evaluate(expression))) }
    case .set(let target, let expression):
      construct = "set"
      try assign(try evaluate(expression), to: target)
    case .leaveLoop: return .leaveLoop
    case .nextIteration: return .nextIteration
    case .macro(let definition):
      scope.variables[definition.name ?? ""] = .macro(makeMacro(definition))
    default: return try deeper { () throws(TemplateError) in try executeBlock(statement) }
    }
    return .onward
  }

  private func executeBlock(_ statement: Statement) throws(TemplateError) -> Flow {
    switch statement.kind {
    case .ifElse(let branches, let otherwise): return try executeIf(branches, otherwise: otherwise)
    case .forLoop(let loop): return try executeFor(loop, line: statement.line)
    case .setBlock(let target, let filters, let body):
      let (text, flow) = try captureBlock(body)
      if flow != .onward { return flow }
      construct = "set"
      try assign(try apply(filters, to: .text(text)), to: target)
    case .filterBlock(let filters, let body):
      let (text, flow) = try captureBlock(body)
      if flow != .onward { return flow }
      try write(try describe(try apply(filters, to: .text(text))))
    case .with(let bindings, let body):
      let inner = Scope(inside: scope)
      for binding in bindings {
        construct = "with"
        let value = try evaluate(binding.value)
        try inScope(inner) { () throws(TemplateError) in try assign(value, to: binding.target) }
      }
      return try inScope(inner) { () throws(TemplateError) in try execute(body) }
    case .callBlock(let call, let caller):
      construct = "call"
      try write(try describe(try evaluateCall(call, caller: makeMacro(caller))))
    case .generation(let body):
      return try inScope(Scope(inside: scope)) { () throws(TemplateError) in try execute(body) }
    default: break
    }
    return .onward
  }

  func makeMacro(_ definition: MacroDefinition) -> Macro {
    keep(scope)
    return Macro(definition, scope: scope)
  }

  private func captureBlock(_ body: [Statement]) throws(TemplateError) -> (Text, Flow) {
    var flow = Flow.onward
    let text = try capture { () throws(TemplateError) in
      flow = try inScope(Scope(inside: scope)) { () throws(TemplateError) in try execute(body) }
    }
    return (text, flow)
  }

  private func executeIf(_ branches: [Statement.Branch], otherwise: [Statement]) throws(TemplateError) -> Flow {
    for branch in branches {
      try enter("if", at: branch.condition.line)
      if try evaluate(branch.condition).isTrue { return try execute(branch.body) }
    }
    return try execute(otherwise)
  }

  private func executeFor(_ loop: Statement.ForLoop, line: Int) throws(TemplateError) -> Flow {
    construct = "for"
    let iterable = try evaluate(loop.iterable)
    let state = LoopState(
      try loopElements(of: iterable, loop), count: loop.condition == nil ? count(of: iterable) : nil,
      depth: iterable.depth + 1)
    defer { state.finish() }
    try check(depth: state.depth)
    // As in Jinja, the else branch belongs to loops of which no iteration ran to its end.
    var ranThrough = false
    iterations: while true {
      try enter("for", at: line)
      guard try state.advance() else { break }
      let inner = Scope(inside: scope)
      inner.variables["loop"] = .loop(state)
      let flow = try inScope(inner) { () throws(TemplateError) in
        try assign(state.current, to: loop.target)
        return try execute(loop.body)
      }
      switch flow {
      case .leaveLoop: break iterations
      case .nextIteration: continue
      case .onward: ranThrough = true
      }
    }
    if ranThrough || loop.otherwise.isEmpty { return .onward }
    return try inScope(Scope(inside: scope)) { () throws(TemplateError) in try execute(loop.otherwise) }
  }

  /// What a loop goes over: the elements its condition lets through, looked at as the loop comes to them.
  private func loopElements(of iterable: Value, _ loop: Statement.ForLoop) throws(TemplateError) -> LazySequence.Pull {
    let pull = try elements(of: iterable)
    guard let condition = loop.condition else { return pull }
    let outer = scope
    return { [unowned self] () throws(TemplateError) -> Value? in
      while let value = try pull() {
        try self.charge()
        let passes = try self.inScope(Scope(inside: outer)) { () throws(TemplateError) in
          try self.assign(value, to: loop.target)
          return try self.evaluate(condition).isTrue
        }
        if passes { return value }
      }
      return nil
    }
  }

  func assign(_ value: Value, to target: AssignmentTarget) throws(TemplateError) {
    switch target {
    case .name(let name): scope.variables[name] = value
    case .namespace(let name, let attribute):
      guard case .namespace(let namespace) = lookUp(name) else {
        throw invalid("\(name) is no namespace: only attributes of namespaces can be set")
      }
      namespace.set(.text(attribute), to: value)
    case .tuple(let targets):
      let parts = try list(value)
      guard parts.count == targets.count else {
        throw invalid("\(parts.count) values cannot be unpacked into \(targets.count) names")
      }
      for (part, target) in zip(parts, targets) { try assign(part, to: target) }
    }
  }
}
