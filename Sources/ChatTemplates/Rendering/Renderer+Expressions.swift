extension Renderer {
  func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
    try charge()
    line = expression.line
    // The leaves, which most expressions are, need no level of their own.
    switch expression.kind {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .float(value)
    case .text(let text): return .text(text)
    case .name(let name): return lookUp(name)
    default: return try deeper { () throws(TemplateError) in try evaluateOperation(expression) }
    }
  }

  func lookUp(_ name: String) -> Value {
    if let value = scope.find(name) ?? context[name] { return value }
    if let function = GlobalFunction(rawValue: name) { return .function(function) }
    return .undefined(Undefined("'\(name)' is undefined"))
  }

  private func evaluateOperation(_ expression: Expression) throws(TemplateError) -> Value {
    switch expression.kind {
    case .list(let parts): return try makeList(try evaluate(parts))
    case .tuple(let parts): return try makeTuple(try evaluate(parts))
    case .dict(let pairs): return try evaluateDict(pairs)
    case .attribute(let base, let name): return try attribute(name, of: try evaluate(base))
    case .item(let base, let index):
      let value = try evaluate(base)
      return try item(try evaluate(index), of: value)
    case .slice(let base, let from, let to, let step): return try evaluateSlice(base, from, to, step)
    case .call: return try evaluateCall(expression, caller: nil)
    case .filter(let base, let filter): return try apply([filter], to: try evaluate(base))
    case .test(let base, let name, let arguments):
      let value = try evaluate(base)
      return .bool(try test(name, value, try evaluate(arguments)))
    case .and, .or, .not, .conditional: return try evaluateLogic(expression)
    default: return try evaluateArithmetic(expression)
    }
  }

  private func evaluateLogic(_ expression: Expression) throws(TemplateError) -> Value {
    switch expression.kind {
    case .not(let operand): return .bool(!(try evaluate(operand).isTrue))
    case .and(let parts):
      var value = Value.bool(true)
      for part in parts {
        value = try evaluate(part)
        if !value.isTrue { break }
      }
      return value
    case .or(let parts):
      var value = Value.bool(false)
      for part in parts {
        value = try evaluate(part)
        if value.isTrue { break }
      }
      return value
    case .conditional(let condition, let then, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(then) }
      if let otherwise { return try evaluate(otherwise) }
      return .undefined(Undefined("the condition of an inline if without else was false"))
    default: throw invalid("this is no logic")
    }
  }

  private func evaluateArithmetic(_ expression: Expression) throws(TemplateError) -> Value {
    switch expression.kind {
    case .negative(let operand): return try negate(try evaluate(operand))
    case .positive(let operand): return try positive(try evaluate(operand))
    case .arithmetic(let first, let operations):
      var value = try evaluate(first)
      for operation in operations {
        value = try combine(value, operation.operation, try evaluate(operation.operand))
      }
      return value
    case .concat(let parts):
      var result: [Unicode.Scalar] = []
      for part in parts {
        let text = try describe(try evaluate(part))
        try charge(making: text.count)
        result += text.scalars
      }
      return .text(Text(result))
    case .compare(let first, let comparisons):
      var left = try evaluate(first)
      for comparison in comparisons {
        let right = try evaluate(comparison.operand)
        guard try compare(left, comparison.operation, right) else { return .bool(false) }
        left = right
      }
      return .bool(true)
    default: throw invalid("this is no arithmetic")
    }
  }

  private func evaluate(_ parts: [Expression]) throws(TemplateError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(parts.count)
    for part in parts { values.append(try evaluate(part)) }
    return values
  }

  private func evaluateDict(_ pairs: [Expression.Pair]) throws(TemplateError) -> Value {
    var values: [(Value, Value)] = []
    for pair in pairs {
      let key = try evaluate(pair.key)
      values.append((key, try evaluate(pair.value)))
    }
    return try makeDict(values)
  }

  private func evaluateSlice(
    _ base: Expression, _ from: Expression?, _ to: Expression?, _ step: Expression?
  ) throws(TemplateError) -> Value {
    let value = try evaluate(base)
    var bounds: [Int?] = []
    for bound in [from, to, step] {
      guard let bound else {
        bounds.append(nil)
        continue
      }
      let number = try evaluate(bound)
      guard number.isNone || number.asInteger != nil else {
        throw invalid("a slice takes whole numbers, not \(number.typeName)")
      }
      bounds.append(number.asInteger)
    }
    return try slice(value, from: bounds[0], to: bounds[1], step: bounds[2])
  }
}

