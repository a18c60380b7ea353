import Measures

/// Some measures of all candidates over the rows that every candidate has run, with their joint bootstrap.
struct JointEvaluation: Sendable {
  let measures: [CandidateMeasure]
  let candidates: [String]
  /// Indices of the shared rows in the table.
  let rows: [Int]
  /// Independent ones among them: rows, or clusters.
  let units: Int
  /// Rows that some candidate has not run.
  let rowsLeftOut: Int
  let notes: [String]
  let options: DecisionOptions
  private let isClustered: Bool
  private let compiled: [[CompiledMeasure]]
  private let series: [[JointBootstrap.Series?]]

  init(_ table: CandidateTable, _ measures: [CandidateMeasure], _ options: DecisionOptions) {
    let shared = table.rows.indices.filter { row in table.candidates.allSatisfy { $0.outcomes[row] != .missing } }
    let clusters = table.clusters.map { clusters in shared.map { clusters[$0] } }
    let compiled = table.candidates.map { candidate in
      measures.map { candidate.compiled($0, rows: shared, failures: options.failures) }
    }
    let columns = compiled.joined().compactMap(\.column)
    let bootstrap = JointBootstrap(
      columns, rows: shared.count, clusters: clusters, resamples: options.resamples, seed: options.seed)
    var next = 0
    series = compiled.map { row in
      row.map { measure in
        guard measure.column != nil else { return nil }
        defer { next += 1 }
        return bootstrap.series[next]
      }
    }
    self.measures = measures
    self.compiled = compiled
    self.options = options
    candidates = table.candidates.map(\.name)
    rows = shared
    units = JointBootstrap.units(rows: shared.count, clusters: clusters).count
    rowsLeftOut = table.rows.count - shared.count
    isClustered = clusters != nil
    notes = Self.notes(table, shared.count) + compiled.joined().flatMap(\.notes).uniqued()
  }

  private static func notes(_ table: CandidateTable, _ shared: Int) -> [String] {
    guard shared < table.rows.count else { return [] }
    let lacking = table.candidates.compactMap { candidate -> String? in
      let missing = candidate.outcomes.count { $0 == .missing }
      return missing == 0 ? nil : "\(candidate.name) lacks \(missing)"
    }
    return [
      "\(table.rows.count - shared) of \(table.rows.count) rows were not run for every candidate and are left out: "
        + lacking.joined(separator: ", ")
    ]
  }

  func series(_ candidate: Int, _ measure: CandidateMeasure) -> JointBootstrap.Series? {
    series[candidate][place(measure)]
  }

  func column(_ candidate: Int, _ measure: CandidateMeasure) -> CandidateColumn? {
    compiled[candidate][place(measure)].column
  }

  func absence(_ candidate: Int, _ measure: CandidateMeasure) -> Absence? {
    compiled[candidate][place(measure)].absence
  }

  /// The value with its interval: Wilson's for rates, unless rows are clustered; otherwise the bootstrap's.
  func value(_ candidate: Int, _ measure: CandidateMeasure) -> MeasuredValue {
    let compiled = compiled[candidate][place(measure)]
    guard let column = compiled.column, let series = series(candidate, measure) else {
      return .absent(compiled.absence ?? Absence("there is no value"))
    }
    return .value(
      Quantity(series.estimate, interval: interval(column, series, measure), count: column.count))
  }

  private func interval(
    _ column: CandidateColumn, _ series: JointBootstrap.Series, _ measure: CandidateMeasure
  ) -> Interval? {
    if !isClustered, measure == .passRate || measure == .errorRate {
      let successes = Int((series.estimate * Double(column.count)).rounded())
      return Proportion.wilson(successes, of: column.count, confidence: options.confidence)
    }
    return series.interval(confidence: options.confidence)
  }

  private func place(_ measure: CandidateMeasure) -> Int {
    guard let place = measures.firstIndex(of: measure) else {
      preconditionFailure("\(measure.name) was not asked of this evaluation")
    }
    return place
  }
}
