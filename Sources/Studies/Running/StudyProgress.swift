public import Records

/// What happens while a study runs, in order.
public enum StudyProgress: Sendable {
  /// - Parameters:
  ///   - total: trials of the plan.
  ///   - done: those that need not be run.
  case began(total: Int, done: Int, waiting: Int)
  /// A trial's process is about to start. Idle power may be read first.
  case trialBegan(method: String, seed: Int, number: Int, work: WorkPlan)
  /// The trial's work so far: `tokens` of the work plan's, `step` the index of the last step.
  case advanced(step: Int, tokens: Int, loss: Double?, monotonicNanoseconds: UInt64)
  case trialEnded(method: String, seed: Int, failure: TrialFailure?)
}

/// What a study came to in this run.
public struct StudyOutcome: Sendable {
  public enum Ending: Sendable, Hashable {
    case complete
    /// The budget was spent before every trial was begun.
    case budgetSpent
    case stopped
  }

  /// A trial, as people name it.
  public struct Trial: Sendable, Hashable {
    public var method: String
    public var model: String
    public var seed: Int
    public var failure: TrialFailure?
  }

  public var study: StudyRecord
  public var ending: Ending
  public var total: Int
  /// Finished trials, earlier runs' too.
  public var finished: Int
  /// Trials whose newest attempt failed; they are run again only when asked for.
  public var failed: [Trial]
  /// Trials that have not been run.
  public var missing: [Trial]
}
