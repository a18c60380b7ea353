/// The area under the receiver operating characteristic: how probable it is that a positive row has a higher score than a
/// negative one, ties counting half (Hanley and McNeil, 1982).
public struct AreaUnderCurve: Sendable, Hashable, Codable {
  public enum Method: String, Sendable, Hashable, Codable {
    /// DeLong, DeLong and Clarke-Pearson (1988), by the midranks of Sun and Xu (2014).
    case deLong
    /// Newcombe's score interval (Statistics in Medicine 25, 2006, 559-573, method 5): where DeLong's variance is zero or has
    /// no value, as when the scores part the classes fully.
    case newcombe
  }

  public let area: Double
  public let interval: Interval
  public let method: Method
  public let positives: Int
  public let negatives: Int

  /// - Parameters:
  ///   - scores: finite, higher for rows thought positive.
  ///   - labels: whether each row is positive; as many as scores.
  /// - Returns: nil without a positive or without a negative row.
  public init?(scores: [Double], labels: [Bool], confidence: Double = 0.95) {
    precondition(scores.count == labels.count, "each score has a label")
    let positive = zip(scores, labels).filter(\.1).map(\.0)
    let negative = zip(scores, labels).filter { !$0.1 }.map(\.0)
    guard !positive.isEmpty, !negative.isEmpty else { return nil }
    let (m, n) = (Double(positive.count), Double(negative.count))
    let ranks = Ranks.midranks(positive + negative)
    // For each positive the share of negatives below it, and for each negative the share of positives above it.
    let above = zip(ranks.prefix(positive.count), Ranks.midranks(positive)).map { ($0 - $1) / n }
    let below = zip(ranks.dropFirst(positive.count), Ranks.midranks(negative)).map { 1 - ($0 - $1) / m }
    area = Statistics.mean(above)!
    positives = positive.count
    negatives = negative.count

    let z = StandardNormal.quantile(0.5 + confidence / 2)
    if let one = Statistics.variance(above), let other = Statistics.variance(below), one / m + other / n > 0 {
      method = .deLong
      let reach = z * (one / m + other / n).squareRoot()
      interval = Interval(lower: max(0, area - reach), upper: min(1, area + reach), confidence: confidence)
    } else {
      method = .newcombe
      interval = Interval(
        lower: Self.scoreLimit(below: area, m, n, z), upper: 1 - Self.scoreLimit(below: 1 - area, m, n, z),
        confidence: confidence)
    }
  }

  /// The smallest area that `area` is within `z` standard errors of, by bisection.
  private static func scoreLimit(below area: Double, _ m: Double, _ n: Double, _ z: Double) -> Double {
    let half = (m + n) / 2 - 1
    var (low, high) = (0.0, area)
    for _ in 0..<200 {
      let t = (low + high) / 2
      let variance = t * (1 - t) * (1 + half * ((1 - t) / (2 - t) + t / (1 + t))) / (m * n)
      if area - t > z * variance.squareRoot() { low = t } else { high = t }
    }
    return low
  }
}
