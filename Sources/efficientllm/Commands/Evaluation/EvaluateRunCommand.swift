import ArgumentParser
import Datasets
import Dispatch
import EngineWorkloads
import Evaluations
import Evaluators
import Foundation
import Pricing
import Probes
import Records
import Studies

/// Runs what is missing of an evaluation.
struct EvaluateRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs an evaluation, or what is missing of it.",
    discussion: """
      Every answer is stored before anything is done with it: stop with Ctrl-C, or lose the machine, and run the same \
      command again to go on; nothing that was stored is asked or paid for again. Requests that failed are left alone \
      unless --retry-failed says otherwise. When only the evaluators of a plan have changed, the stored answers are \
      judged anew and nothing is asked.

      Leaves with 0 when every request has an answer and every verdict could be given, 1 when some failed or are \
      missing, 2 for a plan that cannot be run, and 130 when it was stopped.
      """)

  @Argument(help: "The plan, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    help:
      "What this run is called; a new name asks everything anew. Left out, the plan's last run goes on, and a first one is called by the day's date."
  )
  var label: String?

  @Flag(help: "Try requests and verdicts again that failed before.")
  var retryFailed = false

  @Flag(help: "Say what would be asked, and ask nothing.")
  var dryRun = false

  func validate() throws {
    if let label, label.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,63}/#) == nil {
      throw ValidationError(
        "a label has up to 64 letters, digits, \".\", \"-\" and \"_\", and begins with a letter or digit")
    }
  }

  func run() async throws {
    let home = Home()
    let plan = try EvaluationPlan(contentsOfFile: file)
    let store = try RecordStore(creatingAt: home.records.path)
    let progress = EvaluationProgressPrinter()
    let runner = EvaluationRunner(
      plan: plan, store: store,
      configuration: try Self.configuration(
        home, label: label, retriesFailed: retryFailed, command: "efficientllm evaluate run \(file)"),
      progress: { progress.receive($0) })
    if dryRun {
      print(try runner.forecast())
      return
    }
    let stop = StopSignal()
    let signals = StopSignals(stop) {
      progress.say("stopping: what is under way is asked again by the next run (again to stop at once)")
    }
    let result: Result<EvaluationOutcome, any Error>
    do { result = .success(try await runner.run(stop: stop)) } catch { result = .failure(error) }
    progress.clear()
    signals.cancel()
    try report(try result.get(), stopped: stop.isRequested)
  }

  static func configuration(
    _ home: Home, label: String?, retriesFailed: Bool, command: String
  ) throws -> EvaluationRunner.Configuration {
    var hardware = HardwareDescription.current().sections
    hardware["software", default: [:]]["efficientllm"] = EfficientLLM.configuration.version
    return EvaluationRunner.Configuration(
      datasets: DatasetStore(folder: home.datasets), catalogue: try PricesCommand.shelf.catalogue(),
      registry: { try await EvaluatorKinds.registry(for: $0, judge: $1, home: home) },
      locksDirectory: home.locks.path,
      placeholders: [
        "home": home.url.path, "program": Workloads.executable, "python": WorkloadRegistry.python(),
      ],
      environment: ["EFFICIENTLLM_HOME": home.url.path, "EFFICIENTLLM_PROGRAM": Workloads.executable],
      manifest: Manifest(sections: hardware), commandLine: command, label: label, retriesFailed: retriesFailed)
  }

  private func report(_ outcome: EvaluationOutcome, stopped: Bool) throws {
    let reference = outcome.evaluation.reference
    var lines = [
      "\(reference): \(outcome.answered) of \(outcome.requests) requests answered"
        + (outcome.found > 0 ? ", \(outcome.found) of them found in the records" : "")
    ]
    for (candidate, kinds) in outcome.failures.sorted(by: { $0.key < $1.key }) {
      let listed = kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      lines.append("  \(candidate): without an answer \(listed)")
    }
    for (evaluator, failed) in outcome.failedVerdicts.sorted(by: { $0.key < $1.key }) {
      lines.append("  \(evaluator): \(failed.count) verdicts could not be given, first: \(failed.first.prefix(300))")
    }
    if outcome.missing > 0 || outcome.missingVerdicts > 0 {
      lines.append(
        "  missing: \(outcome.missing) requests, \(outcome.missingVerdicts) verdicts; go on with: "
          + "efficientllm evaluate run \(file) --label \(outcome.evaluation.label)")
    }
    if !outcome.failures.isEmpty || !outcome.failedVerdicts.isEmpty {
      lines.append(
        "  try again what failed: efficientllm evaluate run \(file) --label \(outcome.evaluation.label) --retry-failed")
    }
    lines.append("  efficientllm evaluate show \(reference)")
    print(lines.joined(separator: "\n"))
    if stopped { throw ExitCode(130) }
    guard outcome.isComplete, outcome.failures.isEmpty, outcome.failedVerdicts.isEmpty else {
      throw ExitCode.failure
    }
  }
}

/// The kinds of evaluators that the plans of this program can name.
enum EvaluatorKinds {
  /// Those whose usual engine reads by sentence embeddings.
  private static let semantic: Set<String> = ["AnswerRelevancy", "Groundedness"]

  /// The encoder is loaded only where a plan has a use for it.
  static func registry(
    for plan: EvaluationPlan, judge: (any JudgeEndpoint)?, home: Home
  ) async throws -> EvaluatorRegistry {
    let needsEncoder = plan.evaluators.contains { evaluator in
      semantic.contains(evaluator.kind) && ["local", nil].contains(evaluator.options["engine"]?.string)
    }
    let folder = home.models.appendingPathComponent("minilm", isDirectory: true)
    var encoder: LocalSentenceEncoder?
    var background: [String] = []
    if needsEncoder, FileManager.default.fileExists(atPath: folder.path) {
      encoder = try await LocalSentenceEncoder(name: "minilm", folder: folder, home: home.url)
      background = try DatasetStore(folder: home.datasets).load(plan.dataset).rows.map(\.input.question)
    }
    let program = try ScoringProgram.maker(for: plan, environment: ["EFFICIENTLLM_HOME": home.url.path])
    return .standard(judge: judge, encoder: encoder, background: background) { program($0) }
  }
}
