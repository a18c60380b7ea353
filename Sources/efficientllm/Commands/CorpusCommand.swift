import ArgumentParser

struct CorpusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "corpus", abstract: "Lists, obtains and tokenizes training text.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
