import ArgumentParser

struct TokenizerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tokenizer", abstract: "Trains and runs tokenizers.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
