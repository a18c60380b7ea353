import ArgumentParser

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "report", abstract: "Writes a study's report as one HTML file.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
