import ArgumentParser

struct StudyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study", abstract: "Runs and shows studies.",
    subcommands: [
      StudyRunCommand.self, StudyListCommand.self, StudyShowCommand.self, StudyExportCommand.self,
    ])
}

/// How the commands that cannot do all three formats print.
enum PeopleOrProgram: String, ExpressibleByArgument, CaseIterable {
  case table, json
}
