/// Finds what a misspelt name may have meant.
enum NearestName {
  /// The known name with the fewest changes, when they are few enough to be a slip: at most a third of the letters,
  /// and at least two. Case, hyphens and underscores do not count.
  static func of(_ name: String, among known: [String]) -> String? {
    func plain(_ name: String) -> [Unicode.Scalar] {
      name.lowercased().unicodeScalars.prefix(64).filter { $0 != "-" && $0 != "_" }
    }
    let wanted = plain(name)
    let scored = known.map { (name: $0, distance: EditDistance.between(wanted, plain($0))) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(2, wanted.count / 3) ? best.name : nil
  }
}
