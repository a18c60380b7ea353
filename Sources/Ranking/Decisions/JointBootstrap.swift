import Measures

/// All measures of all candidates over the same resamples of the rows, so that what the rows share (some are hard for
/// everyone) does not count as uncertainty between candidates.
struct JointBootstrap: Sendable {
  /// One measure of one candidate.
  struct Series: Sendable {
    let estimate: Double
    /// In the order of the resamples, which is the same for every series.
    let draws: [Double]
    fileprivate let leftOut: [Double]
    fileprivate let isSmooth: Bool

    /// The spread of the draws. Nil where one is not finite.
    var standardError: Double? {
      draws.allSatisfy(\.isFinite) ? Statistics.standardDeviation(draws) : nil
    }

    /// BCa, or the percentile interval of a quantile. Nil where too many resamples have no value for it to end at numbers.
    func interval(confidence: Double) -> Interval? {
      guard draws.count > 1, estimate.isFinite else { return nil }
      if isSmooth, draws.allSatisfy(\.isFinite), leftOut.count > 1, leftOut.allSatisfy(\.isFinite) {
        return ConfidenceInterval.biasCorrected(
          estimate: estimate, draws: draws, leftOut: leftOut, confidence: confidence)
      }
      return Self.percentile(draws, confidence: confidence)
    }

    /// The percentile interval of draws, some of which may be infinite.
    static func percentile(_ draws: [Double], confidence: Double) -> Interval? {
      // A difference of two that have no value says nothing.
      let draws = draws.filter { !$0.isNaN }
      let finite = draws.count(where: \.isFinite)
      // What is infinite lies beyond the ends, as long as it is less than a tail.
      guard Double(draws.count - finite) < (1 - confidence) / 2 * Double(draws.count) - 1 || finite == draws.count,
        let lower = Statistics.quantile(draws, (1 - confidence) / 2),
        let upper = Statistics.quantile(draws, (1 + confidence) / 2), lower.isFinite, upper.isFinite
      else { return nil }
      return Interval(lower: lower, upper: upper, confidence: confidence)
    }

    /// `self - other`, draw by draw.
    func minus(_ other: Series) -> Series {
      Series(
        estimate: estimate - other.estimate, draws: zip(draws, other.draws).map(-),
        leftOut: zip(leftOut, other.leftOut).map(-), isSmooth: isSmooth && other.isSmooth)
    }
  }

  let series: [Series]

  /// - Parameters:
  ///   - columns: over `rows` rows.
  ///   - clusters: the cluster of each row, or nil where each row is drawn by itself.
  init(_ columns: [CandidateColumn], rows: Int, clusters: [String]?, resamples: Int, seed: UInt64) {
    let units = Self.units(rows: rows, clusters: clusters)
    let estimates = columns.map { $0.value(Array(repeating: 1, count: rows)) }
    var draws = columns.map { _ in [Double]() }
    for index in draws.indices { draws[index].reserveCapacity(resamples) }
    if units.count > 1 {
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<resamples {
        var counts = Array(repeating: 0.0, count: rows)
        for _ in units {
          for row in units[generator.index(below: units.count)] { counts[row] += 1 }
        }
        for (index, column) in columns.enumerated() { draws[index].append(column.value(counts)) }
      }
    }
    var leftOut = columns.map { _ in [Double]() }
    if units.count > 1, columns.contains(where: \.isSmooth) {
      for block in Bootstrap.jackknifeBlocks(of: units.count) {
        var counts = Array(repeating: 1.0, count: rows)
        for row in units[block].joined() { counts[row] = 0 }
        for (index, column) in columns.enumerated() where column.isSmooth {
          leftOut[index].append(column.value(counts))
        }
      }
    }
    series = columns.indices.map {
      Series(estimate: estimates[$0], draws: draws[$0], leftOut: leftOut[$0], isSmooth: columns[$0].isSmooth)
    }
  }

  /// The rows that are drawn together, in the order in which their clusters first come.
  static func units(rows: Int, clusters: [String]?) -> [[Int]] {
    guard let clusters else { return (0..<rows).map { [$0] } }
    var places: [String: Int] = [:]
    var units: [[Int]] = []
    for (row, cluster) in clusters.enumerated() {
      if let place = places[cluster] {
        units[place].append(row)
      } else {
        places[cluster] = units.count
        units.append([row])
      }
    }
    return units
  }
}
