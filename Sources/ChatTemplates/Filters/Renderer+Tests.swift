extension Renderer {
  private static let comparisons: [String: ComparisonOperator] = [
    "==": .equal, "eq": .equal, "equalto": .equal, "!=": .unequal, "ne": .unequal, "<": .less, "lt": .less,
    "lessthan": .less, "<=": .lessOrEqual, "le": .lessOrEqual, ">": .greater, "gt": .greater, "greaterthan": .greater,
    ">=": .greaterOrEqual, "ge": .greaterOrEqual, "in": .isIn,
  ]
  private static let plainTests: Set<String> = [
    "boolean", "callable", "defined", "escaped", "even", "false", "filter", "float", "integer", "iterable", "lower",
    "mapping", "none", "number", "odd", "sequence", "string", "test", "true", "undefined", "upper",
  ]

  /// `value is name(arguments)`.
  func test(_ name: String, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Bool {
    try charge()
    if let comparison = Renderer.comparisons[name] {
      let values = try arguments.bound(to: ["other"], required: 1, of: "test \(name)", self)
      return try compare(value, comparison, values[0] ?? .none)
    }
    switch name {
    case "divisibleby":
      let values = try arguments.bound(to: ["num"], required: 1, of: "test \(name)", self)
      return try combine(value, .modulo, values[0] ?? .none) == .integer(0)
    case "sameas":
      let values = try arguments.bound(to: ["other"], required: 1, of: "test \(name)", self)
      return try isSame(value, values[0] ?? .none)
    default: break
    }
    guard Renderer.plainTests.contains(name) else { throw failure(.syntax("there is no test \(name)")) }
    _ = try arguments.bound(to: [], of: "test \(name)", self)
    return try plainTest(name, value)
  }

  private func plainTest(_ name: String, _ value: Value) throws(TemplateError) -> Bool {
    switch name {
    case "defined": return !value.isUndefined
    case "undefined": return value.isUndefined
    case "none": return value.isNone
    case "boolean": if case .bool = value { return true }
    case "true": if case .bool(true) = value { return true }
    case "false": if case .bool(false) = value { return true }
    case "integer": if case .integer = value { return true }
    case "float": if case .float = value { return true }
    case "number": return Number(value) != nil
    case "string": return value.asText != nil
    case "escaped": return value.asText?.isSafe == true
    case "mapping": if case .dict = value { return true }
    case "callable": return value.isCallable
    case "odd": return try combine(value, .modulo, .integer(2)) == .integer(1)
    case "even": return try combine(value, .modulo, .integer(2)) == .integer(0)
    case "lower", "upper":
      let text = try describe(value)
      try charge(mapping: text)
      return name == "lower" ? text.isLowercase : text.isUppercase
    case "filter":
      try charge(value.weight)
      return value.asText.map { Renderer.isFilter($0.string) } ?? false
    case "test":
      try charge(value.weight)
      let name = value.asText?.string ?? ""
      return Renderer.plainTests.contains(name) || Renderer.comparisons[name] != nil
        || ["divisibleby", "sameas"].contains(name)
    case "sequence":
      if case .view = value { return false }
      return count(of: value) != nil
    case "iterable":
      if case .iterator = value { return true }
      if case .loop = value { return true }
      return count(of: value) != nil
    default: break
    }
    return false
  }

  /// Python's `is`, as far as values that nobody can change have an identity.
  private func isSame(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
    switch (left, right) {
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)): return left === right
    case (.dict(let left), .dict(let right)): return left === right
    case (.bool, .bool), (.integer, .integer), (.float, .float): return left == right
    case (.bool, _), (.integer, _), (.float, _): return false
    default: return try areEqual(left, right)
    }
  }
}
