import Foundation

/// Intervals of a mean, and of any other statistic by resampling.
///
/// Which to take: ``studentT(_:confidence:)`` for the mean of a few repeats, where a bootstrap is too narrow (three
/// values have only ten distinct resamples, and its 95 % interval holds the mean in about 73 % of the cases);
/// ``biasCorrected(_:confidence:resamples:seed:statistic:)`` (BCa) for skewed statistics of many observations, such as
/// perplexity over documents; ``percentile(_:confidence:resamples:seed:statistic:)`` where the resamples themselves are
/// of interest, as for ranks.
public enum ConfidenceInterval {
  /// How many resamples are drawn where nothing else is said.
  public static let defaultResamples = 2_000

  /// Student's t interval of the mean. Nil under two values.
  public static func studentT(_ values: some Collection<Double>, confidence: Double = 0.95) -> Interval? {
    guard let mean = Statistics.mean(values), let deviation = Statistics.standardDeviation(values) else { return nil }
    let freedom = Double(values.count - 1)
    let reach =
      StudentT.quantile(0.5 + confidence / 2, degreesOfFreedom: freedom) * deviation
      / Double(values.count).squareRoot()
    return Interval(lower: mean - reach, upper: mean + reach, confidence: confidence)
  }

  /// Efron's percentile bootstrap: the quantiles of the statistic over resamples of the same size.
  ///
  /// - Parameters:
  ///   - observations: drawn from with replacement; for paired data an element is a pair.
  ///   - statistic: may be called with any multiset of the observations.
  /// - Returns: nil under two observations.
  public static func percentile<Element>(
    _ observations: [Element], confidence: Double = 0.95, resamples: Int = defaultResamples, seed: UInt64,
    statistic: ([Element]) -> Double
  ) -> Interval? {
    guard observations.count > 1 else { return nil }
    let draws = Bootstrap.draws(observations, resamples: resamples, seed: seed, statistic: statistic).sorted()
    return Interval(
      lower: Statistics.quantile(sorted: draws, (1 - confidence) / 2),
      upper: Statistics.quantile(sorted: draws, (1 + confidence) / 2), confidence: confidence)
  }

  /// The bias-corrected and accelerated bootstrap (Efron, 1987): the percentile interval with its ends moved for the
  /// statistic's bias and for a spread that changes with its value, the latter from the jackknife.
  ///
  /// - Returns: nil under two observations; the percentile interval when the correction is undefined, as for a statistic
  ///   that is the same in every resample.
  public static func biasCorrected<Element>(
    _ observations: [Element], confidence: Double = 0.95, resamples: Int = defaultResamples, seed: UInt64,
    statistic: ([Element]) -> Double
  ) -> Interval? {
    guard observations.count > 1 else { return nil }
    let draws = Bootstrap.draws(observations, resamples: resamples, seed: seed, statistic: statistic)
    // Many observations are left out by the block, so that the jackknife stays linear in their number.
    let leftOut = Bootstrap.jackknifeBlocks(of: observations.count).map { block in
      var rest = observations
      rest.removeSubrange(block)
      return statistic(rest)
    }
    return biasCorrected(
      estimate: statistic(observations), draws: draws, leftOut: leftOut, confidence: confidence)
  }

  /// The same from draws that were made elsewhere, as when one resample of the rows serves many statistics.
  ///
  /// - Parameters:
  ///   - estimate: the statistic of the whole sample.
  ///   - draws: the statistic over the resamples, in any order; not empty and finite.
  ///   - leftOut: the statistic without each of ``Bootstrap/jackknifeBlocks(of:)``.
  public static func biasCorrected(
    estimate: Double, draws: [Double], leftOut: [Double], confidence: Double = 0.95
  ) -> Interval {
    let draws = draws.sorted()

    // Draws equal to the estimate count half, or a discrete statistic would look biased.
    let below = draws.reduce(0.0) { $0 + ($1 < estimate ? 1 : $1 == estimate ? 0.5 : 0) }
    let bias = StandardNormal.quantile(below / Double(draws.count))
    let centre = Statistics.mean(leftOut) ?? 0
    let squares = Statistics.sum(leftOut.map { pow(centre - $0, 2) })
    let acceleration = Statistics.sum(leftOut.map { pow(centre - $0, 3) }) / (6 * pow(squares, 1.5))

    func corrected(_ probability: Double) -> Double {
      let shifted = bias + StandardNormal.quantile(probability)
      let moved = StandardNormal.cumulative(bias + shifted / (1 - acceleration * shifted))
      return moved.isFinite ? moved : probability
    }
    return Interval(
      lower: Statistics.quantile(sorted: draws, corrected((1 - confidence) / 2)),
      upper: Statistics.quantile(sorted: draws, corrected((1 + confidence) / 2)), confidence: confidence)
  }

  /// The percentile bootstrap of the mean of paired differences `first - second`.
  /// - Returns: nil under two pairs.
  public static func pairedDifference(
    _ pairs: [(first: Double, second: Double)], confidence: Double = 0.95, resamples: Int = defaultResamples,
    seed: UInt64
  ) -> Interval? {
    percentile(
      pairs.map { $0.first - $0.second }, confidence: confidence, resamples: resamples, seed: seed,
      statistic: { Statistics.mean($0)! })
  }
}

/// Resampling with replacement.
public enum Bootstrap {
  /// The statistic over `resamples` resamples, in the order in which they were drawn.
  /// - Parameter observations: not empty.
  public static func draws<Element>(
    _ observations: [Element], resamples: Int, seed: UInt64, statistic: ([Element]) -> Double
  ) -> [Double] {
    precondition(!observations.isEmpty && resamples > 0, "there is nothing to resample")
    var generator = SeededGenerator(seed: seed)
    var resample = observations
    return (0..<resamples).map { _ in
      for index in resample.indices { resample[index] = observations[generator.index(below: observations.count)] }
      return statistic(resample)
    }
  }

  /// The blocks that a jackknife leaves out in turn: single observations, or runs of them when there are more than 200.
  public static func jackknifeBlocks(of count: Int) -> [Range<Int>] {
    let blocks = min(count, 200)
    return (0..<blocks).map { $0 * count / blocks..<($0 + 1) * count / blocks }
  }
}
