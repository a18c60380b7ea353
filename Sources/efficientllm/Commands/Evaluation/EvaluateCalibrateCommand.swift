import ArgumentParser
import Datasets
import Evaluations
import Evaluators
import Foundation
import Measures
import Records
import Studies

/// Holds a plan's evaluators against what people said.
struct EvaluateCalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Holds a plan's evaluators against people's labels.",
    discussion: """
      Judges the answers that the dataset brings (judged) by the plan's evaluators, and says how far the verdicts are \
      those of the people who labelled them (labels): agreement, Cohen's kappa, precision and recall at the threshold, \
      the area under the ROC curve, and the threshold with the best F1. Of a judge also how often it had to be asked \
      again, whether places sway it, and how its scores go with the length of answers. Nothing is asked of candidates.
      """)

  @Argument(help: "The plan, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Flag(help: "Try verdicts again that failed before.")
  var retryFailed = false

  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  func run() async throws {
    let home = Home()
    let plan = try EvaluationPlan(contentsOfFile: file)
    let store = try RecordStore(creatingAt: home.records.path)
    let progress = EvaluationProgressPrinter()
    let runner = EvaluationRunner(
      plan: plan, store: store,
      configuration: try EvaluateRunCommand.configuration(
        home, label: nil, retriesFailed: retryFailed, command: "efficientllm evaluate calibrate \(file)"),
      progress: { progress.receive($0) })
    let stop = StopSignal()
    let signals = StopSignals(stop) { progress.say("stopping: what was judged is kept") }
    let result: Result<(outcome: EvaluationOutcome, agreement: LabelledAgreement), any Error>
    do { result = .success(try await runner.calibrate(stop: stop)) } catch { result = .failure(error) }
    progress.clear()
    signals.cancel()
    let (outcome, agreement) = try result.get()
    let rendering = CalibrationRendering(agreement: agreement, dataset: outcome.evaluation.dataset)
    switch format {
    case .json: try printPrettyJSON(rendering)
    case .table: print(rendering.text())
    }
    for (evaluator, failed) in outcome.failedVerdicts.sorted(by: { $0.key < $1.key }) {
      FileHandle.standardError.write(
        Data("\(evaluator): \(failed.count) verdicts could not be given, first: \(failed.first.prefix(300))\n".utf8))
    }
    if stop.isRequested { throw ExitCode(130) }
    guard outcome.isComplete, outcome.failedVerdicts.isEmpty else { throw ExitCode.failure }
  }
}