// Calls.
extension Renderer {
  func evaluate(_ arguments: Arguments) throws(TemplateError) -> CallArguments {
    var result = CallArguments(positional: try evaluate(arguments.positional))
    if let spread = arguments.spread { result.positional += try list(try evaluate(spread)) }
    for keyword in arguments.keywords {
      result.keywords.append((keyword.name, try evaluate(keyword.value)))
    }
    if let spread = arguments.keywordSpread {
      guard case .dict(let members) = try evaluate(spread) else { throw invalid("** needs a dict") }
      for (key, value) in zip(members.keys, members.values) {
        guard let name = key.asText?.string else { throw invalid("** needs a dict with names for keys") }
        guard !result.keywords.contains(where: { $0.name == name }) else {
          throw invalid("the argument \(name) is given twice")
        }
        try charge(result.keywords.count)
        result.keywords.append((name, value))
      }
    }
    return result
  }

  func evaluateCall(_ expression: Expression, caller: Macro?) throws(TemplateError) -> Value {
    guard case .call(let callee, let arguments) = expression.kind else { throw invalid("this is no call") }
    let function = try evaluate(callee)
    var values = try evaluate(arguments)
    if let caller { values.keywords.append(("caller", .macro(caller))) }
    switch function {
    case .macro(let macro): return .text(try call(macro, values))
    case .method(let method): return try call(method, values)
    case .function(let function): return try call(function, values)
    case .undefined(let undefined): throw failure(undefined)
    case .loop: throw failure(.unsupported("a recursive loop"))
    default: throw invalid("a \(function.typeName) cannot be called")
    }
  }

  /// What a macro writes when it is called.
  func call(_ macro: Macro, _ arguments: CallArguments) throws(TemplateError) -> Text {
    let definition = macro.definition
    let what = definition.name.map { "the macro \($0)" } ?? "caller()"
    let (outerLine, outerConstruct) = (line, construct)
    defer { (line, construct) = (outerLine, outerConstruct) }
    let inner = Scope(inside: macro.scope)
    var keywords = arguments.keywords
    return try deeper { () throws(TemplateError) in
      try capture { () throws(TemplateError) in
        try inScope(inner) { () throws(TemplateError) in
          for (index, parameter) in definition.parameters.enumerated() {
            try charge(1 + keywords.count)
            if index < arguments.positional.count {
              inner.variables[parameter.name] = arguments.positional[index]
            } else if let place = keywords.firstIndex(where: { $0.name == parameter.name }) {
              inner.variables[parameter.name] = keywords.remove(at: place).value
            } else if let fallback = parameter.fallback {
              inner.variables[parameter.name] = try evaluate(fallback)
            } else {
              inner.variables[parameter.name] = .undefined(Undefined("'\(parameter.name)' was not given to \(what)"))
            }
          }
          try takeSpecial(definition, arguments, keywords, into: inner, what)
          _ = try execute(definition.body)
        }
      }
    }
  }

  /// The variables a macro has without naming them: `caller`, `kwargs`, `varargs`.
  private func takeSpecial(
    _ definition: MacroDefinition, _ arguments: CallArguments, _ rest: [(name: String, value: Value)],
    into scope: Scope, _ what: String
  ) throws(TemplateError) {
    var rest = rest
    if definition.takesCaller, scope.variables["caller"] == nil {
      let place = rest.firstIndex { $0.name == "caller" }
      scope.variables["caller"] =
        place.map { rest.remove(at: $0).value } ?? .undefined(Undefined("no caller is defined"))
    }
    if definition.takesKeywords {
      scope.variables["kwargs"] = try makeDict(rest.map { (.text($0.name), $0.value) })
    } else if let extra = rest.first {
      throw invalid("\(what) takes no argument \(extra.name)")
    }
    let surplus = arguments.positional.dropFirst(definition.parameters.count)
    if definition.takesVariadic {
      scope.variables["varargs"] = try makeTuple(Array(surplus))
    } else if !surplus.isEmpty {
      throw invalid("\(what) takes \(definition.parameters.count) arguments at most, not \(arguments.positional.count)")
    }
  }

  /// The error that comes of asking something of a value that is not there.
  func failure(_ undefined: Undefined) -> TemplateError {
    failure(undefined.isForbidden ? .forbidden(undefined.message) : .undefined(undefined.message))
  }
}

/// The arguments of one call.
struct CallArguments {
  var positional: [Value] = []
  var keywords: [(name: String, value: Value)] = []

  /// Puts them in the order of `names`; the ones that were not given are nil.
  func bound(
    to names: [String], required: Int = 0, of what: String, _ renderer: Renderer
  ) throws(TemplateError) -> [Value?] {
    guard positional.count <= names.count else {
      throw renderer.invalid("\(what) takes \(names.count) arguments at most, not \(positional.count)")
    }
    var values = positional.map(Optional.some) + [Value?](repeating: nil, count: names.count - positional.count)
    for (name, value) in keywords {
      guard let place = names.firstIndex(of: name), values[place] == nil else {
        throw renderer.invalid("\(what) takes no argument \(name), or not twice")
      }
      values[place] = value
    }
    for (name, value) in zip(names, values).prefix(required) where value == nil {
      throw renderer.invalid("\(what) lacks its argument \(name)")
    }
    return values
  }
}
