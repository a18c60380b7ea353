public import Measures
public import Ranking
import Records

/// A run in figures: every candidate's measures with their intervals, what it failed of, what it cost in all, and what is
/// not known of it.
public struct EvaluationSummary: Sendable, Encodable {
  public struct Figure: Sendable, Encodable {
    public let measure: CandidateMeasure
    public let unit: String
    public let value: MeasuredValue
  }

  public struct Failures: Sendable, Encodable, Hashable {
    /// Such as "timeout" or "status_429".
    public let kind: String
    public let count: Int
  }

  public struct Absences: Sendable, Encodable, Hashable {
    public let evaluator: String
    /// Such as "no-expectation"; "failed" where the evaluator itself failed.
    public let cause: String
    public let count: Int
  }

  public struct Candidate: Sendable, Encodable {
    public let name: String
    public let model: String
    /// Models that answers name, sorted.
    public let answeredBy: [String]
    public let settings: [String: String]
    /// In the order of ``EvaluationSummary/measures``.
    public let figures: [Figure]
    /// Requests that have a result.
    public let requests: Int
    public let failed: Int
    public let failures: [Failures]
    public let absences: [Absences]
    public let missing: Int
    /// Attempts that were made again in a later run.
    public let superseded: Int
    /// Everything that was sent to it, earlier attempts too; without judges.
    public let spent: Spending.Bill
    /// Verdicts that are not read any more too: they were paid for.
    public let judgeSpent: Spending.Bill
    public let retries: Int
  }

  public let evaluation: String
  public let dataset: String
  public let rows: Int
  public let repetitions: Int
  public let isFinished: Bool
  public let currency: String
  public let judgeCost: String
  /// By which the known costs are.
  public let priceVersions: [String]
  public let passes: String?
  public let measures: [CandidateMeasure]
  public let candidates: [Candidate]
  public let evaluators: [EvaluatorUse]
  /// Rows (times repetitions) that the measures are over.
  public let comparedRows: Int
  public let notes: [String]

  /// - Parameter measures: ``standardMeasures(_:)`` where none are named.
  /// - Throws: ``DecisionError``.
  public init(
    _ results: EvaluationResults, measures: [CandidateMeasure] = [], judgeCost: JudgeCost = .apart,
    options: DecisionOptions = DecisionOptions()
  ) throws(DecisionError) {
    let table = try results.table(judgeCost: judgeCost)
    let measures = measures.isEmpty ? Self.standardMeasures(table) : measures
    let summary = table.summary(of: measures, options: options)
    evaluation = results.evaluation.reference
    dataset = results.evaluation.dataset
    rows = results.rows.count
    repetitions = results.repetitions.count
    isFinished = results.evaluation.finishedAt != nil
    currency = table.currency
    self.judgeCost = judgeCost.rawValue
    priceVersions = results.priceVersions
    passes = results.passingEvaluator
    self.measures = summary.measures
    candidates = zip(results.candidates, summary.lines).map { candidate, line in
      Candidate(results, candidate, line, summary, wanted: table.rows.count)
    }
    evaluators = results.evaluators
    comparedRows = summary.rows
    notes = results.notes + summary.notes
  }

  /// What `evaluate show` shows: every evaluator's score, rates, costs, the median and the tail of each latency, and energy by
  /// passing request.
  public static func standardMeasures(_ table: CandidateTable) -> [CandidateMeasure] {
    table.evaluators.map(CandidateMeasure.score)
      + [.passRate, .errorRate, .costPerRequest, .costPerPassingRequest]
      + [CandidateTable.endToEnd, "TTFT", "TPOT"].filter(table.latencyKinds.contains).flatMap { kind in
        [CandidateMeasure.latency(kind, .quantile(0.5)), .latency(kind, .quantile(0.99))]
      } + [.energyPerPassingRequest]
  }
}

extension EvaluationSummary.Candidate {
  fileprivate init(
    _ results: EvaluationResults, _ candidate: CandidateRecord, _ line: CandidateSummary.Line,
    _ summary: CandidateSummary, wanted: Int
  ) {
    let latest = results.latestObservations(of: candidate)
    let superseded = results.superseded(of: candidate)
    let kinds = latest.compactMap(results.failure)
    let verdicts = latest.flatMap(results.verdicts)
    name = candidate.name
    model = candidate.model
    answeredBy = Set(latest.compactMap(\.answeredBy)).sorted()
    settings = candidate.settings
    figures = zip(summary.measures, line.values).map { measure, value in
      EvaluationSummary.Figure(measure: measure, unit: measure.unit(currency: summary.currency).symbol, value: value)
    }
    requests = latest.count
    failed = kinds.count
    failures = Self.counts(kinds).map { EvaluationSummary.Failures(kind: $0.0, count: $0.1) }
    absences = results.evaluatorNames.flatMap { name -> [EvaluationSummary.Absences] in
      let causes = verdicts.filter { $0.evaluator == name }.compactMap { verdict -> String? in
        switch verdict.outcome {
        case .score: nil
        case .absent(_, let cause): cause.isEmpty ? "unknown" : cause
        case .failed: "failed"
        }
      }
      return Self.counts(causes).map { EvaluationSummary.Absences(evaluator: name, cause: $0.0, count: $0.1) }
    }
    missing = wanted - latest.count
    self.superseded = superseded.count
    spent = Spending.Bill((latest + superseded).map(\.cost))
    judgeSpent = Spending.Bill((latest + superseded).flatMap(results.judgeCosts))
    retries = latest.reduce(0) { $0 + max(0, $1.retries) }
  }

  /// The most frequent first.
  private static func counts(_ names: [String]) -> [(String, Int)] {
    Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { ($0.key, $0.value) }
  }
}
