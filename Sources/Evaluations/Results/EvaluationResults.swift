public import Foundation
public import Records

/// One run of an evaluation as the records have it: what was asked of whom, every attempt at an answer, and every verdict.
public struct EvaluationResults: Sendable {
  public let evaluation: EvaluationRecord
  /// In the order in which they were asked.
  public let rows: [EvaluationRow]
  /// In the plan's order.
  public let candidates: [CandidateRecord]
  /// Every attempt, in the order in which they were stored.
  public let observations: [ObservationRecord]
  /// On any of the observations. Those of evaluators that the plan has no more are left out, unless they came with what was
  /// imported.
  public let verdicts: [VerdictRecord]
  /// What else judges were paid for: verdicts that others have taken the place of, and those of evaluators that the plan has
  /// no more.
  public let supersededVerdicts: [SupersededVerdict]

  /// One question to one candidate.
  struct Request: Hashable {
    var candidate: Int64
    var row: String
    var repetition: Int
  }

  /// The verdicts on each observation, by its identifier.
  let verdictsByObservation: [Int64: [VerdictRecord]]
  private let supersededByObservation: [Int64: [SupersededVerdict]]
  /// The last attempt at each request, as an index into ``observations``: the one that counts.
  let latest: [Request: Int]
  /// The names of every evaluator that gave a verdict or failed to, sorted.
  let evaluatorNames: [String]
  /// The evaluators that have a say in whether an answer passes.
  public let passingEvaluators: [String]

  public init(
    evaluation: EvaluationRecord, rows: [EvaluationRow], candidates: [CandidateRecord],
    observations: [ObservationRecord], verdicts all: [VerdictRecord], supersededVerdicts: [SupersededVerdict] = []
  ) {
    let (verdicts, dropped) = Self.current(all, of: evaluation, observations)
    self.evaluation = evaluation
    self.rows = rows
    self.candidates = candidates
    self.observations = observations
    self.verdicts = verdicts
    self.supersededVerdicts = supersededVerdicts + dropped.map(SupersededVerdict.init)
    verdictsByObservation = Dictionary(grouping: verdicts, by: \.observationID)
    supersededByObservation = Dictionary(grouping: self.supersededVerdicts, by: \.observationID)
    evaluatorNames = Set(verdicts.map(\.evaluator)).sorted()
    passingEvaluators = Self.passingEvaluators(of: evaluation, all: evaluatorNames)
    var latest: [Request: Int] = [:]
    for (index, observation) in observations.enumerated() {
      let request = Request(
        candidate: observation.candidateID, row: observation.row, repetition: observation.repetition)
      if let before = latest[request], observations[before].attempt > observation.attempt { continue }
      latest[request] = index
    }
    self.latest = latest
  }

  /// The verdicts that are read, and those of evaluators that the plan has no more.
  private static func current(
    _ verdicts: [VerdictRecord], of evaluation: EvaluationRecord, _ observations: [ObservationRecord]
  ) -> (kept: [VerdictRecord], dropped: [VerdictRecord]) {
    let planned = Set(
      evaluation.manifest.sections["settings"]?["evaluators"]?.split(separator: "\n").map(String.init) ?? [])
    if planned.isEmpty || verdicts.allSatisfy({ planned.contains($0.evaluator) }) { return (verdicts, []) }
    let imported = Set(observations.lazy.filter { $0.origin != "measured" }.compactMap(\.id))
    var kept: [VerdictRecord] = []
    var dropped: [VerdictRecord] = []
    for verdict in verdicts {
      if planned.contains(verdict.evaluator) || imported.contains(verdict.observationID) {
        kept.append(verdict)
      } else {
        dropped.append(verdict)
      }
    }
    return (kept, dropped)
  }

