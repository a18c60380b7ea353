import ArgumentParser

struct RankCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "rank", abstract: "Ranks the rows of a table.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
