import ArgumentParser
import Foundation

/// The door: parses the command line, calls a room, prints.
@main
struct EfficientLLM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "efficientllm",
    abstract: "Measures how efficient language models are.",
    version: "0.1.0",
    subcommands: [
      DoctorCommand.self, StudyCommand.self, RankCommand.self, LeaderboardCommand.self, ReportCommand.self,
      CorpusCommand.self, TokenizerCommand.self, ModelsCommand.self, GenerateCommand.self, PerplexityCommand.self,
      ServeCommand.self, LoadCommand.self, DatasetCommand.self, PricesCommand.self, EvaluateCommand.self,
      FrontierCommand.self, RecommendCommand.self, CompareCommand.self, SpendCommand.self, MockEndpointCommand.self,
      TrialCommand.self,
    ]
  )

  /// Usage errors leave with status 2, failures with 1.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      // A command that has said all there is to say chooses its own status.
      Foundation.exit(code.rawValue)
    } catch {
      let status = ExitStatus.of(error)
      switch status {
      case .success:
        exit(withError: error)
      default:
        FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
        Foundation.exit(status.rawValue)
      }
    }
  }
}
