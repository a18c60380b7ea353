import Foundation

/// Which rows two candidates passed: the two-by-two table of a paired comparison of pass rates.
public struct PairedOutcomes: Sendable, Hashable, Codable {
  /// Rows that both passed.
  public var both: Int
  /// Rows that only the first passed.
  public var firstOnly: Int
  /// Rows that only the second passed.
  public var secondOnly: Int
  /// Rows that neither passed.
  public var neither: Int

  /// - Parameter both: like the others, a count of rows and so not negative.
  public init(both: Int, firstOnly: Int, secondOnly: Int, neither: Int) {
    precondition(min(both, firstOnly, secondOnly, neither) >= 0, "a count of rows is not negative")
    self.both = both
    self.firstOnly = firstOnly
    self.secondOnly = secondOnly
    self.neither = neither
  }

  public init(_ pairs: some Sequence<(first: Bool, second: Bool)>) {
    self.init(both: 0, firstOnly: 0, secondOnly: 0, neither: 0)
    for pair in pairs {
      switch pair {
      case (true, true): both += 1
      case (true, false): firstOnly += 1
      case (false, true): secondOnly += 1
      case (false, false): neither += 1
      }
    }
  }

  public var rows: Int { both + firstOnly + secondOnly + neither }

  /// Rows that tell the two apart.
  public var discordant: Int { firstOnly + secondOnly }

  /// The first's pass rate minus the second's. Nil without rows.
  public var difference: Double? { rows == 0 ? nil : Double(firstOnly - secondOnly) / Double(rows) }

  /// McNemar's test (1947), exact: twice the binomial tail of the smaller discordant count under one half, at most 1. It is 1
  /// when no row tells the two apart.
  public var exactPValue: Double {
    discordant == 0
      ? 1 : min(1, 2 * Binomial.cumulative(min(firstOnly, secondOnly), of: discordant, probability: 0.5))
  }

  /// McNemar's chi-square with Edwards' continuity correction (1948), `(|b - c| - 1)^2 / (b + c)`, with one degree of freedom.
  /// The correction takes away no more than there is. Nil without discordant rows. For fewer than 25 of them take
  /// ``exactPValue``.
  public var chiSquare: Double? {
    guard discordant > 0 else { return nil }
    let reach = max(0, Double(abs(firstOnly - secondOnly)) - 1)
    return reach * reach / Double(discordant)
  }

  /// The probability of a ``chiSquare`` at least as large. Nil with it.
  public var chiSquarePValue: Double? { chiSquare.map { erfc(($0 / 2).squareRoot()) } }

  /// The interval of ``difference``: Newcombe's for paired shares (Statistics in Medicine 17, 1998, 2635-2650, method 10),
  /// two Wilson intervals with the correlation of the pairs, continuity corrected. Nil without rows.
  public func differenceInterval(confidence: Double = 0.95) -> Interval? {
    guard rows > 0,
      let one = Proportion.wilson(both + firstOnly, of: rows, confidence: confidence),
      let other = Proportion.wilson(both + secondOnly, of: rows, confidence: confidence)
    else { return nil }
    let count = Double(rows)
    return Proportion.newcombe(
      first: Double(both + firstOnly) / count, one, second: Double(both + secondOnly) / count, other,
      correlation: correlation)
  }

  /// The phi coefficient; positive ones are shrunk by half a row's worth towards zero.
  private var correlation: Double {
    let (a, b, c, d) = (Double(both), Double(firstOnly), Double(secondOnly), Double(neither))
    let margins = ((a + b) * (c + d)).squareRoot() * ((a + c) * (b + d)).squareRoot()
    guard margins > 0 else { return 0 }
    let association = a * d - b * c
    return (association > 0 ? max(0, association - Double(rows) / 2) : association) / margins
  }
}
