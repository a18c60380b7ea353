import Foundation
import GRDB
import Measures
import Testing

@testable import Records

@Suite struct SupersededVerdictTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func verdict(_ observation: Int64, cost: CostRecord, configuration: String = "c") -> VerdictRecord {
    VerdictRecord(
      observationID: observation, evaluator: "Judge", version: 1, configuration: configuration, threshold: 0.5,
      outcome: .score(1), reason: "", judge: "{}", cost: cost, seconds: 2, decidedAt: Samples.start)
  }

  private func observation(_ store: RecordStore) throws -> (evaluation: Int64, observation: Int64) {
    let (evaluation, candidates) = try store.createEvaluation(
      EvaluationRecord(
        name: "e", label: "1", digest: "d", plan: "", command: "", dataset: "d", createdAt: Samples.start),
      rows: [EvaluationRow(identity: "r", hash: "h")],
      candidates: [CandidateRecord(evaluationID: 0, name: "a", digest: "a", model: "m", endpoint: "")])
    let stored = try store.storeObservation(
      ObservationRecord(
        candidateID: try #require(candidates[0].id), row: "r", status: .answered, route: "", startedAt: Samples.start,
        cost: .absent(Absence("none"))))
    return (try #require(evaluation.id), try #require(stored.id))
  }

  private let paid = CostRecord.known(picos: 5, currency: "EUR", priceVersion: "v", price: "p")

  @Test func whatAReplacedVerdictCostIsKept() throws {
    let store = try RecordStore(creatingAt: folder.file("records.sqlite"))
    let (evaluation, observation) = try observation(store)
    try store.storeVerdict(verdict(observation, cost: paid))
    #expect(try store.supersededVerdicts(ofEvaluation: evaluation).isEmpty)
    try store.storeVerdict(verdict(observation, cost: .absent(Absence("not said")), configuration: "other"))
    try store.storeVerdict(verdict(observation, cost: .known(picos: 0, currency: "USD", priceVersion: "", price: "")))
    try store.storeVerdict(verdict(observation, cost: paid))
    let superseded = try store.supersededVerdicts(ofEvaluation: evaluation)
    #expect(superseded.map(\.cost) == [paid, .absent(Absence("not said"))], "what was free leaves nothing behind")
    #expect(superseded[0].judge == "{}" && superseded[0].seconds == 2 && superseded[0].configuration == "c")
    #expect(try store.verdicts(ofEvaluation: evaluation) == [verdict(observation, cost: paid)])
    #expect(try store.supersededVerdicts(from: Samples.start) == superseded)
    #expect(try store.supersededVerdicts(until: Samples.start).isEmpty)
  }

  @Test func recordsFromBeforeAreTakenAlong() throws {
    let path = folder.file("records.sqlite")
    let old = try DatabasePool(path: path)
    try RecordSchema.migrator.migrate(old, upTo: "3 evaluations")
    try old.write { database in
      try database.execute(
        sql: """
          INSERT INTO evaluation VALUES (1, 'e', '1', 'd', '', '', 'd', '', 0, NULL, '{"sections":{}}');
          INSERT INTO candidate VALUES (1, 1, 'a', 'a', 'm', '', '{}', '{"sections":{}}');
          INSERT INTO observation (id, candidate_id, row, repetition, attempt, status, origin, route, started_at,
            request_id, retries, timeline, cost_absence, energy)
          VALUES (1, 1, 'r', 0, 1, 'answered', 'measured', '', 0, '', 0, '', 'none', '{"absent":{"_0":{"reason":"x"}}}');
          INSERT INTO verdict (observation_id, evaluator, version, configuration, threshold, score, reason, parts,
            cost_picos, currency, price_version, price, seconds, decided_at)
          VALUES (1, 'Judge', 1, 'c', 0.5, 1, '', '', 5, 'EUR', 'v', 'p', 2, 0);
          """)
    }
    try old.close()
    let store = try RecordStore(existingAt: path)
    #expect(try store.verdicts(ofEvaluation: 1).map(\.cost) == [paid])
    try store.storeVerdict(verdict(1, cost: paid))
    #expect(try store.supersededVerdicts(ofEvaluation: 1).map(\.cost) == [paid])
  }
}
