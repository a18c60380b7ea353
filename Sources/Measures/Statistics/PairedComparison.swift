/// Two candidates over the same rows: by how much the first is above the second, and how sure that is.
///
/// The unit that is resampled is the row, or the cluster of rows where rows belong together (several questions on one
/// document): rows of a cluster are no independent evidence.
public struct PairedComparison: Sendable, Hashable, Codable {
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    case percentile
    /// Bias-corrected and accelerated (Efron, 1987).
    case biasCorrected = "bca"
  }

  /// The exact sign test: whether the first is above the second as often as below. Equal rows take no part.
  public struct SignTest: Sendable, Hashable, Codable {
    /// Rows, or clusters by their sum, in which the first is above the second.
    public let above: Int
    public let below: Int
    public let equal: Int
    /// Two-sided. 1 when all are equal.
    public let pValue: Double
  }

  /// The sign-flip permutation test of the mean difference (Fisher, 1935).
  public struct PermutationTest: Sendable, Hashable, Codable {
    /// Two-sided. When it was drawn, the observed flip counts as one of the draws (Phipson and Smyth, 2010), so that it is
    /// never zero.
    public let pValue: Double
    /// Whether every flip was counted; otherwise flips were drawn.
    public let isExact: Bool
  }

  /// Pairs compared.
  public let rows: Int
  /// Nil where each row stands for itself.
  public let clusters: Int?
  public let firstMean: Double
  public let secondMean: Double
  /// The mean of `first - second`.
  public let difference: Double
  /// The bootstrap's interval of ``difference``. Nil under two rows or clusters.
  public let interval: Interval?
  /// The standard deviation of the rows' differences. Nil under two rows.
  public let deviation: Double?
  /// Cohen's d for pairs: ``difference`` in standard deviations of the differences. Nil where these do not vary.
  public let effectSize: Double?
  public let signTest: SignTest
  public let permutationTest: PermutationTest

  /// - Parameters:
  ///   - pairs: finite values, one pair a row.
  ///   - clusters: the cluster of each pair, as many as there are pairs.
  ///   - flips: of signs, drawn for the permutation test where there are too many to count.
  ///   - seed: of the resamples and flips.
  /// - Returns: nil without pairs.
  public init?(
    _ pairs: [(first: Double, second: Double)], clusters: [String]? = nil, method: Method = .biasCorrected,
    confidence: Double = 0.95, resamples: Int = ConfidenceInterval.defaultResamples,
    flips: Int = PermutationTest.defaultDraws, seed: UInt64
  ) {
    precondition(clusters == nil || clusters!.count == pairs.count, "each pair has one cluster")
    guard let first = Statistics.mean(pairs.map(\.first)), let second = Statistics.mean(pairs.map(\.second)) else {
      return nil
    }
    let differences = pairs.map { $0.first - $0.second }
    let units = ResampledUnit.units(differences, clusters: clusters)
    let mean = { (units: [ResampledUnit]) in
      Statistics.sum(units.map(\.sum)) / units.reduce(0) { $0 + $1.count }
    }
    rows = pairs.count
    self.clusters = clusters == nil ? nil : units.count
    firstMean = first
    secondMean = second
    difference = Statistics.mean(differences)!
    switch method {
    case .percentile:
      interval = ConfidenceInterval.percentile(
        units, confidence: confidence, resamples: resamples, seed: seed, statistic: mean)
    case .biasCorrected:
      interval = ConfidenceInterval.biasCorrected(
        units, confidence: confidence, resamples: resamples, seed: seed, statistic: mean)
    }
    let spread = Statistics.standardDeviation(differences)
    deviation = spread
    effectSize = spread.flatMap { [difference] in $0 > 0 ? difference / $0 : nil }
    signTest = SignTest(units.map(\.sum))
    permutationTest = PermutationTest(units.map(\.sum), draws: flips, seed: seed)
  }
}

/// What is drawn as a whole: a row, or a cluster of rows.
private struct ResampledUnit: Sendable {
  var sum: Double
  var count: Double

  static func units(_ values: [Double], clusters: [String]?) -> [ResampledUnit] {
    guard let clusters else { return values.map { ResampledUnit(sum: $0, count: 1) } }
    var places: [String: Int] = [:]
    var units: [ResampledUnit] = []
    for (value, cluster) in zip(values, clusters) {
      if let place = places[cluster] {
        units[place].sum += value
        units[place].count += 1
      } else {
        places[cluster] = units.count
        units.append(ResampledUnit(sum: value, count: 1))
      }
    }
    return units
  }
}

extension PairedComparison.SignTest {
  /// - Parameter differences: one a row or cluster.
  public init(_ differences: some Sequence<Double>) {
    var (above, below, equal) = (0, 0, 0)
    for difference in differences {
      if difference > 0 { above += 1 } else if difference < 0 { below += 1 } else { equal += 1 }
    }
    self.above = above
    self.below = below
    self.equal = equal
    pValue =
      above + below == 0
      ? 1 : min(1, 2 * Binomial.cumulative(min(above, below), of: above + below, probability: 0.5))
  }
}

extension PairedComparison.PermutationTest {
  /// Differences other than zero up to which all flips are counted: 2^16 of them.
  public static let exactLimit = 16

  /// How many flips are drawn where nothing else is said.
  public static let defaultDraws = 10_000

  /// - Parameters:
  ///   - differences: one a row or cluster.
  ///   - draws: how many flips are drawn where there are too many to count.
  public init(_ differences: [Double], draws: Int = defaultDraws, seed: UInt64) {
    let moving = differences.filter { $0 != 0 }
    let observed = abs(Statistics.sum(moving))
    // Sums that are equal in decimals may differ in their last bits, and count as equal.
    let least = observed - 1e-12 * Statistics.sum(moving.map(abs))
    if moving.count <= Self.exactLimit {
      isExact = true
      // One sign is held: the other half of the flips mirrors this one.
      let hits = moving.isEmpty ? 1 : Self.count(moving.dropFirst(), from: moving[0], atLeast: least)
      pValue = Double(hits) / Double(1 << max(0, moving.count - 1))
    } else {
      isExact = false
      var generator = SeededGenerator(seed: seed)
      var hits = 1
      for _ in 0..<draws {
        var sum = 0.0
        var bits: UInt64 = 0
        for (index, value) in moving.enumerated() {
          if index % 64 == 0 { bits = generator.next() }
          sum += bits & 1 == 0 ? value : -value
          bits >>= 1
        }
        if abs(sum) >= least { hits += 1 }
      }
      pValue = Double(hits) / Double(draws + 1)
    }
  }

  /// How many flips of `rest`, added to `sum`, reach `least` in size. As deep as there are values: ``exactLimit``.
  private static func count(_ rest: ArraySlice<Double>, from sum: Double, atLeast least: Double) -> Int {
    guard let value = rest.first else { return abs(sum) >= least ? 1 : 0 }
    return count(rest.dropFirst(), from: sum + value, atLeast: least)
      + count(rest.dropFirst(), from: sum - value, atLeast: least)
  }
}
