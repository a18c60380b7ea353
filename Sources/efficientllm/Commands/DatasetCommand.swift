import ArgumentParser
import Datasets

struct DatasetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Keeps datasets: pinned rows in versions that never change.",
    discussion: """
      A version is named NAME (the latest), NAME@3, or NAME@sha256:abcd (the first digits of its hash). Results name the \
      whole hash.
      """,
    subcommands: [
      DatasetAddCommand.self, DatasetListCommand.self, DatasetShowCommand.self, DatasetDiffCommand.self,
      DatasetRowsCommand.self,
    ])

  static var store: DatasetStore { DatasetStore(folder: Home().datasets) }
}
