/// How many rows it takes to tell two candidates apart, or a candidate from a bound.
///
/// Significance is two-sided unless it says otherwise. Nil means that no number of rows would do, or more than
/// ``limit``: the difference is zero, or as good as zero.
public enum RequiredRows {
  /// More rows than this are no plan.
  public static let limit = 1_000_000_000

  /// Rows for a paired t test of means: the normal approximation with Guenther's correction (The American Statistician 35,
  /// 1981, 243-244), `((z_a + z_b) s / d)^2 + z_a^2 / 2`, which is within a row of the noncentral t distribution's.
  ///
  /// - Parameters:
  ///   - difference: between the means, in the values' unit.
  ///   - standardDeviation: of the rows' differences.
  public static func pairedMeans(
    difference: Double, standardDeviation: Double, significance: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    let (alpha, beta) = quantiles(significance, power)
    let ratio = (alpha + beta) * standardDeviation / difference
    return rounded(ratio * ratio + alpha * alpha / 2)
  }

  /// Pairs for McNemar's test, by Connor (Biometrics 43, 1987, 207-211): with `p = firstOnly + secondOnly` and
  /// `d = firstOnly - secondOnly`, `(z_a sqrt(p) + z_b sqrt(p - d^2))^2 / d^2`.
  ///
  /// - Parameters:
  ///   - firstOnly: the share of rows that only the first candidate passes.
  ///   - secondOnly: the share that only the second passes.
  public static func mcNemar(
    firstOnly: Double, secondOnly: Double, significance: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    let (alpha, beta) = quantiles(significance, power)
    let discordant = firstOnly + secondOnly
    let difference = firstOnly - secondOnly
    let root = alpha * discordant.squareRoot() + beta * max(0, discordant - difference * difference).squareRoot()
    return rounded(root * root / (difference * difference))
  }

  /// Rows for any estimate whose standard error falls with the root of their number, by what it is at `rows`.
  ///
  /// - Parameters:
  ///   - rows: those that the standard error was found with.
  ///   - difference: what is to be told from zero.
  public static func scaled(
    rows: Int, standardError: Double, difference: Double, significance: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    let (alpha, beta) = quantiles(significance, power)
    let ratio = (alpha + beta) * standardError / difference
    return rounded(Double(rows) * ratio * ratio)
  }

  /// Rows until an estimate at its present `distance` from a bound lies on its side with probability `assurance`,
  /// one-sided.
  public static func assured(rows: Int, standardError: Double, distance: Double, assurance: Double) -> Int? {
    let ratio = StandardNormal.quantile(assurance) * standardError / distance
    return rounded(Double(rows) * ratio * ratio)
  }

  /// Rows until it is as good as sure (`assurance`) on which side of `bound` a share lies, if it stays what it is: by
  /// ``Proportion/probability(ofAtLeast:successes:trials:)``.
  public static func share(_ share: Double, bound: Double, assurance: Double) -> Int? {
    guard share != bound, (0...1).contains(share), (0...1).contains(bound) else { return nil }
    func isSure(_ rows: Int) -> Bool {
      let above = Proportion.probability(
        ofAtLeast: bound, successes: share * Double(rows), trials: Double(rows))
      return share > bound ? above >= assurance : 1 - above >= assurance
    }
    var high = 1
    while !isSure(high) {
      // A continued fraction over more rows than this takes long, and nobody has them.
      guard high < 1 << 26 else { return nil }
      high *= 2
    }
    var low = high / 2
    while low + 1 < high {
      let middle = (low + high) / 2
      if isSure(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private static func quantiles(_ significance: Double, _ power: Double) -> (Double, Double) {
    precondition(significance > 0 && significance < 1 && power > 0 && power < 1, "both are between 0 and 1")
    return (StandardNormal.quantile(1 - significance / 2), StandardNormal.quantile(power))
  }

  private static func rounded(_ rows: Double) -> Int? {
    guard rows.isFinite, rows <= Double(limit) else { return nil }
    return max(2, Int(rows.rounded(.up)))
  }
}

extension RequiredRows {
  /// Half the width of a normal interval in standard errors: 1.96 at 0.95.
  public static func reach(confidence: Double) -> Double { StandardNormal.quantile(0.5 + confidence / 2) }
}
