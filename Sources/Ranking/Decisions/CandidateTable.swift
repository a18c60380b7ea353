public import Measures

/// What every candidate did with every row of one dataset: quality, cost and latency as one joint observation.
public struct CandidateTable: Sendable, Hashable {
  /// A number of one row, or the reason why there is none. An unreadable verdict is an absence, never a score.
  public enum Reading: Sendable, Hashable {
    case value(Double)
    case absent(Absence)

    public var value: Double? { if case .value(let value) = self { value } else { nil } }
  }

  /// What a row cost, exact to a millionth of a millionth of the currency's unit, or the reason why that is not known. An
  /// unknown price is no zero.
  public enum Cost: Sendable, Hashable {
    case exact(picos: Int64)
    case absent(Absence)

    public var picos: Int64? { if case .exact(let picos) = self { picos } else { nil } }
  }

  /// A request that was answered.
  public struct Observation: Sendable, Hashable {
    /// By evaluator, from 0 to 1. An evaluator without an entry has no score for this row.
    public var scores: [MeasureID: Reading]
    /// Nil where there is no verdict, as when the judge's reply could not be read.
    public var passed: Bool?
    public var cost: Cost
    /// Seconds by kind, such as `latency` (end to end, from the scheduled time), `TTFT` and `TPOT`.
    public var latencies: [MeasureID: Double]
    /// Joules.
    public var energy: Reading

    public init(
      scores: [MeasureID: Reading] = [:], passed: Bool? = nil, cost: Cost, latencies: [MeasureID: Double] = [:],
      energy: Reading = .absent(Absence("energy was not measured"))
    ) {
      self.scores = scores
      self.passed = passed
      self.cost = cost
      self.latencies = latencies
      self.energy = energy
    }
  }

  public enum Outcome: Sendable, Hashable {
    case answered(Observation)
    /// The candidate gave no answer, whatever its reason. What the try cost still counts where it is known.
    case failed(
      error: String, cost: Cost, energy: Reading = .absent(Absence("the request was not answered")))
    /// Not run: the row says nothing of this candidate.
    case missing
  }

  public struct Candidate: Sendable, Hashable {
    public let name: String
    /// One a row of the table.
    public let outcomes: [Outcome]

    public init(name: String, outcomes: [Outcome]) {
      self.name = name
      self.outcomes = outcomes
    }
  }

  /// The dataset with its version.
  public let dataset: String
  /// Distinct names.
  public let rows: [String]
  /// The cluster of each row where rows belong together and are resampled together. Nil where each stands for itself.
  public let clusters: [String]?
  /// Of all costs, such as `USD`.
  public let currency: String
  public let candidates: [Candidate]

  /// The kind of latency that `p99` means where nothing else is said.
  public static let endToEnd: MeasureID = "latency"

  /// - Parameters:
  ///   - rows: distinct names, the same in every run over the dataset.
  ///   - clusters: one a row, where rows belong together.
  ///   - currency: of all costs; where they may differ, ``currency(of:)`` tells.
  /// - Throws: ``DecisionError`` for an empty table, names that are not distinct, outcomes that do not match the rows, a
  ///   score outside 0...1, and a latency, cost or energy that is negative or not finite.
  public init(
    dataset: String, rows: [String], clusters: [String]? = nil, currency: String = "USD", candidates: [Candidate]
  ) throws(DecisionError) {
    if rows.isEmpty { throw .noRows }
    if candidates.isEmpty { throw .noCandidates }
    try Self.requireDistinct(rows, "row")
    try Self.requireDistinct(candidates.map(\.name), "candidate")
    if let clusters, clusters.count != rows.count {
      throw .outcomeCount(candidate: "clusters", found: clusters.count, expected: rows.count)
    }
    for candidate in candidates {
      guard candidate.outcomes.count == rows.count else {
        throw .outcomeCount(candidate: candidate.name, found: candidate.outcomes.count, expected: rows.count)
      }
      for (row, outcome) in zip(rows, candidate.outcomes) { try Self.check(outcome, candidate.name, row) }
    }
    self.dataset = dataset
    self.rows = rows
    self.clusters = clusters
    self.currency = currency
    self.candidates = candidates
  }

  /// The one currency of several sources of costs.
  /// - Throws: ``DecisionError/mixedCurrencies(first:second:)``.
  public static func currency(of sources: some Sequence<String>) throws(DecisionError) -> String? {
    var found: String?
    for source in sources {
      if let found, found != source { throw .mixedCurrencies(first: found, second: source) }
      found = source
    }
    return found
  }

  /// The names of all evaluators with an entry, sorted.
  public var evaluators: [MeasureID] { names(\.scores.keys) }

  /// The kinds of latency, sorted.
  public var latencyKinds: [MeasureID] { names(\.latencies.keys) }

  private func names<Keys: Sequence<MeasureID>>(_ keys: (Observation) -> Keys) -> [MeasureID] {
    var found: Set<MeasureID> = []
    for case .answered(let observation) in candidates.lazy.flatMap(\.outcomes) { found.formUnion(keys(observation)) }
    return found.sorted { $0.rawValue < $1.rawValue }
  }

  private static func requireDistinct(_ names: [String], _ what: String) throws(DecisionError) {
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted { throw .duplicate(what: what, name: name) }
  }

  private static func check(_ outcome: Outcome, _ candidate: String, _ row: String) throws(DecisionError) {
    func refuse(_ what: String, _ reason: String) -> DecisionError {
      .invalidValue(candidate: candidate, row: row, what: what, reason: reason)
    }
    let cost: Cost
    switch outcome {
    case .missing: return
    case .failed(_, let paid, let energy):
      cost = paid
      if let joules = energy.value, !joules.isFinite || joules < 0 {
        throw refuse("energy", "\(joules) J is no energy")
      }
    case .answered(let observation):
      cost = observation.cost
      for (evaluator, reading) in observation.scores {
        if let score = reading.value, !(0...1).contains(score) {
          throw refuse("score of \(evaluator)", "\(score) does not lie between 0 and 1")
        }
      }
      for (kind, seconds) in observation.latencies where !seconds.isFinite || seconds < 0 {
        throw refuse("\(kind)", "\(seconds) s is no duration")
      }
      if let joules = observation.energy.value, !joules.isFinite || joules < 0 {
        throw refuse("energy", "\(joules) J is no energy")
      }
    }
    if let picos = cost.picos, picos < 0 { throw refuse("cost", "it is negative") }
  }
}
