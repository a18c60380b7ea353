public import Measures

/// The derived numbers of arXiv 2505.13840: normalised values and the efficiency score. They are shown beside the raw
/// values and never stored alone.
public enum PublishedScore {
  /// `0.1 + 0.9 * (x - worst) / (best - worst)`, so that the best has 1 and the worst 0.1.
  /// - Returns: nil when best and worst are equal: there is nothing to normalise by.
  public static func normalised(_ value: Double, best: Double, worst: Double) -> Double? {
    best == worst ? nil : 0.1 + 0.9 * (value - worst) / (best - worst)
  }

  /// The metrics of the efficiency score, each with weight 0.2.
  public static let terms = ["AMU", "PCU", "AL", "ST", "AEC"]

  /// What a reader has to know of the formula.
  public static let erratum = """
    The efficiency score is the mean of the ratio to the best of AMU, PCU, AL, ST and AEC, weight 0.2 each: best/value \
    where less is better, value/best where more is. The formula printed in arXiv 2505.13840 has its latency and \
    throughput terms upside down; here both are the right way up.
    """
}

extension RankingTable {
  /// The normalised means of each method, by the column's name, with best and worst pooled over all rows of the table.
  /// Columns without a direction have none.
  public func normalised(_ group: GroupRanking) -> [[String: Double]] {
    var result: [[String: Double]] = Array(repeating: [:], count: group.methods.count)
    for column in columns {
      guard let extremes = column.direction?.extremes(rows.compactMap({ $0.values[column.name] })) else { continue }
      for (index, method) in group.methods.enumerated() {
        result[index][column.name] = method.values[column.name].flatMap {
          PublishedScore.normalised($0, best: extremes.best, worst: extremes.worst)
        }
      }
    }
    return result
  }
}

extension GroupRanking {
  /// The efficiency score of each method: the mean of five ratios to the best of the group.
  ///
  /// A score over fewer terms could not be compared with one over all, so a method without all five is absent.
  public func efficiencyScores() -> [MeasuredValue] {
    var ratios: [[Double]] = Array(repeating: [], count: methods.count)
    var reasons: [String?] = Array(repeating: nil, count: methods.count)
    for term in PublishedScore.terms {
      let candidates = columns.filter { MeasureCatalogue.baseName(ofColumn: $0.name).uppercased() == term }
      guard candidates.count == 1, let column = candidates.first, let direction = column.direction else {
        let reason = candidates.isEmpty ? "the table has no \(term) column" : "several columns hold \(term)"
        return methods.map { _ in .absent(reason) }
      }
      let values = values(of: column.name)
      let best = direction.extremes(values.compactMap { $0 })?.best
      for (index, value) in values.enumerated() {
        guard let value, let best else {
          reasons[index] = reasons[index] ?? "no value of \(column.name)"
          continue
        }
        guard value > 0, best > 0 else {
          reasons[index] = reasons[index] ?? "a ratio to the best needs \(column.name) above zero"
          continue
        }
        ratios[index].append(direction == .lowerIsBetter ? best / value : value / best)
      }
    }
    return zip(ratios, reasons).map { ratios, reason in
      if let reason { return .absent(reason) }
      return .value(Quantity(0.2 * Statistics.sum(ratios), count: PublishedScore.terms.count))
    }
  }
}
