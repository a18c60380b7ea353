import Foundation
public import Measures

/// Spearman's rank correlation: whether one thing rises with another, whatever the shape.
public enum RankCorrelation {
  /// Fewer pairs have no correlation worth a number.
  public static let fewestPairs = 10

  /// Spearman's rho, ties sharing the mean of their ranks, with Bonett and Wright's interval (Psychometrika 65, 2000,
  /// 23-28): Fisher's transform with the variance (1 + rho^2 / 2) / (n - 3). Where the ranks agree fully, the interval is
  /// that point alone.
  ///
  /// Absent under ``fewestPairs`` pairs, and where one side is the same throughout.
  public static func spearman(
    _ pairs: [(first: Double, second: Double)], confidence: Double = 0.95
  ) -> MeasuredValue {
    guard pairs.count >= fewestPairs else {
      return .absent("there are \(pairs.count) pairs; it takes at least \(fewestPairs)")
    }
    guard let rho = rho(pairs) else { return .absent("one side is the same in all \(pairs.count) pairs") }
    let transformed = atanh(rho)
    let reach =
      RequiredRows.reach(confidence: confidence) * ((1 + rho * rho / 2) / Double(pairs.count - 3)).squareRoot()
    return .value(
      Quantity(
        rho,
        interval: Interval(
          lower: tanh(transformed - reach), upper: tanh(transformed + reach), confidence: confidence),
        count: pairs.count))
  }

  /// Pearson's correlation of the ranks; nil where one side has no spread.
  static func rho(_ pairs: [(first: Double, second: Double)]) -> Double? {
    let (first, second) = (Ranks.midranks(pairs.map(\.first)), Ranks.midranks(pairs.map(\.second)))
    let mean = Double(pairs.count + 1) / 2
    var (together, one, other) = (0.0, 0.0, 0.0)
    for (left, right) in zip(first, second) {
      together += (left - mean) * (right - mean)
      one += (left - mean) * (left - mean)
      other += (right - mean) * (right - mean)
    }
    guard one > 0, other > 0 else { return nil }
    return min(1, max(-1, together / (one * other).squareRoot()))
  }
}
