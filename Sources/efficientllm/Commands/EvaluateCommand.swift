import ArgumentParser

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Asks several candidates the same rows, judges their answers, and shows what came of it.",
    discussion: """
      A run is named NAME (the newest) or NAME@LABEL; the beginning of a label will do. What follows from a run is said by \
      frontier, recommend, compare, spend and report.
      """,
    subcommands: [
      EvaluateRunCommand.self, EvaluateListCommand.self, EvaluateShowCommand.self, EvaluateCalibrateCommand.self,
      EvaluateImportCommand.self, EvaluateExportCommand.self,
    ])
}
