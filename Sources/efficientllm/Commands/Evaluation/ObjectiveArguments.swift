import ArgumentParser
import Foundation
import Ranking

/// What a candidate has to keep to, and what decides between those that do.
struct ObjectiveArguments: ParsableArguments {
  @Option(
    name: .customLong("require"),
    help: ArgumentHelp("Such as \"AnswerRelevancy>=0.8\" or \"p99<=2s\". Repeatable.", valueName: "requirement"))
  var requirements: [String] = []

  @Option(
    name: [.customLong("minimise"), .customLong("minimize")],
    help: ArgumentHelp("The measure that decides between those that qualify: less is better.", valueName: "measure"))
  var minimise: String?

  @Option(
    name: [.customLong("maximise"), .customLong("maximize")],
    help: ArgumentHelp("The measure that decides between those that qualify: more is better.", valueName: "measure"))
  var maximise: String?

  @Option(
    help: ArgumentHelp(
      "Several measures that decide together, each with what a relative change in it is worth: \"pass-rate=3,p99=1\".",
      valueName: "measure=weight,..."))
  var weigh: String?

  func validate() throws {
    if [minimise, maximise, weigh].compactMap(\.self).count > 1 {
      throw ValidationError("say what decides: one of --minimise, --maximise and --weigh")
    }
  }

  /// Whether nothing was said of what decides.
  var isEmpty: Bool { minimise == nil && maximise == nil && weigh == nil }

  func requirements(of table: CandidateTable) throws -> [Requirement] {
    try requirements.map { try table.requirement($0) }
  }

  func objective(over table: CandidateTable) throws -> Objective {
    if let minimise { return try .minimise(table.measure(named: minimise, askedBy: "--minimise")) }
    if let maximise { return try .maximise(table.measure(named: maximise, askedBy: "--maximise")) }
    let terms = try (weigh ?? "").split(separator: ",").map { term in
      let parts = term.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, let weight = Double(parts[1]) else {
        throw ValidationError("--weigh takes measures with weights, such as \"pass-rate=3,p99=1\", not '\(term)'")
      }
      return Objective.Term(try table.measure(named: parts[0], askedBy: "--weigh"), weight: weight)
    }
    return try .weighing(terms)
  }

  /// What decides where nothing was said: the least cost per passing request, else the pass rate, else the first score; nil
  /// where nothing was judged.
  static func standardObjective(of table: CandidateTable, options: DecisionOptions) -> Objective? {
    let measures: [CandidateMeasure] =
      [.costPerPassingRequest, .passRate] + table.evaluators.map(CandidateMeasure.score)
    let summary = table.summary(of: measures, options: options)
    let known = measures.indices.first { index in summary.lines.contains { $0.values[index].quantity != nil } }
    return known.map { .best(measures[$0]) }
  }
}

extension Objective {
  /// In words.
  var words: String {
    switch self {
    case .best(let measure): (measure.direction == .higherIsBetter ? "the most " : "the least ") + measure.name
    case .weighted(let terms):
      "weighed by " + terms.map { "\($0.measure.name) = \(TextTable.number($0.weight))" }.joined(separator: ", ")
    }
  }
}
