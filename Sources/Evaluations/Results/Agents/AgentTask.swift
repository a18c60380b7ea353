import Evaluators
import OpenAIWire
public import Pricing
import Records

/// One task of an agent, step by step, as the records have it.
public struct AgentTask: Sendable, Encodable {
  /// What a step is.
  public enum Kind: String, Sendable, Hashable, Encodable, CaseIterable {
    /// A model was asked and called no tool in the same step.
    case model = "model call"
    case tool = "tool call"
    /// One step that says something and calls a tool: its time and cost cannot be told apart.
    case both = "model and tool"
  }

  /// What a step does not say is nil, never zero.
  public struct Step: Sendable, Encodable {
    /// From 1.
    public let position: Int
    public let kind: Kind
    /// The tool's name, else the model's.
    public let name: String?
    public let seconds: Double?
    /// Tokens in and out, together.
    public let tokens: Int?
    public let cost: Money?
    /// What it failed of; nil for one that is not known to have failed.
    public let error: String?
    /// Whether the same tool was called with the same arguments before.
    public let isRepeated: Bool
    /// As JSON.
    public let arguments: String?
    public let result: String?
    public let text: String?

    private enum CodingKeys: CodingKey {
      case position, kind, name, seconds, tokens, cost, error, isRepeated, arguments, result, text
    }

    /// What is not known stands there as null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(position, forKey: .position)
      try container.encode(kind, forKey: .kind)
      try container.encode(name, forKey: .name)
      try container.encode(seconds, forKey: .seconds)
      try container.encode(tokens, forKey: .tokens)
      try container.encode(cost, forKey: .cost)
      try container.encode(error, forKey: .error)
      try container.encode(isRepeated, forKey: .isRepeated)
      try container.encode(arguments, forKey: .arguments)
      try container.encode(result, forKey: .result)
      try container.encode(text, forKey: .text)
    }
  }

  public let candidate: String
  public let row: String
  public let repetition: Int
  /// What the task failed of as a whole.
  public let failure: String?
  /// Nil where there is no saying.
  public let passed: Bool?
  /// By the clock on the wall: less than the steps' together where they ran side by side.
  public let latencySeconds: Double?
  /// What the records say that the whole cost.
  public let cost: Spending.Bill
  public let steps: [Step]

  /// Over the steps that say it; nil where none does.
  public var stepSeconds: Double? {
    let known = steps.compactMap(\.seconds)
    return known.isEmpty ? nil : known.reduce(0, +)
  }

  /// Nil for an observation without steps.
  /// - Throws: where what is stored cannot be read.
  init?(_ observation: ObservationRecord, candidate: String, failure: String?, passed: Bool?) throws {
    guard let text = observation.trajectory else { return nil }
    let elements = try JSONField(JSONReader.value(of: Array(text.utf8)), path: "trajectory").elements()
    if elements.isEmpty { return nil }
    let steps = try elements.map { try TrajectoryStep($0) }
    let repeats = Set(TrajectorySummary(steps).repeats)
    self.candidate = candidate
    row = observation.row
    repetition = observation.repetition
    self.failure = failure
    self.passed = passed
    latencySeconds = observation.latencies.endToEnd
    cost = Spending.Bill([observation.cost])
    self.steps = steps.enumerated().map { Step($1, position: $0 + 1, isRepeated: repeats.contains($0)) }
  }
}

extension AgentTask.Step {
  init(_ step: TrajectoryStep, position: Int, isRepeated: Bool) {
    self.position = position
    kind = step.tool == nil ? .model : step.text == nil ? .tool : .both
    name = step.tool ?? step.model
    seconds = step.seconds
    tokens = step.tokens
    cost = step.cost.flatMap { amount in
      (try? Currency(step.currency ?? Currency.usd.code)).flatMap { try? Money(amount.text, currency: $0) }
    }
    error = step.error
    self.isRepeated = isRepeated
    arguments = step.arguments?.text
    result = step.result
    text = step.text
  }
}
