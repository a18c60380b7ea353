import ArgumentParser
import Foundation
import Interchange
import Records

struct EvaluateExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes an evaluation's observations and verdicts for other programs.",
    discussion: """
      The form is OTLP/JSON, one document: a span for each request with the names of OpenTelemetry's conventions for \
      generative AI, verdicts as its events, and what those have no name for under efficientllm.

      Example:
        efficientllm evaluate export support@2026-11 --output support.json
      """)

  enum Form: String, ExpressibleByArgument, CaseIterable {
    case opentelemetry
  }

  @Argument(help: "NAME, or NAME@ and the beginning of the label.")
  var evaluation: String
  @Option(help: "opentelemetry.")
  var form: Form = .opentelemetry
  @Option(help: ArgumentHelp("Where to write; left out, standard output.", valueName: "file"))
  var output: String?
  @Flag(inversion: .prefixedNo, help: "Whether what was answered is written too.")
  var texts = true

  func run() async throws {
    let store = try RecordStore(existingAt: Home().records.path)
    let record = try store.evaluation(evaluation)
    let id = record.id ?? 0
    let document = EvaluationSpans.document(
      record, candidates: try store.candidates(ofEvaluation: id),
      observations: try store.observations(ofEvaluation: id),
      verdicts: try store.verdicts(ofEvaluation: id), texts: texts)
    let data = Data(document.bytes + [0x0A])
    if let output {
      try data.write(to: URL(fileURLWithPath: output), options: .atomic)
    } else {
      FileHandle.standardOutput.write(data)
    }
  }
}
