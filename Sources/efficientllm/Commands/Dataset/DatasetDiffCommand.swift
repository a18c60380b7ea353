import ArgumentParser
import Datasets

/// Compares two versions row by row.
struct DatasetDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows the rows that two versions do not share.",
    discussion: """
      Rows are matched by their ids; a row without one is matched by its content, so that a change to it is one row \
      removed and one added.

      Example:
        efficientllm dataset diff support@1 support@2
      """)

  @Argument(help: ArgumentHelp("The earlier version.", valueName: "before"))
  var before: String

  @Argument(help: ArgumentHelp("The later version.", valueName: "after"))
  var after: String

  @Option(help: ArgumentHelp("Most rows that the table lists.", valueName: "rows"))
  var limit = 50

  @Option(help: "How to print: table or json. json lists all rows.")
  var format: PeopleOrProgram = .table

  func validate() throws {
    if limit < 0 { throw ValidationError("--limit cannot be negative") }
  }

  func run() async throws {
    let store = DatasetCommand.store
    let (before, after) = (try DatasetReference(before), try DatasetReference(after))
    let diff = DatasetDiff(from: try store.load(before), to: try store.load(after))
    switch format {
    case .json: try printPrettyJSON(DatasetRendering.Difference(diff))
    case .table: print(DatasetRendering.diff(diff, limit: limit))
    }
  }
}
