public import Measures

/// Standard competition ranking: the best has rank 1, equals share the better rank, and the next one's rank counts all
/// that are better (1, 1, 3).
public enum CompetitionRanking {
  /// The rank of each value. A missing value has no rank, and is not counted for the others'. Values are equal when
  /// they are exactly equal.
  public static func ranks(_ values: [Double?], _ direction: Direction) -> [Int?] {
    let order = values.indices.filter { values[$0] != nil }
      .sorted { direction.isBetter(values[$0]!, than: values[$1]!) }
    var ranks: [Int?] = Array(repeating: nil, count: values.count)
    for (place, index) in order.enumerated() {
      let isTied = place > 0 && values[order[place - 1]] == values[index]
      ranks[index] = isTied ? ranks[order[place - 1]] : place + 1
    }
    return ranks
  }
}

extension Direction {
  /// Whether the first value is better than the second, and not equal to it.
  public func isBetter(_ first: Double, than second: Double) -> Bool {
    self == .higherIsBetter ? first > second : first < second
  }

  /// The best and the worst of some values, nil when there are none.
  func extremes(_ values: some Collection<Double>) -> (best: Double, worst: Double)? {
    guard let least = values.min(), let most = values.max() else { return nil }
    return self == .higherIsBetter ? (best: most, worst: least) : (best: least, worst: most)
  }
}
