public import OpenAIWire

/// Which evaluator, and how: what an evaluation's file says of one.
public struct EvaluatorConfiguration: Sendable, Hashable {
  /// The kind, such as `NumericMatch`; ``EvaluatorRegistry/names`` has them all.
  public var kind: String
  /// What results are listed under; nil for the kind's name.
  public var name: String?
  /// Nil for the kind's own.
  public var threshold: Double?
  /// The kind's options by name.
  public var options: [String: JSONValue]

  public init(
    _ kind: String, name: String? = nil, threshold: Double? = nil, options: [String: JSONValue] = [:]
  ) {
    self.kind = kind
    self.name = name
    self.threshold = threshold
    self.options = options
  }
}

/// An option of a kind of evaluator, as documents and errors list it.
public struct EvaluatorOption: Sendable, Hashable {
  /// In kebab case.
  public let name: String
  /// What it says, with its values and what it is when left out.
  public let summary: String

  public init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

/// A kind of evaluator: what it is called, what it takes, and how one is made.
public struct EvaluatorKind: Sendable {
  public let name: String
  public let summary: String
  public let options: [EvaluatorOption]
  /// What a score has to reach where a configuration does not say.
  public let threshold: Double
  let make: @Sendable (EvaluatorOptions) throws(EvaluationError) -> any Evaluator

  /// - Parameter make: reads the options; names that are not in `options` have been refused before.
  public init(
    name: String, summary: String, options: [EvaluatorOption], threshold: Double = 1,
    make: @escaping @Sendable (EvaluatorOptions) throws(EvaluationError) -> any Evaluator
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.threshold = threshold
    self.make = make
  }
}
