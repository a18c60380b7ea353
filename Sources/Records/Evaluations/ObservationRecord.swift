public import Foundation
public import Measures

/// What something cost, or why that is not known. An unknown price is no zero.
public enum CostRecord: Sendable, Codable, Hashable {
  /// - picos: millionths of a millionth of the currency's unit.
  /// - priceVersion: of the catalogue, or a hash of the overrides.
  /// - price: the price's reference and parts, as JSON.
  case known(picos: Int64, currency: String, priceVersion: String, price: String)
  case absent(Absence)

  public var picos: Int64? { if case .known(let picos, _, _, _) = self { picos } else { nil } }
  public var currency: String? { if case .known(_, let currency, _, _) = self { currency } else { nil } }
}

/// One request of one row to one candidate, with everything that is known of it.
public struct ObservationRecord: Sendable, Codable, Hashable, Identifiable {
  public enum Status: String, Sendable, Codable, Hashable { case answered, failed }

  /// What the request took, in seconds. Without "service", from when it was to be sent.
  public struct Latencies: Sendable, Codable, Hashable {
    public var endToEnd: Double?
    public var timeToFirstToken: Double?
    public var timePerOutputToken: Double?
    /// From when the last attempt was sent.
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

  public var id: Int64?
  public var candidateID: Int64
  /// ``EvaluationRow/identity``.
  public var row: String
  /// From 0, where a row is asked several times.
  public var repetition: Int
  /// From 1: a failed request that was asked again in a later run has another. The last one counts; all were paid for.
  public var attempt: Int
  public var status: Status
  /// A short machine-readable kind, such as "timeout" or "status_429".
  public var failureKind: String?
  public var failureMessage: String?
  /// "measured", or what it was imported from.
  public var origin: String
  public var route: String
  public var customer: String?
  public var tags: [String: String]
  public var startedAt: Date
  /// What the request said in `x-request-id`.
  public var requestID: String
  public var text: String?
  /// As JSON.
  public var toolCalls: String?
  public var finishReason: String?
  /// The model that the answer names, which is the one that is priced.
  public var answeredBy: String?
  public var promptTokens: Int?
  public var completionTokens: Int?
  /// Whose count it is: usage, tokenizer, chunks.
  public var tokenSource: String?
  /// The server's own, as JSON.
  public var usage: String?
  public var latencies: Latencies
  public var retries: Int
  /// Every attempt with its stamps, as JSON; empty where there are none.
  public var timeline: String
  public var cost: CostRecord
  /// Joules that its part of the server's work came to.
  public var energy: MeasuredValue
  /// The steps of an agent, as a JSON array; nil where there are none.
  public var trajectory: String?

  public init(
    id: Int64? = nil, candidateID: Int64, row: String, repetition: Int = 0, attempt: Int = 1, status: Status,
    failureKind: String? = nil, failureMessage: String? = nil, origin: String = "measured", route: String,
    customer: String? = nil, tags: [String: String] = [:], startedAt: Date, requestID: String = "",
    text: String? = nil, toolCalls: String? = nil, finishReason: String? = nil, answeredBy: String? = nil,
    promptTokens: Int? = nil, completionTokens: Int? = nil, tokenSource: String? = nil, usage: String? = nil,
    latencies: Latencies = Latencies(), retries: Int = 0, timeline: String = "", cost: CostRecord,
    energy: MeasuredValue = .absent("energy was not measured"), trajectory: String? = nil
  ) {
    self.id = id
    self.candidateID = candidateID
    self.row = row
    self.repetition = repetition
    self.attempt = attempt
    self.status = status
    self.failureKind = failureKind
    self.failureMessage = failureMessage
    self.origin = origin
    self.route = route
    self.customer = customer
    self.tags = tags
    self.startedAt = startedAt
    self.requestID = requestID
    self.text = text
    self.toolCalls = toolCalls
    self.finishReason = finishReason
    self.answeredBy = answeredBy
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.tokenSource = tokenSource
    self.usage = usage
    self.latencies = latencies
    self.retries = retries
    self.timeline = timeline
    self.cost = cost
    self.energy = energy
    self.trajectory = trajectory
  }
}

/// What one evaluator said of one observation.
public struct VerdictRecord: Sendable, Codable, Hashable {
  /// A score, why there is none, or how the evaluator failed.
  public enum Outcome: Sendable, Codable, Hashable {
    /// In 0...1.
    case score(Double)
    /// - cause: a short machine-readable kind, such as "no-answer".
    case absent(Absence, cause: String)
    case failed(message: String)
  }

  public var observationID: Int64
  /// The name it is listed under.
  public var evaluator: String
  public var version: Int
  /// SHA-256 of its configuration: another configuration is another verdict.
  public var configuration: String
  public var threshold: Double
  public var outcome: Outcome
  public var reason: String
  /// What was looked at one by one, as JSON; empty where the answer was looked at as a whole.
  public var parts: String
  /// What it took a judge to come to it, as JSON; nil where no judge was asked.
  public var judge: String?
  /// Of the verdict, not of the answer.
  public var cost: CostRecord
  /// Of the verdict, in seconds.
  public var seconds: Double
  public var decidedAt: Date

  public init(
    observationID: Int64, evaluator: String, version: Int, configuration: String, threshold: Double, outcome: Outcome,
    reason: String, parts: String = "", judge: String? = nil, cost: CostRecord, seconds: Double, decidedAt: Date
  ) {
    self.observationID = observationID
    self.evaluator = evaluator
    self.version = version
    self.configuration = configuration
    self.threshold = threshold
    self.outcome = outcome
    self.reason = reason
    self.parts = parts
    self.judge = judge
    self.cost = cost
    self.seconds = seconds
    self.decidedAt = decidedAt
  }

  public var score: Double? { if case .score(let score) = outcome { score } else { nil } }
  /// Nil where there is no score.
  public var passed: Bool? { score.map { $0 >= threshold } }
}

/// What is left of a verdict that says nothing any more, because another took its place or its evaluator is no longer asked
/// for: what it cost, which was paid all the same.
public struct SupersededVerdict: Sendable, Codable, Hashable {
  public var observationID: Int64
  public var evaluator: String
  public var version: Int
  public var configuration: String
  /// What it took a judge, as JSON; nil where none was asked.
  public var judge: String?
  public var cost: CostRecord
  public var seconds: Double
  public var decidedAt: Date

  public init(
    observationID: Int64, evaluator: String, version: Int, configuration: String, judge: String? = nil,
    cost: CostRecord, seconds: Double, decidedAt: Date
  ) {
    self.observationID = observationID
    self.evaluator = evaluator
    self.version = version
    self.configuration = configuration
    self.judge = judge
    self.cost = cost
    self.seconds = seconds
    self.decidedAt = decidedAt
  }

  public init(_ verdict: VerdictRecord) {
    self.init(
      observationID: verdict.observationID, evaluator: verdict.evaluator, version: verdict.version,
      configuration: verdict.configuration, judge: verdict.judge, cost: verdict.cost, seconds: verdict.seconds,
      decidedAt: verdict.decidedAt)
  }
}
