// What values have by name: methods, and the attributes of loops, namespaces and macros.
extension Renderer {
  private static let textMethods: Set<String> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  private static let dictMethods: Set<String> = ["copy", "fromkeys", "get", "items", "keys", "values"]
  private static let dictChanges: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]
  private static let listChanges: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
  ]

  /// The attribute as Python's `getattr` finds it; nil where there is none.
  func ownAttribute(_ name: String, of value: Value) throws(TemplateError) -> Value? {
    if name.hasPrefix("__"), name.hasSuffix("__") { return forbidden(name, of: value) }
    switch value {
    case .text: return Renderer.textMethods.contains(name) ? .method(Method(value, name)) : nil
    case .dict:
      if Renderer.dictChanges.contains(name) { return forbidden(name, of: value) }
      return Renderer.dictMethods.contains(name) ? .method(Method(value, name)) : nil
    case .list:
      if Renderer.listChanges.contains(name) { return forbidden(name, of: value) }
      return ["copy", "count", "index"].contains(name) ? .method(Method(value, name)) : nil
    case .tuple, .range: return ["count", "index"].contains(name) ? .method(Method(value, name)) : nil
    case .namespace(let namespace):
      guard let found = namespace.attributes[.text(name)] else { return nil }
      return name.hasPrefix("_") ? forbidden(name, of: value) : found
    case .loop(let state): return try attribute(name, of: state)
    case .macro(let macro): return name == "name" ? macro.definition.name.map(Value.text) ?? Value.none : nil
    default: return nil
    }
  }

  private func forbidden(_ name: String, of value: Value) -> Value {
    .undefined(Undefined("the attribute '\(name)' of a \(value.typeName) is closed to templates", isForbidden: true))
  }

  private func attribute(_ name: String, of loop: LoopState) throws(TemplateError) -> Value? {
    switch name {
    case "index": return .integer(loop.index + 1)
    case "index0": return .integer(loop.index)
    case "revindex": return .integer(try loop.count() - loop.index)
    case "revindex0": return .integer(try loop.count() - loop.index - 1)
    case "first": return .bool(loop.index == 0)
    case "last": return .bool(try loop.peek() == nil)
    case "length": return .integer(try loop.count())
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "previtem": return loop.previous ?? .undefined(Undefined("there is no previous item"))
    case "nextitem": return try loop.peek() ?? .undefined(Undefined("there is no next item"))
    case "cycle", "changed": return .method(Method(.loop(loop), name))
    default: return nil
    }
  }

  func call(_ method: Method, _ arguments: CallArguments) throws(TemplateError) -> Value {
    switch method.receiver {
    case .text(let text): return try call(method.name, of: text, arguments)
    case .dict(let members): return try call(method.name, of: members, arguments)
    case .loop(let loop):
      guard method.name == "cycle" else {
        for value in arguments.positional { try charge(value.weight) }
        return .bool(loop.changed(arguments.positional))
      }
      guard !arguments.positional.isEmpty else { throw invalid("cycle() has nothing to choose from") }
      return arguments.positional[max(0, loop.index) % arguments.positional.count]
    default: return try call(method.name, ofSequence: method.receiver, arguments)
    }
  }

  private func call(_ name: String, of members: Members, _ arguments: CallArguments) throws(TemplateError) -> Value {
    switch name {
    case "get":
      let values = try arguments.bound(to: ["key", "default"], required: 1, of: "get()", self)
      let key = values[0] ?? .none
      try charge(key.weight)
      guard key.isHashable else { throw invalid("a \(key.typeName) cannot be the key of a dict") }
      return members.value(of: key) ?? values[1] ?? .none
    case "items", "keys", "values", "copy":
      _ = try arguments.bound(to: [], of: "\(name)()", self)
      switch name {
      case "items": return .view(.items, members)
      case "keys": return .view(.keys, members)
      case "values": return .view(.values, members)
      default: return .dict(members)
      }
    default: throw failure(.unsupported("the method \(name)() of a dict"))
    }
  }

  private func call(
    _ name: String, ofSequence value: Value, _ arguments: CallArguments
  ) throws(TemplateError) -> Value {
    if name == "copy" { return value }
    let wanted = try arguments.bound(to: ["value", "start", "stop"], required: 1, of: "\(name)()", self)
    let values = try list(value)
    var count = 0
    let bounds = try searchBounds(wanted[1], wanted[2], count: values.count)
    for index in values.indices where try areEqual(values[index], wanted[0] ?? .none) {
      if name == "index", bounds.contains(index) { return .integer(index) }
      count += 1
    }
    guard name == "count" else {
      throw invalid("\(try represent(wanted[0] ?? .none).string) is not in the \(value.typeName)")
    }
    return .integer(count)
  }

  /// The stretch that the optional `start` and `end` of Python's searches leave.
  func searchBounds(_ start: Value?, _ end: Value?, count: Int) throws(TemplateError) -> Range<Int> {
    func bound(_ value: Value?, fallback: Int) throws(TemplateError) -> Int {
      guard let value, !value.isNone else { return fallback }
      guard let number = value.asInteger else { throw invalid("a position is a whole number, not \(value.typeName)") }
      return max(0, min(count, number < 0 ? number + count : number))
    }
    let from = try bound(start, fallback: 0)
    return from..<max(from, try bound(end, fallback: count))
  }
}

