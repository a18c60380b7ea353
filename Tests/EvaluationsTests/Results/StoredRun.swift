import Evaluations
import Foundation
import Measures
import Records
import Testing

/// Runs of evaluations made by hand, in a file of records of their own, as the runner would leave them.
final class StoredRun {
  let folder: URL
  let store: RecordStore
  private(set) var evaluation: EvaluationRecord
  private(set) var candidates: [CandidateRecord]

  static let start = Date(timeIntervalSince1970: 1_763_700_000)

  init(
    name: String = "support", label: String = "1", dataset: String = "d@sha256:aa", rows: [EvaluationRow],
    candidates: [String] = ["a"], settings: [String: String] = [:], manifests: [String: Manifest] = [:],
    finished: Bool = true, beside other: StoredRun? = nil
  ) throws {
    folder =
      other?.folder ?? FileManager.default.temporaryDirectory.appendingPathComponent("stored-run-\(UUID().uuidString)")
    store = try other?.store ?? RecordStore(creatingAt: folder.appendingPathComponent("records.sqlite").path)
    (evaluation, self.candidates) = try store.createEvaluation(
      EvaluationRecord(
        name: name, label: label, digest: "d", plan: "evaluation: \(name)", command: "efficientllm evaluate run x.yaml",
        dataset: dataset, createdAt: Self.start, finishedAt: finished ? Self.start.addingTimeInterval(60) : nil,
        manifest: Manifest(sections: ["settings": settings])),
      rows: rows,
      candidates: candidates.map {
        CandidateRecord(
          evaluationID: 0, name: $0, digest: $0, model: "model-\($0)", endpoint: "http://127.0.0.1:1/v1",
          manifest: manifests[$0] ?? Manifest())
      })
    ownsFolder = other == nil
  }

  private let ownsFolder: Bool

  deinit { if ownsFolder { try? FileManager.default.removeItem(at: folder) } }

  /// Rows that are called by letters and numbers, each its own content.
  static func rows(_ names: [String], cluster: String? = nil, hashes: [String: String] = [:]) -> [EvaluationRow] {
    names.map { EvaluationRow(identity: $0, hash: hashes[$0] ?? "hash of \($0)", cluster: cluster) }
  }

  static func usd(_ dollars: Double, version: String = "v1", price: String = "") -> CostRecord {
    .known(picos: Int64((dollars * 1e12).rounded()), currency: "USD", priceVersion: version, price: price)
  }

  /// What a row came to, with what evaluators said of it.
  @discardableResult
  func add(
    _ row: String, to candidate: String = "a", scores: [String: Double] = [:], threshold: Double = 0.5,
    cost: CostRecord = .absent(Absence("no price")), latency: Double? = nil, failure: String? = nil,
    version: Int = 1, configuration: String = "c", outcomes: [String: VerdictRecord.Outcome] = [:],
    judgeCost: CostRecord = .known(picos: 0, currency: "USD", priceVersion: "", price: ""),
    _ change: (inout ObservationRecord) -> Void = { _ in }
  ) throws -> ObservationRecord {
    let id = try #require(candidates.first { $0.name == candidate }?.id)
    var observation = ObservationRecord(
      candidateID: id, row: row, status: failure == nil ? .answered : .failed, failureKind: failure,
      failureMessage: failure, route: "support", startedAt: Self.start, text: failure == nil ? "an answer" : nil,
      latencies: .init(endToEnd: latency), cost: cost)
    change(&observation)
    let stored = try store.storeObservation(observation)
    let all = outcomes.merging(scores.mapValues(VerdictRecord.Outcome.score)) { $1 }
    try store.storeVerdicts(
      all.map { name, outcome in
        VerdictRecord(
          observationID: stored.id ?? 0, evaluator: name, version: version, configuration: configuration,
          threshold: threshold, outcome: outcome, reason: "because", cost: judgeCost, seconds: 0.1,
          decidedAt: Self.start)
      })
    return stored
  }

  func results() throws -> EvaluationResults { try EvaluationResults(evaluation.reference, in: store) }
}
