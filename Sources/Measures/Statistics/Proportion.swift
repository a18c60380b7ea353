/// Intervals and probabilities of shares of a whole: pass rates, error rates, precision, recall.
///
/// A bootstrap has nothing to say of a share that is 0 or 1 in the sample: every resample is the same. These have.
public enum Proportion {
  /// Wilson's score interval (1927) of `successes / trials`. Nil without trials.
  public static func wilson(_ successes: Int, of trials: Int, confidence: Double = 0.95) -> Interval? {
    precondition(successes >= 0 && successes <= max(trials, 0), "\(successes) of \(trials) is no share")
    guard trials > 0 else { return nil }
    let count = Double(trials)
    let share = Double(successes) / count
    let z = StandardNormal.quantile(0.5 + confidence / 2)
    let shrink = 1 + z * z / count
    let centre = (share + z * z / (2 * count)) / shrink
    let reach = z / shrink * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
    return Interval(
      lower: successes == 0 ? 0 : max(0, centre - reach), upper: successes == trials ? 1 : min(1, centre + reach),
      confidence: confidence)
  }

  /// The difference `first - second` of the shares of two independent samples: Newcombe's hybrid of two Wilson intervals
  /// (Statistics in Medicine 17, 1998, 873-890, method 10). Nil where one has no trials.
  ///
  /// For the same rows under two candidates take ``PairedOutcomes/differenceInterval(confidence:)``: it is narrower.
  public static func differenceInterval(
    _ first: (successes: Int, trials: Int), _ second: (successes: Int, trials: Int), confidence: Double = 0.95
  ) -> Interval? {
    guard let one = wilson(first.successes, of: first.trials, confidence: confidence),
      let other = wilson(second.successes, of: second.trials, confidence: confidence)
    else { return nil }
    return newcombe(
      first: Double(first.successes) / Double(first.trials), one,
      second: Double(second.successes) / Double(second.trials), other, correlation: 0)
  }

  /// Two Wilson intervals squared and added, with the correlation of the two estimates.
  static func newcombe(
    first: Double, _ one: Interval, second: Double, _ other: Interval, correlation: Double
  ) -> Interval {
    func reach(_ a: Double, _ b: Double) -> Double {
      max(0, a * a - 2 * correlation * a * b + b * b).squareRoot()
    }
    let difference = first - second
    return Interval(
      lower: difference - reach(first - one.lower, other.upper - second),
      upper: difference + reach(one.upper - first, second - other.lower), confidence: one.confidence)
  }

  /// How probable it is that the share behind `successes` of `trials` is at least `bound`: the posterior under Jeffreys'
  /// prior, Beta(1/2, 1/2) (Brown, Cai and DasGupta, 2001).
  ///
  /// - Parameters:
  ///   - successes: may be a fraction where rows come in clusters and count for less than one.
  ///   - trials: at least `successes`; without any, what is returned is the prior.
  public static func probability(ofAtLeast bound: Double, successes: Double, trials: Double) -> Double {
    precondition(successes >= 0 && trials >= successes, "\(successes) of \(trials) is no share")
    return 1 - regularizedBeta(bound, successes + 0.5, trials - successes + 0.5)
  }
}
