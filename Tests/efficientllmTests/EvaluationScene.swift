import Foundation
import Measures
import Records
import Testing

/// A home with runs of an evaluation in its records, and the built program to look at them.
final class EvaluationScene {
  let home: URL
  let store: RecordStore
  private let program: URL

  static let start = Date(timeIntervalSince1970: 1_763_700_000)

  init() throws {
    home = FileManager.default.temporaryDirectory.appendingPathComponent("evaluation-command-\(UUID().uuidString)")
    store = try RecordStore(creatingAt: home.appendingPathComponent("records.sqlite").path)
    // The tests and the program are built into one folder.
    program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("efficientllm")
  }

  deinit { try? FileManager.default.removeItem(at: home) }

  /// What a candidate does with the rows.
  struct Behaviour {
    var name: String
    /// Rows that it passes, of a hundred; they are the first ones.
    var passes: Int
    var dollars: Double?
    var seconds: Double
    var failures: Int = 0
    var text = "an answer"
  }

  /// Stores a run as the runner would leave it.
  func add(
    _ candidates: [Behaviour], label: String, rows: Int = 60, dataset: String = "questions@sha256:aa",
    evaluatorVersion: Int = 1, name: String = "support"
  ) throws {
    let identities = (0..<rows).map { "row \($0)" }
    let (_, stored) = try store.createEvaluation(
      EvaluationRecord(
        name: name, label: label, digest: "digest", plan: "evaluation: \(name)\nquestion: Which model?\n",
        command: "efficientllm evaluate run \(name).yaml", dataset: dataset, createdAt: Self.start,
        finishedAt: Self.start,
        manifest: Manifest(sections: ["hardware": ["cpu": "a processor"], "settings": ["question": "Which model?"]])),
      rows: identities.map { EvaluationRow(identity: $0, hash: $0) },
      candidates: candidates.map {
        CandidateRecord(
          evaluationID: 0, name: $0.name, digest: $0.name, model: $0.name, endpoint: "http://127.0.0.1:1/v1")
      })
    let observations = try zip(candidates, stored).flatMap { behaviour, record -> [ObservationRecord] in
      let id = try #require(record.id)
      return identities.enumerated().map { index, row in
        let failed = index >= rows - behaviour.failures
        // Later rows are somewhat slower and longer, so that nothing is all the same.
        let stretch = 1 + Double(index % 7) / 10
        return ObservationRecord(
          candidateID: id, row: row, status: failed ? .failed : .answered, failureKind: failed ? "timeout" : nil,
          failureMessage: failed ? "no answer within 60 s" : nil, route: index % 2 == 0 ? "chat" : "mail",
          customer: ["acme", "bolt", "core"][index % 3], tags: ["team": index < 20 ? "red" : "blue"],
          startedAt: Self.start.addingTimeInterval(Double(index)), text: failed ? nil : behaviour.text,
          usage: #"{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}"#,
          latencies: failed
            ? .init() : .init(endToEnd: behaviour.seconds * stretch, timeToFirstToken: behaviour.seconds / 4 * stretch),
          cost: behaviour.dollars.map {
            .known(
              picos: Int64($0 * stretch * 1e12), currency: "USD", priceVersion: "v1",
              price: #"{"provider":"openai","model":"gpt-5"}"#)
          } ?? .absent(Absence("no price is known")),
          energy: .value(Quantity(20 * stretch, count: 1)))
      }
    }
    let saved = try store.storeObservations(observations)
    try store.storeVerdicts(
      saved.enumerated().compactMap { index, observation in
        guard observation.status == .answered, let id = observation.id else { return nil }
        let behaviour = candidates[index / rows]
        let passes = index % rows * 100 < behaviour.passes * rows
        return VerdictRecord(
          observationID: id, evaluator: "Relevancy", version: evaluatorVersion, configuration: "c", threshold: 0.5,
          outcome: .score(passes ? 0.9 : 0.2), reason: passes ? "it answers" : "it does not answer",
          cost: .known(picos: 1_000_000, currency: "USD", priceVersion: "v1", price: ""), seconds: 0.1,
          decidedAt: Self.start)
      })
  }

  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  func run(_ arguments: String...) throws -> Result { try run(list: arguments) }

  func run(list arguments: [String]) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = home
    process.environment = ProcessInfo.processInfo.environment.merging(["EFFICIENTLLM_HOME": home.path]) { $1 }
    let (output, errors) = (home.appendingPathComponent("out"), home.appendingPathComponent("err"))
    for file in [output, errors] { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// What a command prints as JSON.
  func object(_ result: Result) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }
}
