import Records

extension ManifestSection {
  /// The order in which sections are read; others follow by name.
  private static let order = ["hardware", "software", "data", "settings", "measuring"]

  /// The manifests of the trials that count, laid over each other: what all of them say is said once, and where they
  /// differ each value names the methods (or, within a method, the seeds) that have it.
  static func sections(_ trials: [TrialRecord], label: (TrialRecord) -> String) -> [ManifestSection] {
    let names = Set(trials.flatMap(\.manifest.sections.keys))
    let sorted = names.sorted {
      (order.firstIndex(of: $0) ?? order.count, $0) < (order.firstIndex(of: $1) ?? order.count, $1)
    }
    return sorted.map { section in
      let keys = Set(trials.flatMap { $0.manifest.sections[section, default: [:]].keys }).sorted()
      let entries = keys.map { key in
        Entry(name: key, values: values(trials, label: label) { $0.manifest.sections[section]?[key] })
      }
      return ManifestSection(name: section, entries: entries)
    }
  }

  private static func values(
    _ trials: [TrialRecord], label: (TrialRecord) -> String, of text: (TrialRecord) -> String?
  ) -> [Value] {
    var order: [String?] = []
    for trial in trials where !order.contains(text(trial)) { order.append(text(trial)) }
    let labels = trials.map(label)
    return order.compactMap { value in
      guard let value else { return nil }
      if order.count == 1 { return Value(text: value, holds: []) }
      let seeds = Set(trials.filter { text($0) == value }.map(\.seed))
      if seeds.count < Set(trials.map(\.seed)).count,
        trials.allSatisfy({ !seeds.contains($0.seed) || text($0) == value })
      {
        return Value(text: value, holds: ["seed \(NumberText.list(seeds.sorted().map { String($0) }))"])
      }
      var holds: [String] = []
      for name in labels.uniqued() {
        let all = zip(trials, labels).filter { $0.1 == name }.map(\.0)
        let having = all.filter { text($0) == value }
        if having.isEmpty { continue }
        let seeds = NumberText.list(having.map { String($0.seed) })
        holds.append(having.count == all.count ? name : "\(name) seed \(seeds)")
      }
      return Value(text: value, holds: holds)
    }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of first appearance.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
