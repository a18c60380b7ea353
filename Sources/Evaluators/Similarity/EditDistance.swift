/// Levenshtein's distance.
enum EditDistance {
  /// Insertions, deletions and substitutions that turn one into the other. The time is the product of the lengths.
  static func between<Element: Equatable>(_ first: [Element], _ second: [Element]) -> Int {
    var row = Array(0...second.count)
    for (i, element) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in second.indices {
        let changed = diagonal + (element == second[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[second.count]
  }
}
