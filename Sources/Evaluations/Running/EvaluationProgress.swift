public import Records

/// What happens while an evaluation runs, in order but for candidates that are asked side by side.
public enum EvaluationProgress: Sendable, Hashable {
  /// - Parameters:
  ///   - requests: of the plan, over all candidates.
  ///   - missing: those that have to be made.
  case began(reference: String, requests: Int, missing: Int)
  /// A candidate's server is being started.
  case serving(candidate: String)
  /// Requests of a candidate that ended in this run, `failed` of them without an answer.
  case asked(candidate: String, done: Int, of: Int, failed: Int)
  /// Nobody answers at a candidate's endpoint: what is left is not asked.
  case unreachable(candidate: String, reason: String)
  /// Verdicts that were given in this run.
  case judged(done: Int, of: Int)
}

/// What a run of an evaluation came to.
public struct EvaluationOutcome: Sendable {
  public var evaluation: EvaluationRecord
  /// Requests of the plan.
  public var requests: Int
  public var answered: Int
  /// Requests that ended without an answer, by candidate and kind.
  public var failures: [String: [String: Int]]
  /// Requests that have not been made.
  public var missing: Int
  /// Verdicts that could not be given because the evaluator failed, with the first message of each evaluator.
  public var failedVerdicts: [String: (count: Int, first: String)]
  /// Verdicts that have not been asked for.
  public var missingVerdicts: Int
  /// What was stored before this run began.
  public var found: Int

  public var isComplete: Bool { missing == 0 && missingVerdicts == 0 }
}
