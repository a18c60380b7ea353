import ArgumentParser

struct LeaderboardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "leaderboard", abstract: "Prints the published leaderboard.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