  /// The run that a reference names: `support` (the newest), `support@2026-08`.
  /// - Throws: ``RecordError``.
  public init(_ reference: String, in store: RecordStore) throws {
    let evaluation = try store.evaluation(reference)
    let id = evaluation.id ?? 0
    self.init(
      evaluation: evaluation, rows: try store.rows(ofEvaluation: id),
      candidates: try store.candidates(ofEvaluation: id),
      observations: try store.observations(ofEvaluation: id, superseded: true),
      verdicts: try store.verdicts(ofEvaluation: id),
      supersededVerdicts: try store.supersededVerdicts(ofEvaluation: id))
  }

  /// What is known of every run that asked something in a span of time: its requests in that span and nothing else of it. Of
  /// several attempts in the span the last one counts. Runs that held evaluators against people are among them: nothing was
  /// asked for those but judges.
  /// - Throws: ``RecordError``.
  public static func all(
    in store: RecordStore, from begin: Date = .distantPast, until end: Date = .distantFuture
  ) throws -> [EvaluationResults] {
    let observations = Dictionary(grouping: try store.observations(from: begin, until: end), by: \.candidateID)
    let verdicts = Dictionary(grouping: try store.verdicts(from: begin, until: end), by: \.observationID)
    let superseded = Dictionary(
      grouping: try store.supersededVerdicts(from: begin, until: end), by: \.observationID)
    return try store.evaluations().reversed().compactMap { evaluation in
      guard let id = evaluation.id else { return nil }
      let candidates = try store.candidates(ofEvaluation: id)
      let own = candidates.flatMap { candidate in candidate.id.flatMap { observations[$0] } ?? [] }
      if own.isEmpty { return nil }
      return EvaluationResults(
        evaluation: evaluation, rows: try store.rows(ofEvaluation: id), candidates: candidates,
        observations: own.sorted { ($0.id ?? 0) < ($1.id ?? 0) },
        verdicts: own.flatMap { observation in observation.id.flatMap { verdicts[$0] } ?? [] },
        supersededVerdicts: own.flatMap { observation in observation.id.flatMap { superseded[$0] } ?? [] })
    }
  }

  /// How often each row was asked, as the numbers that repetitions have.
  var repetitions: [Int] { Set(observations.map(\.repetition)).union([0]).sorted() }

  /// The attempt that counts. Nil for what was never asked.
  func observation(of candidate: CandidateRecord, row: String, repetition: Int = 0) -> ObservationRecord? {
    guard let id = candidate.id else { return nil }
    return latest[Request(candidate: id, row: row, repetition: repetition)].map { observations[$0] }
  }

  /// The attempts of a candidate that count, in the order in which they were stored.
  func latestObservations(of candidate: CandidateRecord) -> [ObservationRecord] {
    latest.filter { $0.key.candidate == candidate.id }.map(\.value).sorted().map { observations[$0] }
  }

  /// Every attempt at a request that was asked again later: none of them counts, and all were paid for.
  func superseded(of candidate: CandidateRecord) -> [ObservationRecord] {
    let counting = Set(latest.values)
    return observations.indices.lazy.filter { !counting.contains($0) }.map { observations[$0] }
      .filter { $0.candidateID == candidate.id }
  }

  func verdicts(on observation: ObservationRecord) -> [VerdictRecord] {
    observation.id.flatMap { verdictsByObservation[$0] } ?? []
  }

  /// All that judges were paid for an observation, whether it is still read or not.
  func judgeCosts(of observation: ObservationRecord) -> [CostRecord] {
    verdicts(on: observation).map(\.cost) + supersededCosts(of: observation)
  }

  /// What judges were paid for verdicts on an observation that are not read any more.
  func supersededCosts(of observation: ObservationRecord) -> [CostRecord] {
    observation.id.flatMap { supersededByObservation[$0] }?.map(\.cost) ?? []
  }

  /// The same run with other costs.
  func replacing(observations: [ObservationRecord]) -> EvaluationResults {
    EvaluationResults(
      evaluation: evaluation, rows: rows, candidates: candidates, observations: observations, verdicts: verdicts,
      supersededVerdicts: supersededVerdicts)
  }
}
