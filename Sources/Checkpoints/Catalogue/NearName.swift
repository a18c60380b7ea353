/// Finds what a misspelt name may have meant.
enum NearName {
  /// The known name with the fewest changes, when they are few enough to be a slip; else one that begins with it.
  static func of(_ name: String, among known: [String]) -> String? {
    let wanted = name.lowercased()
    let scored = known.map { (name: $0, distance: distance(wanted, $0.lowercased())) }
    if let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }),
      best.distance <= max(2, name.count / 3)
    {
      return best.name
    }
    return known.filter { wanted.count > 2 && $0.lowercased().hasPrefix(wanted) }.min()
  }

  /// Insertions, deletions and substitutions that turn one word into the other (Levenshtein), of at most 64 characters.
  static func distance(_ first: String, _ second: String) -> Int {
    let second = Array(second.prefix(64))
    var row = Array(0...second.count)
    for (i, letter) in first.prefix(64).enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in 0..<second.count {
        let changed = diagonal + (letter == second[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[second.count]
  }
}
