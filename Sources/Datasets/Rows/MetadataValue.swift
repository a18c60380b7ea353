public import OpenAIWire

/// What a row's metadata holds under a name, and what a person's label says.
public enum MetadataValue: Sendable, Hashable, CustomStringConvertible {
  case text(String)
  /// Finite. Whole numbers beyond 2^53, which a double cannot tell apart, are refused where rows are read.
  case number(Double)
  case boolean(Bool)

  /// The kinds, by the names a mapping gives them.
  public enum Kind: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case text, number, boolean

    /// What an error calls a value of the kind.
    public var description: String {
      switch self {
      case .text: "text"
      case .number: "a number"
      case .boolean: "true or false"
      }
    }
  }

  public var kind: Kind {
    switch self {
    case .text: .text
    case .number: .number
    case .boolean: .boolean
    }
  }

  public var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .number(number)
    case .boolean(let flag): .boolean(flag)
    }
  }

  /// The text itself, the shortest form of the number, `true` or `false`.
  public var description: String {
    switch self {
    case .text(let text): text
    case .number(let number): CanonicalJSON.text(of: number)
    case .boolean(let flag): flag ? "true" : "false"
    }
  }

  /// Whole numbers up to here are exact in a double.
  static let largestExact = 1 << 53
}

/// What a person said of a row's answer, against which a judge's verdicts are held.
public struct HumanLabel: Sendable, Hashable {
  /// What was judged: the name of an evaluator, such as `AnswerRelevancy`.
  public let name: String
  public let value: MetadataValue
  /// Who judged, where that is known; several people may have labelled one row.
  public let annotator: String?

  public init(name: String, value: MetadataValue, annotator: String? = nil) {
    self.name = name
    self.value = value
    self.annotator = annotator
  }

  public var json: JSONValue {
    .members(["name": .string(name), "value": value.json, "annotator": annotator.map { .string($0) }])
  }
}
