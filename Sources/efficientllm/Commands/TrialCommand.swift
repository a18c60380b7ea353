import ArgumentParser
import EngineWorkloads
import Foundation
import Studies

struct TrialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial", abstract: "Runs one trial and speaks the trial protocol on standard output.",
    discussion: """
      The runner of a study starts this once for each trial. By hand it is good for looking at one cell closely, and for
      handing its initial weights to another implementation.
      """)

  @Option(help: ArgumentHelp("The trial's spec, a JSON file.", valueName: "file"))
  var spec: String

  @Option(help: "What the trial does: train or infer.")
  var workload = TrialWorkload.train

  @Option(
    help: ArgumentHelp(
      "Write the initial weights (safetensors) and beside them the model's configuration, and train nothing.",
      valueName: "file"))
  var exportInitialWeights: String?

  func run() async throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: spec))
    } catch {
      throw ValidationError("the spec \(spec) cannot be read: \(error.localizedDescription)")
    }
    let trialSpec: TrialSpec
    do {
      trialSpec = try JSONDecoder().decode(TrialSpec.self, from: data)
    } catch {
      throw ValidationError("the spec \(spec) is not a trial's: \(error)")
    }
    let home = Home()
    let writer = TrialEventWriter()
    let emit: @Sendable (TrialEvent) -> Void = { event in
      do {
        try writer.write(event)
      } catch {
        // Nobody listens any more, so there is nothing left to do.
        Foundation.exit(ExitStatus.failure.rawValue)
      }
    }
    let isFinished: Bool
    switch workload {
    case .train:
      let trial = try TrainTrial(spec: trialSpec, directories: home.trialDirectories, emit: emit)
      if let path = exportInitialWeights { return try trial.exportInitialWeights(to: path) }
      isFinished = trial.run()
    case .infer:
      if exportInitialWeights != nil {
        throw ValidationError("only a training trial has initial weights to export; leave --workload out")
      }
      isFinished = try InferTrial(spec: trialSpec, directories: home.trialDirectories, emit: emit).run()
    }
    guard isFinished else { throw ExitCode(ExitStatus.failure.rawValue) }
  }
}

enum TrialWorkload: String, CaseIterable, ExpressibleByArgument {
  case train, infer
}
