// Filters by name. What chat templates have no use for is refused by name, rather than done differently.
extension Renderer {
  /// Filters of Jinja that are not run here.
  static let refusedFilters: Set<String> = [
    "filesizeformat", "groupby", "pprint", "random", "striptags", "urlencode", "urlize", "wordwrap", "xmlattr",
  ]
  private static let textFilters: Set<String> = [
    "capitalize", "center", "e", "escape", "forceescape", "format", "indent", "lower", "replace", "safe", "string",
    "title", "trim", "truncate", "upper", "wordcount",
  ]
  private static let numberFilters: Set<String> = ["abs", "float", "int", "round"]
  private static let sequenceFilters: Set<String> = [
    "batch", "count", "dictsort", "first", "items", "join", "last", "length", "list", "max", "min", "reverse", "slice",
    "sort", "sum", "unique",
  ]
  private static let lazyFilters: Set<String> = ["map", "reject", "rejectattr", "select", "selectattr"]
  private static let otherFilters: Set<String> = ["attr", "d", "default", "tojson"]

  static func isFilter(_ name: String) -> Bool {
    [textFilters, numberFilters, sequenceFilters, lazyFilters, otherFilters].contains { $0.contains(name) }
  }

  func apply(_ filters: [FilterName], to value: Value) throws(TemplateError) -> Value {
    var value = value
    for filter in filters {
      let outer = construct
      let arguments = try evaluate(filter.arguments)
      construct = "filter \(filter.name)"
      value = try apply(filter.name, to: value, arguments)
      construct = outer
    }
    return value
  }

  func apply(_ name: String, to value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    try charge()
    if Renderer.textFilters.contains(name) { return try applyText(name, to: value, arguments) }
    if Renderer.numberFilters.contains(name) { return try applyNumber(name, to: value, arguments) }
    if Renderer.sequenceFilters.contains(name) { return try applySequence(name, to: value, arguments) }
    if Renderer.lazyFilters.contains(name) { return try applyLazy(name, to: value, arguments) }
    switch name {
    case "default", "d":
      let values = try arguments.bound(to: ["default_value", "boolean"], of: name, self)
      let isMissing = value.isUndefined || values[1]?.isTrue == true && !value.isTrue
      return isMissing ? values[0] ?? .text(Text()) : value
    case "attr":
      let values = try arguments.bound(to: ["name"], required: 1, of: name, self)
      try charge(values[0]?.weight ?? 0)
      guard let attribute = values[0]?.asText?.string else { throw invalid("attr needs the name of an attribute") }
      if case .undefined(let undefined) = value { throw failure(undefined) }
      return try ownAttribute(attribute, of: value)
        ?? .undefined(Undefined("'\(value.typeName)' has no attribute '\(attribute)'"))
    case "tojson": return try toJSON(value, arguments)
    default:
      if Renderer.refusedFilters.contains(name) { throw failure(.unsupported("the filter \(name)")) }
      throw failure(.syntax("there is no filter \(name)"))
    }
  }
}

// Numbers.
extension Renderer {
  private func applyNumber(_ name: String, to value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw failure(undefined) }
    switch name {
    case "abs":
      _ = try arguments.bound(to: [], of: name, self)
      guard let number = Number(value) else { throw invalid("a \(value.typeName) has no absolute value") }
      switch number {
      case .integer(let whole): return whole < 0 ? try negate(.integer(whole)) : .integer(whole)
      case .float(let float): return .float(float.magnitude)
      }
    case "float":
      let values = try arguments.bound(to: ["default"], of: name, self)
      try charge(value.weight)
      let number = value.asText.map(pythonFloat) ?? Number(value)?.double
      return number.map(Value.float) ?? values[0] ?? .float(0)
    case "int":
      let values = try arguments.bound(to: ["default", "base"], of: name, self)
      guard let base = (values[1] ?? .integer(10)).asInteger else { throw invalid("int needs a whole number for base") }
      return try wholeNumber(value, base: base) ?? values[0] ?? .integer(0)
    default:
      let values = try arguments.bound(to: ["precision", "method"], of: name, self)
      return try round(value, precision: values[0] ?? .integer(0), method: values[1]?.asText?.string ?? "common")
    }
  }

  private func wholeNumber(_ value: Value, base: Int) throws(TemplateError) -> Value? {
    var float: Double?
    if let text = value.asText {
      try charge(reading: text.count)
      guard base == 0 || (2...36).contains(base) else { throw invalid("int knows no base \(base)") }
      switch pythonInteger(text, base: base) {
      case .value(let number): return .integer(number)
      case .tooLarge: throw overflow
      case .none: float = pythonFloat(text)
      }
      guard let float, float.isFinite else { return nil }
    } else if let number = Number(value) {
      if case .integer(let whole) = number { return .integer(whole) }
      float = number.double
    }
    guard let float, !float.isNaN else { return nil }
    guard let whole = Int(exactly: float.rounded(.towardZero)) else { throw overflow }
    return .integer(whole)
  }
}
