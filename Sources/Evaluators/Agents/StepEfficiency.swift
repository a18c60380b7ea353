import OpenAIWire

/// How directly an agent went: over its trajectory, not over whether it got there (see ``TaskCompletion``).
///
/// With N things done (steps, or calls of tools), R of them calls that repeat an earlier one to the letter, and L in the
/// shortest reference:
///
///     score = min( (N - R) / N, min(1, L / N) )
///
/// Without a reference the second part is left out: a long way without repeats then scores 1, and the reason says that
/// nothing was there to compare it with. An agent that is faster than the reference scores no more than 1.
public struct StepEfficiency: LocalEvaluator {
  /// What is counted.
  public enum Counting: String, Sendable, Hashable, CaseIterable {
    case steps
    case toolCalls = "tool-calls"
  }

  public let name: String
  public let version = 1
  public let threshold: Double
  public let counting: Counting
  public let mayRepeat: Set<String>
  /// The name in a row's metadata under which the length of the shortest way stands, where no whole reference does.
  public let referenceKey: String

  public init(
    name: String = "StepEfficiency", threshold: Double = 0.5, counting: Counting = .steps, mayRepeat: Set<String> = [],
    referenceKey: String = "reference_steps"
  ) {
    self.name = name
    self.threshold = threshold
    self.counting = counting
    self.mayRepeat = mayRepeat
    self.referenceKey = referenceKey
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    guard !sample.trajectory.isEmpty else {
      throw NothingToScore("the sample has no trajectory", cause: .noAnswer)
    }
    let summary = TrajectorySummary(sample.trajectory, mayRepeat: mayRepeat)
    let done = count(summary)
    guard done > 0 else { throw NothingToScore("no tool was called, and calls are what is counted", cause: .noAnswer) }
    let fresh = Double(done - summary.repeatedCalls) / Double(done)
    let unit = counting == .steps ? "steps" : "tool calls"
    var reason = "\(done) \(unit)"
    if summary.repeatedCalls > 0 {
      reason +=
        ", \(summary.repeatedCalls) of them repeat an earlier call (\(PhraseSearch.listed(summary.repeatedTools)))"
    }
    guard let shortest = try shortest(sample) else {
      return Verdict(score: fresh, reason: reason + "; no reference to compare with")
    }
    return Verdict(
      score: min(fresh, min(1, Double(shortest) / Double(done))),
      reason: reason + "; the shortest reference has \(shortest)")
  }

  private func count(_ summary: TrajectorySummary) -> Int {
    counting == .steps ? summary.steps : summary.toolCalls
  }

  private func shortest(_ sample: EvaluationSample) throws -> Int? {
    let lengths = sample.references.map { count(TrajectorySummary($0)) }
    if let shortest = lengths.min() {
      guard shortest > 0 else { throw NothingToScore("a reference trajectory is empty", cause: .noExpectation) }
      return shortest
    }
    guard let value = sample.metadata[referenceKey], !value.isNull else { return nil }
    guard let number = value.integer, number > 0 else {
      throw EvaluationError.malformedSample(
        place: "metadata.\(referenceKey)", reason: "it must be a whole number of 1 or more")
    }
    return number
  }

  public static let kind = EvaluatorKind(
    name: "StepEfficiency", summary: "how directly an agent went, by its steps and repeated calls",
    options: [
      EvaluatorOption("count", "steps (default) or tool-calls"),
      EvaluatorOption("may-repeat", "tools whose repeats do not count; none by default"),
      EvaluatorOption("reference", "the metadata that holds the shortest number; reference_steps by default"),
    ], threshold: 0.5
  ) { options throws(EvaluationError) in
    StepEfficiency(
      name: options.name, threshold: options.threshold, counting: try options.choice("count", default: .steps),
      mayRepeat: Set(try options.strings("may-repeat") ?? []),
      referenceKey: try options.string("reference") ?? "reference_steps")
  }
}
