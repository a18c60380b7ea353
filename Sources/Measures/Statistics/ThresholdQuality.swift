/// What a threshold on scores makes of labelled rows: a row is called positive when its score reaches the threshold.
public struct ThresholdQuality: Sendable, Hashable, Codable {
  public let threshold: Double
  public let truePositives: Int
  public let falsePositives: Int
  public let falseNegatives: Int
  public let trueNegatives: Int
  /// The share of rows called positive that are, with Wilson's interval. Nil when none is called positive.
  public let precision: Quantity?
  /// The share of positive rows that are called so, with Wilson's interval. Nil when none is positive.
  public let recall: Quantity?
  /// The share of rows called what they are, with Wilson's interval. Nil without rows.
  public let accuracy: Quantity?
  /// The harmonic mean of precision and recall. Nil when there are no positive rows, called so or being so.
  public let f1: Double?

  /// - Parameters:
  ///   - scores: finite, higher for rows thought positive.
  ///   - labels: whether each row is positive; as many as scores.
  public init(scores: [Double], labels: [Bool], threshold: Double, confidence: Double = 0.95) {
    precondition(scores.count == labels.count, "each score has a label")
    let outcomes = PairedOutcomes(zip(scores, labels).map { (first: $0 >= threshold, second: $1) })
    func share(_ successes: Int, _ trials: Int) -> Quantity? {
      Proportion.wilson(successes, of: trials, confidence: confidence).map {
        Quantity(Double(successes) / Double(trials), interval: $0, count: trials)
      }
    }
    self.threshold = threshold
    truePositives = outcomes.both
    falsePositives = outcomes.firstOnly
    falseNegatives = outcomes.secondOnly
    trueNegatives = outcomes.neither
    precision = share(truePositives, truePositives + falsePositives)
    recall = share(truePositives, truePositives + falseNegatives)
    accuracy = share(truePositives + trueNegatives, scores.count)
    let whole = 2 * truePositives + falsePositives + falseNegatives
    f1 = whole == 0 ? nil : 2 * Double(truePositives) / Double(whole)
  }
}
