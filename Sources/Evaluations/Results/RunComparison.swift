public import Measures
public import Ranking
import Records

/// Two runs held against each other: the regression gate over the rows that are the same in both, with what it may not
/// compare left out and said.
public struct RunComparison: Sendable {
  public let gate: RegressionGate
  /// What differs between the runs besides their answers, gravest first: versions of the dataset, evaluators, prices.
  public let warnings: [String]
  /// Measures that an evaluator's change keeps from being compared.
  public let leftOut: [CandidateMeasure]
  /// Of all costs.
  public let currency: String

  /// - Parameters:
  ///   - measures: those to check, as they are written on a command line; empty for all that may be compared.
  ///   - tolerances: by the names of measures.
  /// - Throws: ``DecisionError`` for a measure that the later run does not have, and where nothing is shared;
  ///   ``ComparisonError``.
  public init(
    baseline: EvaluationResults, current: EvaluationResults, measures: [String] = [],
    tolerances: [(measure: String, tolerance: RegressionGate.Tolerance)] = [], judgeCost: JudgeCost = .apart,
    correction: MultipleComparisons = .holm, options: DecisionOptions = DecisionOptions()
  ) throws {
    let shared = SharedRows(baseline, current)
    if shared.identities.isEmpty { throw DecisionError.nothingShared(what: "row") }
    // What costs nothing that is known has the other's currency: quality and latency compare all the same.
    let currencies = (before: try baseline.currency(judgeCost), now: try current.currency(judgeCost))
    let before = try baseline.table(
      judgeCost: judgeCost, keeping: shared.identities, nominal: currencies.now ?? "USD")
    let now = try current.table(
      judgeCost: judgeCost, keeping: shared.identities, nominal: currencies.before ?? "USD")
    let changes = current.evaluatorChanges(since: baseline)
    let barred = Self.barred(changes, baseline, current)
    var chosen = try measures.map { try now.measure(named: $0, askedBy: "--measure") }
    if let refused = chosen.first(where: { barred[$0] != nil }) {
      throw ComparisonError.notComparable(measure: refused.name, reason: barred[refused] ?? "")
    }
    var leftOut: [CandidateMeasure] = []
    if chosen.isEmpty {
      let standard = RegressionGate.standardMeasures(now)
      leftOut = standard.filter { barred[$0] != nil }
      chosen = standard.filter { barred[$0] == nil }
      if chosen.isEmpty { throw ComparisonError.nothingComparable }
    }
    var byMeasure: [CandidateMeasure: RegressionGate.Tolerance] = [:]
    for (name, tolerance) in tolerances {
      let measure = try now.measure(named: name, askedBy: "--tolerate")
      if byMeasure.updateValue(tolerance, forKey: measure) != nil {
        throw DecisionError.repeatedMeasure(name: measure.name, askedBy: "--tolerate")
      }
    }
    gate = try RegressionGate(
      baseline: before, current: now,
      names: (baseline: baseline.evaluation.reference, current: current.evaluation.reference), measures: chosen,
      tolerances: byMeasure, correction: correction, options: options)
    self.leftOut = leftOut
    currency = now.currency
    let unpriced = Self.unpriced(baseline, current)
    // A run without costs has no such measure that could be left out.
    let silent = unpriced != nil && measures.isEmpty && !leftOut.contains(.costPerRequest)
    warnings =
      shared.warnings + leftOut.map { "\($0.name) is not compared: \(barred[$0] ?? "")" }
      + (silent ? ["cost-per-request is not compared: \(unpriced ?? "")"] : [])
      + Self.priceWarnings(baseline, current)
  }

  /// Measures that do not mean the same in both runs, and why.
  private static func barred(
    _ changes: [EvaluatorChange], _ baseline: EvaluationResults, _ current: EvaluationResults
  ) -> [CandidateMeasure: String] {
    var barred: [CandidateMeasure: String] = [:]
    func bar(_ measures: [CandidateMeasure], _ reason: String) {
      for measure in measures { barred[measure] = barred[measure].map { "\($0); \(reason)" } ?? reason }
    }
    let passing: [CandidateMeasure] = [.passRate, .costPerPassingRequest, .energyPerPassingRequest]
    let (before, now) = (Set(baseline.passingEvaluators), Set(current.passingEvaluators))
    if before != now {
      bar(passing, "other evaluators say what passes (\(list(before)) before, \(list(now)) now)")
    }
    if let reason = unpriced(baseline, current) { bar([.costPerRequest, .costPerPassingRequest], reason) }
    for change in changes {
      let reason = "\(change.evaluator) changed: \(change.what)"
      if change.changesScores { bar([.score(MeasureID(change.evaluator))], reason) }
      if now.contains(change.evaluator) { bar(passing, reason) }
    }
    return barred
  }

  /// That one of the two has no costs at all.
  private static func unpriced(_ baseline: EvaluationResults, _ current: EvaluationResults) -> String? {
    switch (baseline.hasCosts, current.hasCosts) {
    case (false, true): "no cost is known in \(baseline.evaluation.reference)"
    case (true, false): "no cost is known in \(current.evaluation.reference)"
    default: nil
    }
  }

  private static func list(_ names: Set<String>) -> String {
    names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
  }

  private static func priceWarnings(_ baseline: EvaluationResults, _ current: EvaluationResults) -> [String] {
    let (before, now) = (baseline.priceVersions, current.priceVersions)
    guard !before.isEmpty, !now.isEmpty, before != now else { return [] }
    return [
      "costs are by different versions of the prices (\(before.joined(separator: ", ")) before, "
        + "\(now.joined(separator: ", ")) now): --prices compares both at one"
    ]
  }
}

/// What keeps two runs from being compared as asked.
public enum ComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  case notComparable(measure: String, reason: String)
  case nothingComparable

  public var description: String {
    switch self {
    case .notComparable(let measure, let reason):
      "\(measure) does not mean the same in both runs: \(reason). Run the earlier one again with the evaluators of "
        + "today, or leave the measure out"
    case .nothingComparable:
      "no measure means the same in both runs: run the earlier one again with the evaluators of today"
    }
  }
}

/// The rows that two runs both have, with the same content.
private struct SharedRows {
  let identities: Set<String>
  let warnings: [String]

  init(_ baseline: EvaluationResults, _ current: EvaluationResults) {
    let before = Dictionary(baseline.rows.map { ($0.identity, $0.hash) }, uniquingKeysWith: { first, _ in first })
    let both = current.rows.filter { before[$0.identity] != nil }
    let same = both.filter { before[$0.identity] == $0.hash }
    identities = Set(same.map(\.identity))
    var warnings: [String] = []
    let (old, new) = (baseline.evaluation.dataset, current.evaluation.dataset)
    if old != new {
      warnings.append(
        "THE DATASETS DIFFER: \(baseline.evaluation.reference) is over \(old), \(current.evaluation.reference) over "
          + "\(new); only the \(same.count) rows that are the same in both are compared")
    }
    if both.count > same.count {
      warnings.append("\(both.count - same.count) rows have another content now and are left out")
    }
    let (onlyBefore, onlyNow) = (before.count - both.count, current.rows.count - both.count)
    if onlyBefore + onlyNow > 0 {
      warnings.append("left out: \(onlyBefore) rows that only the earlier run has, \(onlyNow) that only the later has")
    }
    self.warnings = warnings
  }
}
