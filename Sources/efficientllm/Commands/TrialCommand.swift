import ArgumentParser

struct TrialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "trial", abstract: "Runs one trial and speaks the trial protocol.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
