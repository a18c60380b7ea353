/// One rendering of a template: its variables, its output, and the account of the work done.
///
/// Not Sendable and used by one call. Every loop in it charges the account, so it ends whatever the template asks for.
final class Renderer {
  let limits: TemplateLimits
  let clock: TemplateClock
  let context: [String: Value]
  var scope: Scope
  /// Where rendering is, for errors.
  var line = 1
  var construct = "template"

  private(set) var buffer: [Unicode.Scalar] = []
  private var steps = 0
  private var characters = 0
  private var outputBytes = 0
  private var captures = 0
  private var depth = 0
  /// What can hold itself, to be emptied at the end.
  private var namespaces: [Namespace] = []
  private var capturedScopes: [Scope] = []

  init(_ variables: [String: TemplateValue], limits: TemplateLimits, clock: TemplateClock) throws(TemplateError) {
    self.limits = limits
    self.clock = clock
    scope = Scope(inside: nil)
    var context: [String: Value] = [:]
    for (name, value) in variables { context[name] = try Value(value) }
    self.context = context
  }

  func render(_ body: [Statement]) throws(TemplateError) -> String {
    defer { breakCycles() }
    _ = try execute(body)
    return Text(buffer).string
  }

  private func breakCycles() {
    for namespace in namespaces { namespace.attributes = [:] }
    for scope in capturedScopes { scope.variables = [:] }
    scope.variables = [:]
  }

  func keep(_ namespace: Namespace) { namespaces.append(namespace) }
  func keep(_ scope: Scope) { capturedScopes.append(scope) }
}

// The account.
extension Renderer {
  func failure(_ reason: TemplateError.Reason) -> TemplateError {
    TemplateError(line: line, construct: construct, reason: reason)
  }

  func invalid(_ what: String) -> TemplateError { failure(.invalid(what)) }

  func charge(_ count: Int = 1) throws(TemplateError) {
    steps += count
    if steps > limits.steps { throw failure(.limit(.steps, allowed: limits.steps)) }
  }

  /// For reading through a text: many characters a step.
  func charge(reading count: Int) throws(TemplateError) { try charge(1 + count >> 5) }

  /// For looking characters up in Unicode's tables, which all but ASCII need.
  func charge(mapping text: Text) throws(TemplateError) {
    var foreign = 0
    for scalar in text.scalars where !scalar.isASCII { foreign += 1 }
    try charge(1 + text.count >> 5 + foreign >> 1)
  }

  /// Before `count` characters are made. A count that a template asks for may be negative, which makes none.
  func charge(making count: Int) throws(TemplateError) {
    guard count <= limits.characters - characters else {
      throw failure(.limit(.characters, allowed: limits.characters))
    }
    characters += max(0, count)
  }

  /// The charge for `count` pieces of `width` characters, also where the product is no number.
  func charge(making count: Int, of width: Int) throws(TemplateError) {
    let (product, overflow) = max(0, count).multipliedReportingOverflow(by: max(0, width))
    try charge(making: overflow ? Int.max : product)
  }

  /// Runs `body` one level deeper.
  func deeper<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
    guard depth < limits.depth else { throw failure(.limit(.nesting, allowed: limits.depth)) }
    depth += 1
    defer { depth -= 1 }
    return try body()
  }

  func makeText(_ text: Text) throws(TemplateError) -> Value {
    try charge(making: text.count)
    return .text(text)
  }

  func makeList(_ values: [Value]) throws(TemplateError) -> Value { .list(try makeElements(values)) }
  func makeTuple(_ values: [Value]) throws(TemplateError) -> Value { .tuple(try makeElements(values)) }

  private func makeElements(_ values: [Value]) throws(TemplateError) -> Elements {
    try charge(1 + values.count)
    var size = Size()
    for value in values { try measure(value, into: &size) }
    return Elements(values, depth: size.depth + 1, weight: size.weight + 1)
  }

  func makeDict(_ pairs: [(Value, Value)]) throws(TemplateError) -> Value {
    .dict(try makeMembers(pairs))
  }

  func makeMembers(_ pairs: [(Value, Value)]) throws(TemplateError) -> Members {
    try charge(1 + 2 * pairs.count)
    var size = Size()
    for (key, value) in pairs {
      try charge(key.weight)
      guard key.isHashable else { throw invalid("a \(key.typeName) cannot be the key of a dict") }
      try measure(key, into: &size)
      try measure(value, into: &size)
    }
    return Members(pairs, depth: size.depth + 1, weight: size.weight + 1)
  }

  private struct Size {
    var depth = 0
    var weight = 0
  }

  private func measure(_ value: Value, into size: inout Size) throws(TemplateError) {
    size.depth = max(size.depth, value.depth)
    size.weight += value.weight
    try check(depth: size.depth + 1)
    guard size.weight <= limits.elements else { throw failure(.limit(.elements, allowed: limits.elements)) }
  }

  /// Values that nest deeper than this are not made: walks over them recurse.
  func check(depth: Int) throws(TemplateError) {
    guard depth <= TemplateLimits.valueDepth else {
      throw failure(.limit(.nesting, allowed: TemplateLimits.valueDepth))
    }
  }

  func makeLazy(over source: Value, _ pull: @escaping LazySequence.Pull) throws(TemplateError) -> Value {
    try check(depth: source.depth + 1)
    return .iterator(LazySequence(depth: source.depth + 1, pull))
  }
}

// The output.
extension Renderer {
  func write(_ text: Text) throws(TemplateError) {
    try charge(making: text.count)
    if captures == 0 {
      for scalar in text.scalars { outputBytes += UTF8.width(scalar) }
      guard outputBytes <= limits.outputBytes else {
        throw failure(.limit(.outputBytes, allowed: limits.outputBytes))
      }
    }
    buffer += text.scalars
  }

  /// What `body` writes, kept from the output.
  func capture(_ body: () throws(TemplateError) -> Void) throws(TemplateError) -> Text {
    let outer = buffer
    buffer = []
    captures += 1
    defer {
      buffer = outer
      captures -= 1
    }
    try body()
    return Text(buffer)
  }

  func inScope<Result>(
    _ inner: Scope, _ body: () throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    let outer = scope
    scope = inner
    defer { scope = outer }
    return try body()
  }
}
