import ArgumentParser
import Datasets

/// Shows a version: what it holds, and the versions beside it.
struct DatasetShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a version of a dataset: its rows in numbers, its metadata, its history.",
    discussion: "All rows are read and held against their hashes.")

  @Argument(help: ArgumentHelp("NAME, NAME@3 or NAME@sha256:abcd.", valueName: "dataset"))
  var reference: String

  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  private struct Shown: Encodable {
    var version: DatasetSummary
    var contents: DatasetContents
    var versions: [DatasetSummary]
  }

  func run() async throws {
    let store = DatasetCommand.store
    let dataset = try store.load(try DatasetReference(reference))
    let versions = try store.versions(of: dataset.version.name)
    let contents = DatasetContents(of: dataset.rows)
    if format == .json {
      let shown = Shown(
        version: DatasetSummary(dataset.version), contents: contents, versions: versions.map(DatasetSummary.init))
      return try printPrettyJSON(shown)
    }
    print(DatasetRendering.shown(dataset.version, contents))
    print("\n" + DatasetRendering.versions(versions))
  }
}
