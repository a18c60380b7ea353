import ArgumentParser
import Datasets
import EngineWorkloads
import Evaluations
import Evaluators
import Foundation
import Records

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
    let sitting = try EvaluationSitting(
      plan: file, label: label, retriesFailed: retryFailed, command: "efficientllm evaluate run \(file)")
    if dryRun {
      print(try sitting.runner.forecast())
      return
    }
    let outcome = try await sitting.run(
      stopping: "stopping: what is under way is asked again by the next run (again to stop at once)"
    ) { try await $0.run(stop: $1) }
    try report(outcome, stopped: sitting.wasStopped)
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
    if needsEncoder, FileManager.default.fileExists(atPath: folder.path) {
      encoder = try await LocalSentenceEncoder(name: "minilm", folder: folder, home: home.url)
    }
    let program = try ScoringProgram.maker(for: plan, environment: ["EFFICIENTLLM_HOME": home.url.path])
    return .standard(judge: judge, encoder: encoder) { program($0) }
  }
}
