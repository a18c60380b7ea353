public import Evaluators
public import Foundation
public import Measures
public import OpenAIWire
public import Pricing

/// One answer of a candidate, as another program saw it. What the source does not say is nil, never zero.
public struct ImportedObservation: Sendable, Hashable {
  /// What it took, in seconds.
  public struct Latencies: Sendable, Hashable {
    /// Of the whole, by the clock on the wall. What ran side by side counts once.
    public var endToEnd: Double?
    public var timeToFirstToken: Double?
    public var timePerOutputToken: Double?
    /// From when the request was sent, where ``endToEnd`` counts from its schedule.
    public var serviceEndToEnd: Double?
    public var serviceTimeToFirstToken: Double?

    public init(
      endToEnd: Double? = nil, timeToFirstToken: Double? = nil, timePerOutputToken: Double? = nil,
      serviceEndToEnd: Double? = nil, serviceTimeToFirstToken: Double? = nil
    ) {
      self.endToEnd = endToEnd
      self.timeToFirstToken = timeToFirstToken
      self.timePerOutputToken = timePerOutputToken
      self.serviceEndToEnd = serviceEndToEnd
      self.serviceTimeToFirstToken = serviceTimeToFirstToken
    }
  }

  public struct Failure: Sendable, Hashable {
    /// A short kind: the source's `error.type`, "timeout", "status_500".
    public var kind: String
    public var message: String

    public init(kind: String, message: String = "") {
      self.kind = kind
      self.message = message
    }
  }

  /// The candidate or agent by name.
  public var candidate: String
  /// The row of a dataset that the source names; nil where it names none.
  public var row: String?
  /// Other names by which a dataset may know the row, the likeliest first.
  public var rowAlternatives: [String] = []
  /// Texts by which a dataset may know the row where no name does, besides the input's own question.
  public var questions: [String] = []
  /// What the source calls it: a trace's or a request's id.
  public var identifier: String
  public var input: EvaluationSample.Input?
  /// What the source held to be right.
  public var expected: [String] = []
  public var output: String?
  /// As a JSON array, where the answer called tools.
  public var toolCalls: JSONValue?
  public var finishReason: String?
  /// Tokens in, cached ones among them, over all calls; nil as soon as one call does not say it.
  public var promptTokens: Int?
  /// Tokens out, reasoning among them.
  public var completionTokens: Int?
  /// Whose count it is: "usage", "tokenizer", "chunks".
  public var tokenSource: String?
  public var startedAt: Date?
  public var endedAt: Date?
  public var latencies = Latencies()
  /// The steps of an agent in the order in which they began, with what each used, cost and took.
  public var steps: [TrajectoryStep] = []
  /// The calls of models that it came to, in the order in which they began.
  public var calls: [ModelCall] = []
  public var failure: Failure?
  public var retries = 0
  /// Every attempt with its stamps as the source has them, as JSON.
  public var timeline: JSONValue?
  public var cost: ImportedCost = .absent(Absence("it was not priced"))
  public var route: String?
  public var customer: String?
  public var tags: [String: String] = [:]
  /// Further facts, few and short.
  public var attributes: [String: String] = [:]

  public init(candidate: String, identifier: String, row: String? = nil) {
    self.candidate = candidate
    self.identifier = identifier
    self.row = row
  }

  /// What the steps took together. More than ``Latencies/endToEnd`` where they ran side by side or inside each other,
  /// less where time went by between them.
  public var stepSeconds: MeasuredTotal<Double> { TrajectorySummary(steps).seconds }
}

/// One call of a model, with what is needed to price it.
public struct ModelCall: Sendable, Hashable {
  public var modelAsked: String?
  /// The model that the answer names, which is the one that is priced.
  public var modelAnswered: String?
  /// Who sold it, as the source names them.
  public var provider: String?
  /// Host and port, or a URL without a key.
  public var endpoint: String?
  public var usage: Pricing.Usage?
  /// Why there is no ``usage``.
  public var usageProblem: String?
  /// "default", "flex" and the like.
  public var serviceTier: String?
  public var startedAt: Date?
  /// Index into ``ImportedObservation/steps``; nil where the call is the whole observation.
  public var step: Int?
  /// What the source says it cost.
  public var reportedCost: Money?

  public init() {}

  /// The model that is priced.
  public var model: String? { modelAnswered ?? modelAsked }
}

/// What an observation cost, or why that is not known.
public enum ImportedCost: Sendable, Hashable {
  /// - priceVersion: of the catalogue; "reported" for what the source says itself.
  /// - parts: the price of each call, as JSON.
  case known(Money, priceVersion: String, parts: JSONValue)
  case absent(Absence)

  public var money: Money? { if case .known(let money, _, _) = self { money } else { nil } }
}
