import ArgumentParser
import Foundation
import Measures
import Ranking

/// Ranks the rows of a table as the published leaderboard was made, from raw values.
struct RankCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank",
    abstract: "Ranks the methods of a CSV table.",
    discussion: """
      The first line of the table names its columns: one for the method, perhaps one for the model, and measures. Per \
      group, a method's value is the mean of its raw values over the models, and equal values share the better rank \
      (1, 1, 3). Which way is better follows from the column's name (PPL, loss, AMU, PCU, AL, TT, ST, IT, AEC, MCR and \
      every id of the catalogue, with or without a unit as in AMU_GB or AL_s) or from --higher and --lower; a column \
      that neither knows is shown and not ranked.

      Blank cells stay blank. A method that lacks a value for one of the group's models has no mean in that column, \
      because a mean over fewer models cannot be compared.

      Example:
        efficientllm rank results.csv --group-by axis --lower wall_hours --score --frontier PPL,AMU_GB
      """
  )

  @Argument(help: ArgumentHelp("The table, as comma-separated values; - reads standard input.", valueName: "table.csv"))
  var table: String

  @Option(help: ArgumentHelp("Rank within the rows that agree in this column.", valueName: "column"))
  var groupBy: String?

  @Option(help: ArgumentHelp("The column that names the methods.", valueName: "column"))
  var methodColumn = "method"

  @Option(
    help: ArgumentHelp(
      "The column that names the models (default: 'model' where the table has it).", valueName: "column"))
  var modelColumn: String?

  @Option(
    help: ArgumentHelp("More is better in this column, whatever its name says. Repeatable.", valueName: "column"))
  var higher: [String] = []

  @Option(
    help: ArgumentHelp("Less is better in this column, whatever its name says. Repeatable.", valueName: "column"))
  var lower: [String] = []

  @Flag(help: "Add the published normalisation and efficiency score.")
  var score = false

  @Option(help: ArgumentHelp("Add the Pareto frontier over these columns, parted by commas.", valueName: "a,b"))
  var frontier: String?

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func validate() throws {
    if format == .csv, score || frontier != nil {
      throw ValidationError("--format csv holds values and ranks alone: take json for --score and --frontier")
    }
  }

  func run() async throws {
    let layout = TableLayout(
      groupColumn: groupBy, methodColumn: methodColumn, modelColumn: modelColumn, higher: higher, lower: lower)
    let table = try RankingTable(csv: TableFile(path: table).bytes(), layout: layout)
    let chosen = try frontier.map { try table.frontierColumns($0.split(separator: ",").map(String.init)) }
    if let chosen, chosen.isEmpty { throw ValidationError("--frontier names no column") }

    let rendering = RankRendering(table: table, groups: table.ranked(), withScore: score, frontierColumns: chosen)
    for note in rendering.notes {
      FileHandle.standardError.write(Data("note: \(note)\n".utf8))
    }
    switch format {
    case .table: print(rendering.text())
    case .json: print(try rendering.json())
    case .csv: print(rendering.csv(), terminator: "")
    }
  }
}

/// A table as the user names it.
struct TableFile {
  /// A file that is missing or no file is a wrong command line; one that cannot be read is not.
  enum Failure: Error, CustomStringConvertible {
    case notFound(path: String)
    case isFolder(path: String)
    case unreadable(path: String, reason: String)

    var description: String {
      switch self {
      case .notFound(let path): "there is no file '\(path)'"
      case .isFolder(let path): "'\(path)' is a folder: name a CSV file"
      case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)"
      }
    }

    var isUsage: Bool { if case .unreadable = self { false } else { true } }
  }

  let path: String

  /// - Throws: ``Failure``.
  func bytes() throws -> Data {
    if path == "-" { return try FileHandle.standardInput.readToEnd() ?? Data() }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure.notFound(path: path)
    }
    if isFolder.boolValue { throw Failure.isFolder(path: path) }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw Failure.unreadable(path: path, reason: error.localizedDescription)
    }
  }
}
