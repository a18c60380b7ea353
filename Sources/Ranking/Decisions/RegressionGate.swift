public import Measures

/// Whether a run is worse than an earlier one over the rows that both have: pass, fail, or not enough rows to say.
///
/// Each candidate is compared with itself, measure by measure, row by row. A check passes when even the worse end of the
/// difference's interval is tolerated; it fails when the measure got worse by a test that is corrected for all checks
/// together and more than what is tolerated cannot be ruled out; otherwise it is undecided.
public struct RegressionGate: Sendable, Hashable, Encodable {
  public enum Verdict: String, Sendable, Hashable, Encodable, CaseIterable {
    case pass, fail, undecided
  }

  /// How much worse is still the same.
  public enum Tolerance: Sendable, Hashable {
    /// In the measure's unit.
    case absolute(Double)
    /// As a share of the earlier value.
    case relative(Double)

    /// 0.05 for scores and rates, a tenth of the earlier value for costs, energy and latencies.
    public static func standard(for measure: CandidateMeasure) -> Tolerance {
      measure.dimension == .fraction ? .absolute(0.05) : .relative(0.1)
    }
  }

  public struct Check: Sendable, Hashable, Encodable {
    /// ``CandidateDifference/candidate`` is `current`, its reference `baseline`.
    public let difference: CandidateDifference
    /// The candidate that was run twice.
    public let candidate: String
    /// Worsening that is tolerated, in the measure's unit. Nil without an earlier value to relate it to.
    public let tolerated: Double?
    public let verdict: Verdict
    /// One sentence that says why.
    public let reason: String
    /// Rows it would take to rule out more than what is tolerated, if the difference is what it seems. Nil where the check is
    /// decided, and where no number would do.
    public let rowsNeeded: Int?
  }

  /// A row that passed and does so no more.
  public struct LostRow: Sendable, Hashable, Encodable {
    public let candidate: String
    public let row: String
  }

  /// The runs, as the caller calls them.
  public let baseline: String
  public let current: String
  public let correction: MultipleComparisons
  public let confidence: Double
  /// By candidate, then by measure.
  public let checks: [Check]
  /// In the order of the rows, candidate by candidate.
  public let lostRows: [LostRow]
  /// Rows that both runs have.
  public let rows: Int
  /// Different datasets, candidates and rows that only one run has, and the like.
  public let notes: [String]

  /// Fail when one check fails; else undecided when one is; else pass.
  public var verdict: Verdict {
    if checks.contains(where: { $0.verdict == .fail }) { return .fail }
    return checks.contains { $0.verdict == .undecided } ? .undecided : .pass
  }

  /// - Parameters:
  ///   - baseline: the earlier run.
  ///   - names: what the runs are called, such as `support@2026-08`.
  ///   - measures: all that ``standardMeasures(_:)`` gives where none are named.
  ///   - tolerances: in place of ``Tolerance/standard(for:)``.
  /// - Throws: ``DecisionError`` where the two share no row or no candidate, or have different currencies.
  public init(
    baseline: CandidateTable, current: CandidateTable, names: (baseline: String, current: String),
    measures: [CandidateMeasure] = [], tolerances: [CandidateMeasure: Tolerance] = [:],
    correction: MultipleComparisons = .holm, options: DecisionOptions = DecisionOptions()
  ) throws(DecisionError) {
    _ = try CandidateTable.currency(of: [baseline.currency, current.currency])
    let measures = measures.isEmpty ? Self.standardMeasures(current) : measures.uniqued()
    let pairing = try RunPairing(baseline, current)
    var drafts: [(difference: CandidateDifference, candidate: String, units: Int)] = []
    var lost: [LostRow] = []
    var notes = pairing.notes
    for (name, table) in pairing.tables {
      let evaluation = JointEvaluation(table, measures, options)
      notes += evaluation.notes.map { "\(name): \($0)" }
      drafts += measures.map {
        (evaluation.difference(1, 0, $0, clusters: table.clusters), name, evaluation.units)
      }
      lost += evaluation.rows.compactMap { row in
        let (before, after) = (table.candidates[0].outcomes[row], table.candidates[1].outcomes[row])
        return before.passed(options.failures) == true && after.passed(options.failures) == false
          ? LostRow(candidate: name, row: table.rows[row]) : nil
      }
    }
    let differences = drafts.map(\.difference).corrected(correction)
    checks = zip(drafts, differences).map { draft, difference in
      Check(
        difference, of: draft.candidate, units: draft.units,
        tolerance: tolerances[difference.measure] ?? .standard(for: difference.measure), options)
    }
    self.baseline = names.baseline
    self.current = names.current
    self.correction = correction
    confidence = options.confidence
    lostRows = lost
    rows = pairing.rows
    self.notes = notes
  }

