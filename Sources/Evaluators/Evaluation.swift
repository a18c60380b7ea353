public import Measures

/// Why there is no score, for counting: an answer that is not there is the candidate's doing, an expectation that is not
/// there is the dataset's.
public enum AbsenceCause: String, Sendable, Hashable, Codable, CaseIterable {
  /// The candidate gave no answer, or a blank one.
  case noAnswer = "no-answer"
  /// The row has nothing to hold the answer against.
  case noExpectation = "no-expectation"
  /// The evaluator does not do what the row asks for, such as telling languages apart.
  case unsupported
  /// The evaluator saw the answer and cannot honestly tell.
  case undecidable
  /// A program or a judge said itself that it has no score.
  case declined
}

/// A score, or the reason why there is none.
public enum Outcome: Sendable, Hashable {
  /// In 0...1, finite.
  case score(Double)
  case absent(Absence, cause: AbsenceCause)

  public var score: Double? { if case .score(let score) = self { score } else { nil } }
  public var absence: Absence? { if case .absent(let absence, _) = self { absence } else { nil } }
}

/// What an evaluator says of one answer.
public struct Verdict: Sendable, Hashable {
  /// One of several things that were looked at, such as a claim, a fact or an instruction.
  public struct Part: Sendable, Hashable {
    public let name: String
    public let outcome: Outcome
    public let reason: String

    public init(name: String, outcome: Outcome, reason: String) {
      self.name = name
      self.outcome = outcome
      self.reason = reason
    }
  }

  public let outcome: Outcome
  /// What a person reads to see why; for an absence the absence's own reason.
  public let reason: String
  /// Empty where an answer is looked at as a whole.
  public let parts: [Part]
  /// What the verdict itself cost.
  public let cost: EvaluationCost
  /// What it took a judge; nil where none was asked.
  public var work: JudgeWork?

  /// - Parameter score: held to 0...1 by whoever makes it; an evaluator that gives another number has a bug.
  public init(score: Double, reason: String, parts: [Part] = [], cost: EvaluationCost = .free) {
    precondition((0...1).contains(score), "a score lies in 0...1")
    outcome = .score(score)
    self.reason = reason
    self.parts = parts
    self.cost = cost
  }

  private init(absence: Absence, cause: AbsenceCause, parts: [Part], cost: EvaluationCost) {
    outcome = .absent(absence, cause: cause)
    reason = absence.reason
    self.parts = parts
    self.cost = cost
  }

  public static func absent(
    _ reason: String, cause: AbsenceCause, parts: [Part] = [], cost: EvaluationCost = .free
  ) -> Verdict {
    Verdict(absence: Absence(reason), cause: cause, parts: parts, cost: cost)
  }

  /// 1 or 0.
  static func binary(_ holds: Bool, _ reason: String) -> Verdict { Verdict(score: holds ? 1 : 0, reason: reason) }
}

/// A verdict, who gave it, and what giving it took.
public struct Evaluation: Sendable, Hashable {
  public let evaluator: String
  public let version: Int
  /// In 0...1.
  public let threshold: Double
  public let outcome: Outcome
  public let reason: String
  public let parts: [Verdict.Part]
  /// What the verdict cost, not what the answer cost.
  public let cost: EvaluationCost
  /// How long the verdict took, not the answer.
  public let latency: Duration
  /// What gave the verdict (``Evaluator/engine``): verdicts of different engines are not of one kind.
  public let engine: String
  /// What it took a judge; nil where none was asked.
  public let work: JudgeWork?

  public init(
    evaluator: String, version: Int, threshold: Double, verdict: Verdict, latency: Duration, engine: String = "local"
  ) {
    self.evaluator = evaluator
    self.version = version
    self.engine = engine
    work = verdict.work
    self.threshold = threshold
    outcome = verdict.outcome
    reason = verdict.reason
    parts = verdict.parts
    cost = verdict.cost
    self.latency = latency
  }

  public var score: Double? { outcome.score }

  /// Whether the score reaches the threshold; nil where there is no score.
  public var passed: Bool? { outcome.score.map { $0 >= threshold } }
}
