import Measures
import Ranking
import Records

/// The methods of one model side by side: every measure any of them has or lacks, with means, intervals, ranks and paired
/// differences from ``StudyRanking``. What tables, charts and the answer read.
struct Comparison: Sendable {
  /// A measure as tables show it.
  struct Column: Sendable, Hashable {
    let id: MeasureID
    let title: String
    let unit: Unit
    /// Nil for a measure that only the trial knows.
    let direction: Direction?
    let definition: Definition
    let formula: String?

    /// "lowest" or "highest": the word for the best.
    var superlative: String { direction == .higherIsBetter ? "highest" : "lowest" }
  }

  /// A method's values of one measure over its seeds.
  struct Summary: Sendable, Hashable {
    let method: String
    let mean: Double
    /// Student's t over the seeds. Nil under two.
    let interval: Interval?
    /// Percentile bootstrap over the seeds. Nil under two.
    let bootstrap: Interval?
    /// Seeds with a value.
    let count: Int
    let isEstimate: Bool
  }

  /// Another method's mean less the best's, over the seeds that both have.
  struct Difference: Sendable, Hashable {
    let mean: Double
    let interval: Interval?
    let pairs: Int

    /// Whether the interval leaves out zero.
    var isClear: Bool { interval.map { $0.lower > 0 || $0.upper < 0 } ?? false }
  }

  /// In the group's order.
  let methods: [String]
  /// In the catalogue's order, then by name.
  let columns: [Column]
  private let values: [String: [Int: [MeasureID: MeasuredValue]]]
  private let rankings: [MeasureID: StudyRanking]

  init(_ members: [TrialSelection.Member], units: [MeasureID: Unit] = [:]) {
    methods = members.map(\.label)
    let values = members.reduce(into: [String: [Int: [MeasureID: MeasuredValue]]]()) { result, member in
      result[member.label] = member.finished.reduce(into: [:]) { $0[$1.seed] = $1.measures }
    }
    let present = Set(values.values.flatMap { $0.values.flatMap(\.keys) })
    let catalogued = MeasureCatalogue.all.filter { present.contains($0.id) }.map { measure in
      Column(
        id: measure.id, title: measure.title, unit: measure.unit, direction: measure.direction,
        definition: measure.definition, formula: measure.formula)
    }
    let others = present.filter { MeasureCatalogue[$0] == nil }.map(\.rawValue).sorted().map { name in
      Column(
        id: MeasureID(name), title: name, unit: units[MeasureID(name)] ?? .dimensionless, direction: nil,
        definition: .corrected, formula: nil)
    }
    columns = catalogued + others
    self.values = values
    let numbers = values.mapValues { $0.mapValues { $0.compactMapValues { $0.quantity?.value } } }
    // A method none of whose trials finished is in no measure, and no measure lacks it.
    let ranked = StudyRanking.rank(numbers.filter { !$0.value.isEmpty })
    rankings = Dictionary(ranked.map { ($0.measure, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What the answer is about.
  var quality: Column? { columns.first { $0.id == "Performance" && $0.direction != nil } }

  func column(_ id: MeasureID) -> Column? { columns.first { $0.id == id } }

  /// The finite values of every seed.
  func runs(_ id: MeasureID, _ method: String) -> [Double] {
    values[method, default: [:]].sorted { $0.key < $1.key }.compactMap { $0.value[id]?.quantity?.value }
      .filter(\.isFinite)
  }

  func summary(_ id: MeasureID, _ method: String) -> Summary? {
    let isEstimate = values[method, default: [:]].values.contains { $0[id]?.quantity?.isEstimate ?? false }
    if let ranking = rankings[id] {
      return ranking.standings.first { $0.method == method }.map {
        Summary(
          method: method, mean: $0.mean, interval: $0.studentT, bootstrap: $0.bootstrap, count: $0.repeats,
          isEstimate: isEstimate)
      }
    }
    let runs = runs(id, method)
    return Statistics.mean(runs).map {
      Summary(
        method: method, mean: $0, interval: ConfidenceInterval.studentT(runs), bootstrap: nil, count: runs.count,
        isEstimate: isEstimate)
    }
  }

  /// From best to worst; nil when no method has a value, or when nothing says which way is better.
  func ordered(_ id: MeasureID) -> [Summary]? {
    guard let ranking = rankings[id], !ranking.standings.isEmpty else { return nil }
    return ranking.standings.compactMap { summary(id, $0.method) }
  }

  func rank(_ id: MeasureID, _ method: String) -> (rank: Int, held: Double?)? {
    rankings[id]?.standings.first { $0.method == method }.map { ($0.rank, $0.stability) }
  }

  /// Nil when `reference` isn't the best, or when the two share no seed.
  func difference(_ id: MeasureID, _ method: String, from reference: String) -> Difference? {
    let standing = rankings[id]?.standings.first { $0.method == method }
    guard let difference = standing?.difference, difference.reference == reference else { return nil }
    return Difference(mean: difference.mean, interval: difference.studentT, pairs: difference.pairs)
  }

  /// Whether a mean cannot be told apart from the best, which isn't tied with itself.
  func isTied(_ id: MeasureID, _ summary: Summary?, with best: Summary?) -> Bool {
    guard let summary, let best, summary.method != best.method else { return false }
    guard let difference = difference(id, summary.method, from: best.method),
      difference.pairs >= Answer.neededRepeats
    else { return true }
    return !difference.isClear
  }

  /// Why a method has no value, or why some of its seeds have none.
  func absence(_ id: MeasureID, _ method: String) -> String? {
    let seeds = values[method, default: [:]]
    if seeds.isEmpty { return "no trial of \(method) finished" }
    var reasons: [String: [Int]] = [:]
    for (seed, measured) in seeds {
      switch measured[id] {
      case .value(let quantity):
        if !quantity.value.isFinite { reasons["the value is no finite number", default: []].append(seed) }
      case .absent(let absence): reasons[absence.reason, default: []].append(seed)
      case nil: reasons["the trial did not record this measure", default: []].append(seed)
      }
    }
    if reasons.isEmpty { return nil }
    return reasons.sorted { $0.key < $1.key }.map { reason, missing in
      missing.count == seeds.count
        ? reason : "seed \(NumberText.list(missing.sorted().map { String($0) })): \(reason)"
    }.joined(separator: "; ")
  }
}
