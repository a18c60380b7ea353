public import ArgumentParser
import Datasets
import Evaluations
import Foundation
public import Interchange
import Measures
import Pricing
import Records

struct EvaluateImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Makes a run of an evaluation of what another program measured.",
    discussion: """
      Forms: opentelemetry (OTLP/JSON as exporters and collectors write it, one observation a trace), guidellm \
      (benchmarks.json), lm-eval (results_*.json with samples_*.jsonl), load (efficientllm load --output) and \
      trajectories (JSON lines, see docs/interchange.md).

      What the source says is kept as its word: its scores become verdicts under its name, such as \
      lm-eval/exact_match. Costs are made with the prices of the day of each request; what cannot be priced stays \
      absent, with its reason. The same files under the same name are stored once.

      Examples:
        efficientllm evaluate import spans.jsonl logs.jsonl --form opentelemetry --name support --dataset transactions
        efficientllm evaluate import results_*.json samples_*.jsonl --form lm-eval --name gsm8k
        efficientllm evaluate import lm-eval-output/ --form lm-eval --name gsm8k
      """)

  @Argument(help: "The files; a folder stands for every .json and .jsonl file in it.", completion: .file())
  var files: [String]
  @Option(help: "opentelemetry, guidellm, lm-eval, load or trajectories.")
  var form: ImportForm
  @Option(help: "The name of the evaluation.")
  var name: String
  @Option(help: "What tells this run from others of the name; left out, today.")
  var label: String?
  @Option(help: "The candidate's name, in place of what the files say.")
  var candidate: String?
  @Option(help: "Pairs with the rows of this dataset, by their names and else by what was asked.")
  var dataset: String?
  @Option(help: "The attribute of a span that names the row; else the conversation is the row.")
  var rowAttribute = ImportOptions.standardRowAttribute
  @Option(help: "Who sold the models, as the prices name them; left out, what the files say.")
  var provider: String?
  @Option(help: "From which score on an answer passes, where the source does not say it.")
  var threshold = 0.5
  @Option(help: "By this version of the prices, without your own; left out, the latest with your own on top.")
  var prices: String?
  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  func validate() throws {
    guard (0...1).contains(threshold) else { throw ValidationError("--threshold is 0 to 1") }
    for (option, text) in [("--name", name), ("--label", label ?? "x")] {
      guard !text.isEmpty, text.utf8.count <= 128, !text.contains(where: { $0 == "@" || $0 == "/" || $0.isWhitespace })
      else { throw ValidationError("\(option) is up to 128 characters without @, / and blanks") }
    }
    guard candidate?.isEmpty != true else { throw ValidationError("--candidate is empty") }
  }

  func run() async throws {
    let home = Home()
    let options = ImportOptions(rowAttribute: rowAttribute, candidate: candidate)
    var contents: [ImportFile] = []
    for file in try ImportFile.expanded(files.map { URL(fileURLWithPath: $0) }) {
      contents.append(try ImportFile(at: file))
    }
    let imported = try Importer.read(form: form, files: contents, options: options)
    let pinned = try dataset.map { try DatasetStore(folder: home.datasets).load(DatasetReference($0)) }
    let table = try PricesCommand.shelf.catalogue().table(version: prices)
    let request = EvaluationImport.Request(
      name: name, label: label, dataset: pinned, prices: table, provider: provider, threshold: threshold,
      command: CommandLine.arguments.joined(separator: " "))
    let store = try RecordStore(creatingAt: home.records.path)
    let outcome = try EvaluationImport(imported, files: contents, options: options, request: request).store(in: store)
    let report = ImportReport(outcome, imported)
    for note in outcome.notes { FileHandle.standardError.write(Data("\(note)\n".utf8)) }
    if format == .json { try printPrettyJSON(report) } else { print(report.text) }
  }
}

extension ImportForm: ExpressibleByArgument {}

/// What came of an import, by candidate.
struct ImportReport: Encodable {
  struct Candidate: Encodable {
    var name: String
    var observations: Int
    var failed: Int
    /// Mean seconds by the clock on the wall, over those that say it.
    var latency: Double?
    /// Mean seconds of all steps together: more than the latency where they ran side by side.
    var steps: Double?
    var promptTokens: Int?
    var completionTokens: Int?
    /// By currency, over those that have a cost.
    var cost: [String: String]
    var withoutCost: Int
    /// The first reason.
    var costAbsence: String?
  }

  var evaluation: String
  var new: Bool
  var source: String
  var dataset: String
  var rows: Int
  var verdicts: Int
  /// What the source says of many answers at once.
  var reported: [String]
  var candidates: [Candidate]
  var notes: [String]

  init(_ outcome: EvaluationImport.Outcome, _ run: ImportedRun) {
    evaluation = outcome.evaluation.reference
    new = outcome.isNew
    source = run.source + (run.toolVersion.map { " \($0)" } ?? "")
    dataset = outcome.evaluation.dataset
    rows = outcome.rows
    verdicts = outcome.verdicts
    notes = outcome.notes
    reported = run.reported.map { "\($0.candidate) \($0.subject)/\($0.metric) \($0.text)" }
    candidates = outcome.candidates.map { candidate in
      let own = outcome.observations.filter { $0.candidateID == candidate.id }
      let steps = run.observations.filter { $0.candidate == candidate.name && !$0.steps.isEmpty }.map(
        \.stepSeconds.value)
      var sums: [String: Int128] = [:]
      var reason: String?
      for observation in own {
        switch observation.cost {
        case .known(let picos, let currency, _, _): sums[currency, default: 0] += Int128(picos)
        case .absent(let absence): reason = reason ?? absence.reason
        }
      }
      return Candidate(
        name: candidate.name, observations: own.count, failed: own.count { $0.status == .failed },
        latency: Self.mean(own.map(\.latencies.endToEnd)), steps: steps.isEmpty ? nil : Self.mean(steps),
        promptTokens: Self.sum(own.map(\.promptTokens)), completionTokens: Self.sum(own.map(\.completionTokens)),
        cost: sums.mapValues { Money(picos: $0).decimalText }, withoutCost: own.count { $0.cost.picos == nil },
        costAbsence: reason)
    }
  }

  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// Over those that say it; nil where none does.
  private static func sum(_ values: [Int?]) -> Int? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0) { $0 &+ $1 }
  }

  var text: String {
    var table = TextTable([
      .left("candidate"), .right("observations"), .right("failed"), .right("latency"), .right("in steps"),
      .right("tokens in"), .right("tokens out"), .right("cost"), .right("without cost"),
    ])
    func seconds(_ value: Double?) -> String { value.map { String(format: "%.3f s", $0) } ?? "" }
    for candidate in candidates {
      table.append([
        candidate.name, "\(candidate.observations)", "\(candidate.failed)", seconds(candidate.latency),
        seconds(candidate.steps), candidate.promptTokens.map(String.init) ?? "",
        candidate.completionTokens.map(String.init) ?? "",
        candidate.cost.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "),
        candidate.withoutCost == 0 ? "" : "\(candidate.withoutCost)",
      ])
    }
    var lines = [
      new
        ? "\(evaluation) from \(source): \(rows) rows, \(verdicts) verdicts" : "\(evaluation) has these files already",
      table.render(),
    ]
    for candidate in candidates {
      if let reason = candidate.costAbsence { lines.append("\(candidate.name), cost: \(reason)") }
    }
    if !reported.isEmpty { lines += ["", "As \(source) reports:"] + reported.prefix(40).map { "  \($0)" } }
    if reported.count > 40 { lines.append("  and \(reported.count - 40) more") }
    return lines.joined(separator: "\n")
  }
}