// What is there without being given.
extension Renderer {
  func call(_ function: GlobalFunction, _ arguments: CallArguments) throws(TemplateError) -> Value {
    switch function {
    case .raiseException:
      let values = try arguments.bound(to: ["message"], required: 1, of: "raise_exception()", self)
      throw failure(.raised(try describe(values[0] ?? .none).string))
    case .strftimeNow:
      let values = try arguments.bound(to: ["format"], required: 1, of: "strftime_now()", self)
      guard let format = values[0]?.asText else { throw invalid("strftime_now() needs a format") }
      try charge(making: format.count, of: 16)
      return .text(Text(try clock.format(format.string, self)))
    case .dict: return .dict(try makeMembers(try pairs(of: arguments, for: "dict()")))
    case .namespace:
      let namespace = Namespace()
      keep(namespace)
      for (key, value) in try pairs(of: arguments, for: "namespace()") {
        try charge(key.weight)
        guard key.isHashable else { throw invalid("a \(key.typeName) cannot be the key of a dict") }
        namespace.set(key, to: value)
      }
      return .namespace(namespace)
    case .range: return .range(try range(arguments))
    }
  }

  /// What Python's `dict()` takes: a dict or pairs, and names with values.
  private func pairs(of arguments: CallArguments, for what: String) throws(TemplateError) -> [(Value, Value)] {
    guard arguments.positional.count <= 1 else { throw invalid("\(what) takes one argument without a name at most") }
    var pairs: [(Value, Value)] = []
    if let source = arguments.positional.first {
      if case .dict(let members) = source {
        pairs = Array(zip(members.keys, members.values))
      } else {
        for element in try list(source) {
          let pair = try list(element)
          guard pair.count == 2 else { throw invalid("\(what) needs pairs, not \(pair.count) values") }
          pairs.append((pair[0], pair[1]))
        }
      }
    }
    return pairs + arguments.keywords.map { (.text($0.name), $0.value) }
  }

  private func range(_ arguments: CallArguments) throws(TemplateError) -> NumberRange {
    let values = try arguments.bound(to: ["start", "stop", "step"], required: 1, of: "range()", self)
    var numbers: [Int] = []
    for case let value? in values {
      if case .undefined(let undefined) = value { throw failure(undefined) }
      guard let number = value.asInteger else { throw invalid("range() takes whole numbers, not \(value.typeName)") }
      numbers.append(number)
    }
    let start = numbers.count == 1 ? 0 : numbers[0]
    let end = numbers.count == 1 ? numbers[0] : numbers[1]
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw invalid("the step of range() cannot be zero") }
    let (distance, overflows) =
      step > 0 ? end.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(end)
    let isEmpty = step > 0 ? end <= start : end >= start
    let limit = TemplateLimits.range
    let count = isEmpty ? 0 : overflows ? limit + 1 : 1 + Int(UInt(distance - 1) / step.magnitude)
    guard count <= limit else { throw failure(.limit(.range, allowed: limit)) }
    return NumberRange(start: start, end: end, step: step, count: count)
  }
}