  /// Every evaluator's score, pass and error rate, cost per request, and the 99th percentile of each latency; of these, those
  /// that the run has values for.
  public static func standardMeasures(_ table: CandidateTable) -> [CandidateMeasure] {
    var measures = table.evaluators.map(CandidateMeasure.score)
    var (isJudged, isPriced) = (false, false)
    for outcome in table.candidates.lazy.flatMap(\.outcomes) {
      guard case .answered(let observation) = outcome else { continue }
      if observation.passed != nil { isJudged = true }
      if observation.cost.picos != nil { isPriced = true }
    }
    if isJudged { measures.append(.passRate) }
    measures.append(.errorRate)
    if isPriced { measures.append(.costPerRequest) }
    return measures + table.latencyKinds.map { .latency($0, .quantile(0.99)) }
  }
}

extension RegressionGate.Check {
  fileprivate init(
    _ difference: CandidateDifference, of candidate: String, units: Int, tolerance: RegressionGate.Tolerance,
    _ options: DecisionOptions
  ) {
    let tolerated: Double?
    switch tolerance {
    case .absolute(let amount): tolerated = amount
    case .relative(let share): tolerated = difference.referenceValue.quantity.map { abs($0.value) * share }
    }
    self.difference = difference
    self.candidate = candidate
    self.tolerated = tolerated
    guard let worsening = difference.worsening, let tolerated else {
      verdict = .undecided
      if case .absent(let absence) = difference.difference { reason = absence.reason } else { reason = "no value" }
      rowsNeeded = nil
      return
    }
    guard units >= options.minimumRows else {
      verdict = .undecided
      reason = "\(units) shared rows or clusters are too few: it takes at least \(options.minimumRows)"
      rowsNeeded = options.minimumRows
      return
    }
    if let greatest = difference.greatestWorsening, greatest <= tolerated {
      verdict = .pass
      reason = "more than what is tolerated is ruled out"
      rowsNeeded = nil
    } else if worsening > 0, difference.isSignificant(at: 1 - options.confidence) {
      verdict = .fail
      reason = "it got worse, and more than what is tolerated is not ruled out"
      rowsNeeded = nil
    } else {
      verdict = .undecided
      reason = "the rows neither show that it got worse nor rule out more than what is tolerated"
      rowsNeeded = difference.greatestWorsening.flatMap { greatest in
        let distance = tolerated - worsening
        guard distance > 0, let rows = difference.difference.quantity?.count else { return nil }
        // The interval's reach shrinks with the root of the rows.
        let factor = (greatest - worsening) / distance
        let needed = Double(rows) * factor * factor
        return needed <= Double(RequiredRows.limit) ? Int(needed.rounded(.up)) : nil
      }
    }
  }
}

/// Two runs brought together by the names of their candidates and rows.
private struct RunPairing {
  /// By candidate: a table whose candidates are the two runs.
  private(set) var tables: [(name: String, table: CandidateTable)] = []
  private(set) var notes: [String] = []
  let rows: Int

  init(_ baseline: CandidateTable, _ current: CandidateTable) throws(DecisionError) {
    let places = Dictionary(uniqueKeysWithValues: baseline.rows.enumerated().map { ($1, $0) })
    let shared = current.rows.indices.filter { places[current.rows[$0]] != nil }
    if shared.isEmpty { throw .nothingShared(what: "row") }
    rows = shared.count
    if baseline.dataset != current.dataset {
      notes.append("the runs are over different datasets, \(baseline.dataset) and \(current.dataset)")
    }
    let (onlyBefore, onlyNow) = (baseline.rows.count - shared.count, current.rows.count - shared.count)
    if onlyBefore + onlyNow > 0 {
      notes.append(
        "left out: \(onlyBefore) rows that only the baseline has, and \(onlyNow) that only the current run has")
    }
    let names = shared.map { current.rows[$0] }
    let clusters = current.clusters.map { clusters in shared.map { clusters[$0] } }
    for candidate in current.candidates {
      guard let before = baseline.candidates.first(where: { $0.name == candidate.name }) else {
        notes.append("\(candidate.name) is not in the baseline")
        continue
      }
      let table = try CandidateTable(
        dataset: current.dataset, rows: names, clusters: clusters, currency: current.currency,
        candidates: [
          .init(name: "baseline", outcomes: names.map { before.outcomes[places[$0]!] }),
          .init(name: "current", outcomes: shared.map { candidate.outcomes[$0] }),
        ])
      tables.append((candidate.name, table))
    }
    for candidate in baseline.candidates where !current.candidates.contains(where: { $0.name == candidate.name }) {
      notes.append("\(candidate.name) is not in the current run")
    }
    if tables.isEmpty { throw .nothingShared(what: "candidate") }
  }
}
