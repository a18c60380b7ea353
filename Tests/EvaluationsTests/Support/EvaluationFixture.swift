import Datasets
import Evaluators
import Foundation
import MockEndpoint
import Pricing
import Records
import Studies

@testable import Evaluations

/// A home with one dataset and records, and a mock to ask.
final class EvaluationFixture: Sendable {
  let folder: URL
  let store: RecordStore
  let datasets: DatasetStore

  init(rows: Int = 12) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("evaluations-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try RecordStore(creatingAt: folder.appendingPathComponent("records.sqlite").path)
    datasets = DatasetStore(folder: folder.appendingPathComponent("datasets"))
    try add(rows: rows)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func add(rows: Int) throws {
    let lines = (0..<rows).map { number in
      #"{"id":"r\#(number)","input":"What is \#(number)?","expected":["token"],"metadata":{"customer":"c\#(number % 3)","tier":"gold"}}"#
    }
    let file = folder.appendingPathComponent("rows.jsonl")
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    _ = try datasets.add(try DatasetFile.read(file.path), to: "sums")
  }

  static func behaviour(_ change: (inout MockBehaviour) -> Void = { _ in }) -> MockBehaviour {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(1)
    behaviour.interTokenLatency = .fixed(0)
    behaviour.tokens = .fixed(3)
    behaviour.seed = 5
    change(&behaviour)
    return behaviour
  }

  /// A plan over one mock.
  func plan(_ port: Int, evaluators: String = "[Contains]", candidate: String = "", more: String = "") throws
    -> EvaluationPlan
  {
    try EvaluationPlan(
      yaml: """
        evaluation: sums
        dataset: sums
        candidates:
          - {name: mock, endpoint: "http://127.0.0.1:\(port)/v1", model: mock\(candidate)}
        evaluators: \(evaluators)
        attribution: {route: desk, customer: metadata.customer, tags: {tier: metadata.tier, team: a}}
        \(more)
        """)
  }

  func configuration(label: String? = nil, retriesFailed: Bool = false) -> EvaluationRunner.Configuration {
    EvaluationRunner.Configuration(
      datasets: datasets, catalogue: try! PriceCatalogue(versions: PriceCatalogue.builtIn.versions),
      registry: {
        let program = try ScoringProgram.maker(for: $0)
        return .standard(judge: $1) { program($0) }
      },
      locksDirectory: folder.appendingPathComponent("locks").path, label: label, retriesFailed: retriesFailed)
  }

  @discardableResult
  func run(
    _ plan: EvaluationPlan, label: String? = nil, retriesFailed: Bool = false, stop: StopSignal = StopSignal(),
    progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) async throws -> EvaluationOutcome {
    try await EvaluationRunner(
      plan: plan, store: store, configuration: configuration(label: label, retriesFailed: retriesFailed),
      progress: progress
    ).run(stop: stop)
  }

  static func withMock<Value>(
    _ behaviour: MockBehaviour = behaviour(), port: Int = 0, _ body: (MockEndpoint) async throws -> Value
  ) async throws -> Value {
    let mock = try await MockEndpoint.start(behaviour, port: port)
    let result: Result<Value, any Error>
    do { result = .success(try await body(mock)) } catch { result = .failure(error) }
    await mock.stop()
    return try result.get()
  }
}
