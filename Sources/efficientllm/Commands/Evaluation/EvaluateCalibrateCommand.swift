import ArgumentParser
import Evaluations
import Foundation
import Records

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
    let sitting = try EvaluationSitting(
      plan: file, retriesFailed: retryFailed, command: "efficientllm evaluate calibrate \(file)")
    let (outcome, agreement) = try await sitting.run(stopping: "stopping: what was judged is kept") {
      try await $0.calibrate(stop: $1)
    }
    let rendering = CalibrationRendering(agreement: agreement, dataset: outcome.evaluation.dataset)
    switch format {
    case .json: try printPrettyJSON(rendering)
    case .table: print(rendering.text())
    }
    for (evaluator, failed) in outcome.failedVerdicts.sorted(by: { $0.key < $1.key }) {
      FileHandle.standardError.write(
        Data("\(evaluator): \(failed.count) verdicts could not be given, first: \(failed.first.prefix(300))\n".utf8))
    }
    if sitting.wasStopped { throw ExitCode(130) }
    guard outcome.isComplete, outcome.failedVerdicts.isEmpty else { throw ExitCode.failure }
  }
}
