/// How much the answer looks like the nearest of the expected values.
public struct Similarity: LocalEvaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  public let method: TextSimilarity

  public init(name: String = "Similarity", threshold: Double = 0.5, method: TextSimilarity = .tokenF1) {
    self.name = name
    self.threshold = threshold
    self.method = method
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let answer = try sample.answer()
    var best: (score: Double, reference: String)?
    for reference in try sample.expectations() {
      guard let score = try method.of(answer, reference) else {
        throw NothingToScore(
          "\(method.rawValue) leaves nothing of the expected value \"\(reference.shown)\"; chrf and levenshtein "
            + "take every script", cause: .noExpectation)
      }
      if score > best?.score ?? -1 { best = (score, reference) }
    }
    guard let best else { throw NothingToScore("the row has no expected value", cause: .noExpectation) }
    return Verdict(
      score: best.score, reason: "\(method.rawValue) \(best.score.rounded3) to \"\(best.reference.shown)\"")
  }

  public static let kind = EvaluatorKind(
    name: "Similarity", summary: "how much the answer looks like the nearest expected value",
    options: [EvaluatorOption("method", "token-f1 (default), rouge-l, levenshtein, chrf")], threshold: 0.5
  ) { options throws(EvaluationError) in
    Similarity(
      name: options.name, threshold: options.threshold, method: try options.choice("method", default: .tokenF1))
  }
}

extension Double {
  /// With three digits behind the point, for a reason's text.
  var rounded3: String {
    let thousandths = Int((self * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
  }
}
