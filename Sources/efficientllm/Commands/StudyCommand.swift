import ArgumentParser

struct StudyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "study", abstract: "Runs and shows studies.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
