import ArgumentParser
import Datasets
import Foundation

/// Lists the datasets, each with its latest version.
struct DatasetListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the datasets.")

  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  func run() async throws {
    let store = DatasetCommand.store
    let latest = try store.names().compactMap { try store.versions(of: $0).last }
    if format == .json { return try printPrettyJSON(latest.map(DatasetSummary.init)) }
    if latest.isEmpty {
      let note = "there are no datasets in \(store.folder.path): add one with efficientllm dataset add FILE\n"
      return FileHandle.standardError.write(Data(note.utf8))
    }
    print(DatasetRendering.versions(latest))
  }
}
