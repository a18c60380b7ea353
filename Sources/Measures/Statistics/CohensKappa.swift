/// How far two raters agree beyond chance (Cohen, 1960), such as a judge model and people.
public struct CohensKappa: Sendable, Hashable, Codable {
  /// 1 for full agreement, 0 for what chance gives, negative below it.
  public let kappa: Double
  /// The share of rows on which the two agree.
  public let agreement: Double
  /// The share on which they would agree by chance, with their frequencies of each label.
  public let chanceAgreement: Double
  /// Asymptotic (Fleiss, Cohen and Everitt, 1969).
  public let standardError: Double
  /// The normal interval, within -1 and 1. For few rows it is too narrow.
  public let interval: Interval
  public let rows: Int

  /// - Parameters:
  ///   - first: one label a row.
  ///   - second: as many.
  /// - Returns: nil without rows, and where both gave one and the same label throughout: chance alone agrees fully then.
  public init?<Label: Hashable>(_ first: [Label], _ second: [Label], confidence: Double = 0.95) {
    precondition(first.count == second.count, "both raters label the same rows")
    var places: [Label: Int] = [:]
    for label in first + second where places[label] == nil { places[label] = places.count }
    let labels = places.count
    let count = Double(first.count)
    var table = Array(repeating: Array(repeating: 0.0, count: labels), count: labels)
    for (one, other) in zip(first, second) { table[places[one]!][places[other]!] += 1 / count }
    let rows = table.map { $0.reduce(0, +) }
    let columns = (0..<labels).map { column in table.reduce(0) { $0 + $1[column] } }

    let observed = zip(first, second).reduce(0.0) { $0 + ($1.0 == $1.1 ? 1 : 0) } / count
    let expected = (0..<labels).reduce(0.0) { $0 + rows[$1] * columns[$1] }
    guard !first.isEmpty, labels > 1, expected < 1 else { return nil }
    kappa = (observed - expected) / (1 - expected)
    agreement = observed
    chanceAgreement = expected
    self.rows = first.count

    var variance = 0.0
    for row in 0..<labels {
      for column in 0..<labels {
        if row == column {
          let term = (1 - expected) - (rows[row] + columns[row]) * (1 - observed)
          variance += table[row][row] * term * term
        } else {
          let term = (1 - observed) * (columns[row] + rows[column])
          variance += table[row][column] * term * term
        }
      }
    }
    let shift = observed * expected - 2 * expected + observed
    variance -= shift * shift
    let left = 1 - expected
    standardError = (max(0, variance) / count).squareRoot() / (left * left)
    let reach = StandardNormal.quantile(0.5 + confidence / 2) * standardError
    interval = Interval(lower: max(-1, kappa - reach), upper: min(1, kappa + reach), confidence: confidence)
  }
}
