/// Scores one answer: by a rule, by a model, or by any program.
///
/// ``verdict(of:)`` says what the answer is worth; ``evaluate(_:)`` adds who said so, whether it passes, and how long it
/// took. What cannot be scored is told apart from what scores badly:
///
/// * There is nothing to score, or nothing to hold it against (an empty answer, no expected value, no context): an
///   absence with its cause, never 0 and never 1.
/// * The evaluator could not do its work (a pattern that ran out of time, a verdict that cannot be read, a document over
///   a limit): an error, which names the thing.
/// * The answer is there and wrong: a score, with a reason a person can act on.
public protocol Evaluator: Sendable {
  /// What results are listed under, such as `ExactMatch`; a configuration may give another name.
  var name: String { get }

  /// Raised whenever the same sample could get another score.
  var version: Int { get }

  /// What gives the verdicts, such as `local`, `rules` or `judge MODEL`: two engines of one name are not to be put together
  /// unsaid.
  var engine: String { get }

  /// An answer passes whose score is at least this, in 0...1.
  var threshold: Double { get }

  /// What the answer is worth.
  /// - Throws: ``EvaluationError``, or what an endpoint or a program behind the evaluator throws.
  func verdict(of sample: EvaluationSample) async throws -> Verdict
}

extension Evaluator {
  public var engine: String { "local" }

  /// The verdict with the evaluator's name and version, its threshold and its latency.
  /// - Throws: what ``verdict(of:)`` throws, and ``EvaluationError/tooLarge(what:limit:)``.
  public func evaluate(_ sample: EvaluationSample) async throws -> Evaluation {
    try sample.checkSize()
    let began = ContinuousClock.now
    let verdict = try await verdict(of: sample)
    return Evaluation(
      evaluator: name, version: version, threshold: threshold, verdict: verdict,
      latency: began.duration(to: .now), engine: engine)
  }
}

/// An evaluator that needs nothing but the sample: no model, no program, no network. The same sample always gets the same
/// verdict.
public protocol LocalEvaluator: Evaluator {
  /// - Throws: ``NothingToScore`` where there is nothing to score, which becomes an absence; ``EvaluationError``.
  func score(_ sample: EvaluationSample) throws -> Verdict
}

extension LocalEvaluator {
  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    do {
      return try score(sample)
    } catch let nothing as NothingToScore {
      return .absent(nothing.reason, cause: nothing.cause)
    }
  }
}

/// Thrown inside an evaluator, an absence outside.
public struct NothingToScore: Error, Hashable, Sendable {
  public let reason: String
  public let cause: AbsenceCause

  public init(_ reason: String, cause: AbsenceCause) {
    self.reason = reason
    self.cause = cause
  }
}
