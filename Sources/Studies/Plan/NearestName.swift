/// Finds what a misspelt name may have meant.
package enum NearestName {
  /// The known name with the fewest changes, when they are few enough to be a slip: at most a third of the letters,
  /// and at least two.
  package static func of(_ name: String, among known: [String]) -> String? {
    let scored = known.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(2, name.count / 3) ? best.name : nil
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other
  /// (optimal string alignment).
  package static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64))
    let second = Array(second.prefix(64))
    var before = [Int](repeating: 0, count: second.count + 1)
    var previous = Array(0...second.count)
    for i in 0..<first.count {
      var row = [i + 1] + [Int](repeating: 0, count: second.count)
      for j in 0..<second.count {
        row[j + 1] = min(row[j] + 1, previous[j + 1] + 1, previous[j] + (first[i] == second[j] ? 0 : 1))
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
          row[j + 1] = min(row[j + 1], before[j - 1] + 1)
        }
      }
      before = previous
      previous = row
    }
    return previous[second.count]
  }
}
