import Measures

/// One measure of one candidate over the compared rows, made ready for resampling: a function of how often each row is
/// drawn.
struct CandidateColumn: Sendable {
  private enum Form: Sendable {
    /// Sums over sums: means, rates, and cost by pass.
    case ratio(numerators: [Double], denominators: [Double], isMean: Bool)
    /// Values by size with their rows.
    case quantile(rows: [Int], values: [Double], probability: Double)
  }

  private let form: Form
  /// What a resample in which the measure has no value counts as: the worst there is.
  private let worst: Double
  /// Rows with a value.
  let count: Int

  /// Whether a jackknife says anything of it: it does not of quantiles (Miller, 1974).
  var isSmooth: Bool { if case .ratio = form { true } else { false } }

  /// The mean of the values that are not nil.
  init(mean values: [Double?], direction: Direction) {
    self.init(
      numerators: values.map { $0 ?? 0 }, denominators: values.map { $0 == nil ? 0 : 1 }, isMean: true,
      count: values.count { $0 != nil }, direction: direction)
  }

  /// One sum by another, whose rows need not be the same: a row that did not pass costs too.
  init(sumOf numerators: [Double], by denominators: [Double], count: Int, direction: Direction) {
    self.init(
      numerators: numerators, denominators: denominators, isMean: false, count: count, direction: direction)
  }

  private init(numerators: [Double], denominators: [Double], isMean: Bool, count: Int, direction: Direction) {
    form = .ratio(numerators: numerators, denominators: denominators, isMean: isMean)
    worst = direction == .lowerIsBetter ? .infinity : -.infinity
    self.count = count
  }

  /// A quantile of the values that are not nil.
  init(values: [Double?], probability: Double) {
    let rows = values.indices.filter { values[$0] != nil }.sorted { values[$0]! < values[$1]! }
    form = .quantile(rows: rows, values: rows.map { values[$0]! }, probability: probability)
    worst = .infinity
    count = rows.count
  }

  /// The measure where row `i` is drawn `draws[i]` times.
  func value(_ draws: [Double]) -> Double {
    switch form {
    case .ratio(let numerators, let denominators, _):
      var (above, below) = (0.0, 0.0)
      for row in draws.indices {
        above += draws[row] * numerators[row]
        below += draws[row] * denominators[row]
      }
      return below > 0 ? above / below : worst
    case .quantile(let rows, let values, let probability):
      let total = rows.reduce(0.0) { $0 + draws[$1] }
      guard total > 0 else { return worst }
      // Type 7 over the multiset, as Statistics.quantile has it.
      let position = probability * (total - 1)
      let below = position.rounded(.down)
      var (seen, lower) = (0.0, Double.nan)
      for (place, row) in rows.enumerated() where draws[row] > 0 {
        seen += draws[row]
        if lower.isNaN, seen > below { lower = values[place] }
        if seen > below + 1 || seen == total {
          let upper = values[place]
          // Not a sum with zero times infinity.
          return lower == upper || position == below ? lower : lower + (position - below) * (upper - lower)
        }
      }
      return worst
    }
  }

  /// The value of each row where the measure is their mean. Nil for other measures.
  var rowValues: [Double?]? {
    guard case .ratio(let numerators, let denominators, isMean: true) = form else { return nil }
    return zip(numerators, denominators).map { $1 > 0 ? $0 : nil }
  }

  /// The one number that all rows of a mean have, so that no resample differs. Nil where they vary.
  var onlyValue: Double? {
    guard let values = rowValues?.compactMap({ $0 }), let first = values.first else { return nil }
    return values.allSatisfy { $0 == first } ? first : nil
  }

  /// Rows whose value is at most `bound`, of a quantile's; nil for other measures.
  func countAtMost(_ bound: Double) -> Int? {
    guard case .quantile(_, let values, _) = form else { return nil }
    return values.count { $0 <= bound }
  }
}
