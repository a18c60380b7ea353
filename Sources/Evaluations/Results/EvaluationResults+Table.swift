import Measures
public import Ranking
import Records

/// Whether what judges cost is part of what a request costs.
public enum JudgeCost: String, Sendable, Hashable, CaseIterable {
  /// Left out of every cost of a candidate, and shown beside them.
  case apart
  case include
}

extension EvaluationResults {
  /// What every candidate did with every row, for frontiers, recommendations and comparisons.
  ///
  /// * The last attempt at a request counts. What earlier ones cost is in the ``Spending`` and not in here.
  /// * A failed request has failed, with what it cost where that is known; a blank answer that nobody could score too.
  /// * A row that was never asked of a candidate is missing.
  /// * Where rows were asked several times, each time is a row of its own in its row's cluster. So a quantile is one of
  ///   requests and not of means, and nothing is taken for more rows than there are.
  /// * A verdict that an evaluator failed at or did not give is an absent reading.
  ///
  /// - Parameters:
  ///   - judgeCost: whether a request's cost has that of the verdicts on it. One that is not known then leaves the request
  ///     without a cost.
  ///   - keeping: the identities of the rows to take; nil for all.
  ///   - nominal: the currency of a table in which nothing costs anything.
  /// - Throws: ``DecisionError``: `mixedCurrencies`, `noRows`, `noCandidates`, `invalidValue`.
  public func table(
    judgeCost: JudgeCost = .apart, keeping: Set<String>? = nil, nominal: String = "USD"
  ) throws(DecisionError) -> CandidateTable {
    let repetitions = repetitions
    let kept = rows.filter { keeping?.contains($0.identity) ?? true }
    let asked = kept.flatMap { row in repetitions.map { (row: row, repetition: $0) } }
    let currency = try currency(judgeCost) ?? nominal
    let isClustered = repetitions.count > 1 || kept.contains { $0.cluster != nil }
    return try CandidateTable(
      dataset: evaluation.dataset, rows: asked.map { Self.name(of: $0.row.identity, repetition: $0.repetition) },
      clusters: isClustered ? asked.map { Self.cluster(of: $0.row) } : nil, currency: currency,
      candidates: candidates.map { candidate in
        CandidateTable.Candidate(
          name: candidate.name,
          outcomes: asked.map { row, repetition in
            observation(of: candidate, row: row.identity, repetition: repetition)
              .map { outcome(of: $0, judgeCost: judgeCost) } ?? .missing
          })
      })
  }

  /// The currency of all costs; nil where nothing is known to cost anything.
  func currency(_ judgeCost: JudgeCost) throws(DecisionError) -> String? {
    try CandidateTable.currency(of: currencies(judgeCost))
  }

  /// Whether the cost of any request that counts is known.
  var hasCosts: Bool { latest.values.contains { observations[$0].cost.picos != nil } }

  /// A row as tables name it. The first repetition has the row's own name, so that it is paired with runs that asked once.
  static func name(of row: String, repetition: Int) -> String {
    repetition == 0 ? row : "\(row), repetition \(repetition + 1)"
  }

  /// Rows without a cluster stand for themselves, whatever they are called.
  static func cluster(of row: EvaluationRow) -> String { row.cluster.map { "cluster \($0)" } ?? "row \(row.identity)" }

  /// Of all costs that are in the table. Nothing costs the same in every currency.
  private func currencies(_ judgeCost: JudgeCost) -> Set<String> {
    var found: Set<String> = []
    func note(_ cost: CostRecord) {
      if let currency = cost.currency, cost.picos != 0 { found.insert(currency) }
    }
    for index in latest.values {
      note(observations[index].cost)
      if judgeCost == .include { verdicts(on: observations[index]).forEach { note($0.cost) } }
    }
    return found
  }

  /// - Parameter paidBefore: what earlier attempts cost, in picos.
  func outcome(
    of observation: ObservationRecord, judgeCost: JudgeCost, paidBefore: Int64 = 0
  ) -> CandidateTable.Outcome {
    let verdicts = verdicts(on: observation)
    let costs = [observation.cost] + (judgeCost == .include ? verdicts.map(\.cost) : [])
    let cost = Self.sum(costs, paidBefore)
    if let failure = failure(of: observation) {
      // What the server drew for it was drawn all the same.
      guard let joules = observation.energy.quantity?.value else { return .failed(error: failure, cost: cost) }
      return .failed(error: failure, cost: cost, energy: .value(joules))
    }
    let latencies = observation.latencies
    let kinds: [(MeasureID, Double?)] = [
      (CandidateTable.endToEnd, latencies.endToEnd), ("TTFT", latencies.timeToFirstToken),
      ("TPOT", latencies.timePerOutputToken),
    ]
    return .answered(
      CandidateTable.Observation(
        scores: Dictionary(
          verdicts.map { (MeasureID($0.evaluator), $0.reading) }, uniquingKeysWith: { first, _ in first }),
        passed: passed(verdicts), cost: cost,
        latencies: Dictionary(uniqueKeysWithValues: kinds.compactMap { kind, seconds in seconds.map { (kind, $0) } }),
        energy: observation.energy.reading))
  }

  private static func sum(_ costs: [CostRecord], _ paidBefore: Int64) -> CandidateTable.Cost {
    var total = paidBefore
    for cost in costs {
      switch cost {
      case .absent(let absence): return .absent(absence)
      case .known(let picos, _, _, _):
        let (sum, overflow) = total.addingReportingOverflow(picos)
        if overflow { return .absent(Absence("the amount is too large to be held")) }
        total = sum
      }
    }
    return .exact(picos: total)
  }
}

extension VerdictRecord {
  /// The score, or why there is none.
  var reading: CandidateTable.Reading {
    switch outcome {
    case .score(let score): .value(score)
    case .absent(let absence, _): .absent(absence)
    case .failed(let message): .absent(Absence("\(evaluator) failed: \(message)"))
    }
  }
}

extension MeasuredValue {
  var reading: CandidateTable.Reading {
    switch self {
    case .value(let quantity): .value(quantity.value)
    case .absent(let absence): .absent(absence)
    }
  }
}
