/// Whether the answer is one of the expected values, after a named normalisation.
public struct ExactMatch: LocalEvaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  public let normalisation: TextNormalisation

  public init(name: String = "ExactMatch", threshold: Double = 1, normalisation: TextNormalisation = .trimmed) {
    self.name = name
    self.threshold = threshold
    self.normalisation = normalisation
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let answer = normalisation.apply(try sample.answer())
    let expected = try sample.expectations()
    for value in expected where normalisation.apply(value).isSame(as: answer) {
      // Two texts of which nothing is left are not the same answer.
      if answer.isEmpty {
        throw NothingToScore(
          "nothing is left of the expected value \"\(value.shown)\" after \(normalisation.rawValue)",
          cause: .noExpectation)
      }
      return Verdict(score: 1, reason: "the answer is \"\(value.shown)\" (\(normalisation.rawValue))")
    }
    let wanted = expected.count == 1 ? "\"\(expected[0].shown)\"" : "any of \(expected.count) expected values"
    return Verdict(score: 0, reason: "the answer \"\(answer.shown)\" is not \(wanted) (\(normalisation.rawValue))")
  }

  public static let kind = EvaluatorKind(
    name: "ExactMatch", summary: "the answer is one of the expected values",
    options: [EvaluatorOption("normalisation", "none, trimmed (default), case-folded, squad")]
  ) { options throws(EvaluationError) in
    ExactMatch(
      name: options.name, threshold: options.threshold,
      normalisation: try options.choice("normalisation", default: .trimmed))
  }
}
