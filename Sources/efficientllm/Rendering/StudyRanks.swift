import Measures
import Ranking
import Records

/// The ranks of a study's methods with how sure they are: one table for each model, since ranks across models would
/// compare sizes and not techniques.
struct StudyRanks {
  /// The measures the table shows, where they have values. JSON holds all.
  private static let shown: [MeasureID] = [
    "Performance", "AMU.allocated", "AMU.tensor", "PCU.mfu", "AL", "AL.p99", "AL.ttft", "AL.tpot", "AL.tpot.p99",
    "TT.tokensPerSecond", "IT.prefill", "IT.decode",
    "AEC.joulesPerToken", "MCR.measured",
  ]

  struct Group: Encodable {
    let model: String
    let measures: [StudyRanking]
  }

  let groups: [Group]

  init(trials: [TrialRecord]) {
    var values: [String: [String: [Int: [MeasureID: Double]]]] = [:]
    for trial in trials where trial.status == .finished {
      values[trial.cell.model, default: [:]][trial.cell.method, default: [:]][trial.seed] =
        trial.measures.compactMapValues { $0.quantity?.value }
    }
    groups = values.sorted { $0.key < $1.key }.map { model, trials in
      // One method has nothing to be ranked against.
      Group(model: model, measures: trials.count > 1 ? StudyRanking.rank(trials) : [])
    }
  }

  /// Blank where nothing can be ranked.
  func text() -> String {
    let tables = groups.compactMap { group -> String? in
      let columns = Self.shown.compactMap { id in group.measures.first { $0.measure == id } }
      guard !columns.isEmpty else { return nil }
      // By rank in the first column, then whoever is in another one alone.
      var methods: [String] = []
      for standing in columns.flatMap(\.standings) where !methods.contains(standing.method) {
        methods.append(standing.method)
      }
      var table = TextTable([.left("rank in")] + columns.map { .right($0.measure.rawValue) })
      for method in methods {
        table.append([method] + columns.map { Self.cell($0, method) })
      }
      let notes = Set(columns.flatMap(\.notes)).sorted().map { "  \($0)" }
      return ((groups.count > 1 ? [group.model] : []) + [table.render()] + notes).joined(separator: "\n")
    }
    guard !tables.isEmpty else { return "" }
    return tables.joined(separator: "\n\n") + "\n"
      + "Rank, and how often it held over bootstrap resamples of the seeds. ~ cannot be told apart from the best: the 95 % "
      + "interval\nof the paired difference (Student's t over seeds) includes zero."
  }

  private static func cell(_ ranking: StudyRanking, _ method: String) -> String {
    guard let standing = ranking.standings.first(where: { $0.method == method }) else { return "absent" }
    let share = standing.stability.map { " (\(Int(($0 * 100).rounded())) %)" } ?? ""
    let isOpen = standing.difference.map { $0.isDistinguishable != true } ?? false
    return "\(standing.rank)\(share)\(isOpen ? " ~" : "  ")"
  }
}
