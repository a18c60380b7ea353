public import OpenAIWire

/// The options of one evaluator while it is made: each is read by its kind, and what is wrong is said with its name.
public struct EvaluatorOptions: Sendable {
  /// What the evaluator is listed under.
  public let name: String
  /// In 0...1.
  public private(set) var threshold: Double
  let kind: String
  private let values: [String: JSONValue]
  private let hasThreshold: Bool

  /// - Throws: ``EvaluationError/unknownOption(evaluator:option:nearest:known:)``, ``EvaluationError/wrongOption(evaluator:option:expected:found:)``.
  init(_ configuration: EvaluatorConfiguration, of kind: EvaluatorKind) throws(EvaluationError) {
    self.kind = kind.name
    name = configuration.name ?? kind.name
    threshold = configuration.threshold ?? kind.threshold
    hasThreshold = configuration.threshold != nil
    values = configuration.options.filter { !$0.value.isNull }
    let known = kind.options.map(\.name)
    for option in configuration.options.keys.sorted() where !known.contains(option) {
      throw .unknownOption(
        evaluator: kind.name, option: option, nearest: NearestName.of(option, among: known),
        known: known.isEmpty ? ["no options"] : known)
    }
    guard (0...1).contains(threshold) else {
      throw wrong("threshold", "a number from 0 to 1", found: "\(threshold)")
    }
    guard !name.isEmpty, name.utf8.count <= 128 else {
      throw wrong("name", "a name of 1 to 128 bytes", found: "\"\(name)\"")
    }
  }

  /// The error of an option whose value is not what it has to be.
  public func wrong(_ option: String, _ expected: String, found: String) -> EvaluationError {
    .wrongOption(evaluator: kind, option: option, expected: expected, found: found)
  }

  /// The options that are given, in order.
  var names: [String] { values.keys.sorted() }

  /// The same, with another threshold where the configuration does not say one: engines of one kind may differ.
  func withUsual(threshold: Double) -> EvaluatorOptions {
    var options = self
    if !hasThreshold { options.threshold = threshold }
    return options
  }

  public subscript(option: String) -> JSONValue? { values[option] }

  public func string(_ option: String) throws(EvaluationError) -> String? {
    guard let value = values[option] else { return nil }
    guard let text = value.string, !text.isEmpty else { throw wrong(option, "a text", found: Self.shown(value)) }
    return text
  }

  /// - Parameter mend: what to write, for the error.
  public func requiredString(_ option: String, mend: String) throws(EvaluationError) -> String {
    guard let text = try string(option) else { throw .missingOption(evaluator: kind, option: option, mend: mend) }
    return text
  }

  public func flag(_ option: String, default usual: Bool) throws(EvaluationError) -> Bool {
    guard let value = values[option] else { return usual }
    guard let flag = value.boolean else { throw wrong(option, "true or false", found: Self.shown(value)) }
    return flag
  }

  public func integer(_ option: String, in range: ClosedRange<Int>) throws(EvaluationError) -> Int? {
    guard let value = values[option] else { return nil }
    guard let number = value.integer, range.contains(number) else {
      throw wrong(option, "a whole number from \(range.lowerBound) to \(range.upperBound)", found: Self.shown(value))
    }
    return number
  }

  public func number(_ option: String, in range: ClosedRange<Double>) throws(EvaluationError) -> Double? {
    guard let value = values[option] else { return nil }
    guard let number = value.double, range.contains(number) else {
      throw wrong(option, "a number from \(range.lowerBound) to \(range.upperBound)", found: Self.shown(value))
    }
    return number
  }

  /// One text or a list of them; nil where the option is left out. None may be blank.
  public func strings(_ option: String) throws(EvaluationError) -> [String]? {
    guard let value = values[option] else { return nil }
    let list = value.array ?? [value]
    let texts = list.compactMap(\.string).filter { $0.unicodeScalars.contains { !$0.isSpace } }
    guard texts.count == list.count, !texts.isEmpty, texts.count <= 10_000 else {
      throw wrong(option, "a text or a list of texts, none of them empty", found: Self.shown(value))
    }
    return texts
  }

  /// One of the cases of an enumeration, by its raw value.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ option: String, default usual: Choice
  ) throws(EvaluationError) -> Choice where Choice.RawValue == String {
    guard let value = values[option] else { return usual }
    guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
      let known = Choice.allCases.map(\.rawValue)
      let near = value.string.flatMap { NearestName.of($0, among: known) }
      throw wrong(
        option, "one of \(known.joined(separator: ", "))",
        found: Self.shown(value) + (near.map { " (did you mean \"\($0)\"?)" } ?? ""))
    }
    return choice
  }

  static func shown(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): "\"\(text.shown)\""
    case .array(let elements): elements.isEmpty ? "an empty array" : "an array"
    case .null, .object: value.kind
    case .boolean, .integer, .number: value.text
    }
  }
}
