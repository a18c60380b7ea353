import ArgumentParser

/// Which model, in production: runs evaluations and shows what they found.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Asks candidates the rows of a dataset, judges their answers, and says what they cost and took.",
    subcommands: [EvaluateRunCommand.self, EvaluateListCommand.self]
  )
}
