import ArgumentParser
import EngineWorkloads
import Foundation
import Studies

struct TrialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial", abstract: "Runs one training trial and speaks the trial protocol on standard output.",
    discussion: """
      The runner of a study starts this once for each trial. By hand it is good for looking at one cell closely, and for
      handing its initial weights to another implementation.
      """)

  @Option(help: ArgumentHelp("The trial's spec, a JSON file.", valueName: "file"))
  var spec: String

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
    let trial = try TrainTrial(
      spec: trialSpec,
      directories: home.trialDirectories
    ) { event in
      do {
        try writer.write(event)
      } catch {
        // Nobody listens any more, so there is nothing left to do.
        Foundation.exit(ExitStatus.failure.rawValue)
      }
    }
    if let path = exportInitialWeights { return try trial.exportInitialWeights(to: path) }
    guard trial.run() else { throw ExitCode(ExitStatus.failure.rawValue) }
  }
}
