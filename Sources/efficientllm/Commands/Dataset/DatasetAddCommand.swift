import ArgumentParser
import Datasets
import Foundation

/// Checks a file and pins its rows as a version.
struct DatasetAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Checks a file and makes its rows a version of a dataset.",
    discussion: """
      A row has an input (text) or messages, and may have expected answers, context, metadata, a trajectory, people's \
      labels, the answer those are about (judged), and an id. Columns with usual names are found by themselves: input, \
      prompt, question, query; messages; expected, reference, ideal, answer, output; context; metadata and metadata.NAME; \
      trajectory; labels and labels.NAME; judged; id. Others are named with --map.

      The version holds the file's rows; with --append it holds those of the latest version and then the file's new ones. \
      A file whose rows are there already makes no version. When anything is wrong with the file, all of it is said and \
      nothing is added.

      Examples:
        efficientllm dataset add transactions.jsonl
        efficientllm dataset add faq.csv --name support --map input=Frage --map expected=Antwort --map metadata.zip:text=PLZ
      """)

  @Argument(help: ArgumentHelp("A JSONL, CSV or TSV file; - reads standard input.", valueName: "file"))
  var file: String

  @Option(help: "The dataset's name (default: the file's, without its ending).")
  var name: String?

  @Option(
    name: .customLong("map"),
    help: ArgumentHelp("Which column is which part of a row: input=question. Repeatable.", valueName: "part=column"))
  var mappings: [String] = []

  @Flag(help: "Columns that are nothing else become metadata of their names.")
  var restAsMetadata = false

  @Flag(help: "Add to the rows of the latest version instead of replacing them.")
  var append = false

  @Option(help: "What the file is: jsonl, csv or tsv (default: by its ending).")
  var from: DatasetForm?

  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  func validate() throws {
    if file == "-", name == nil || from == nil { throw ValidationError("standard input needs --name and --from") }
  }

  private struct Added: Encodable {
    var version: DatasetSummary
    var isNew: Bool
    var addedRows: Int
    var removedRows: Int
    var repeatedRows: Int
    var unusedColumns: [String]
  }

  func run() async throws {
    let mapping = try ColumnMapping(mappings, restIsMetadata: restAsMetadata)
    let name = name ?? URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    // A name that cannot be is said before a large file is read.
    try DatasetReference.check(name: name)
    let imported = try DatasetFile.read(file, form: from, mapping: mapping)
    let addition = try DatasetCommand.store.add(imported, to: name, mode: append ? .append : .replace)
    let version = addition.version
    if format == .json {
      return try printPrettyJSON(
        Added(
          version: DatasetSummary(version), isNew: addition.isNew, addedRows: addition.addedRows,
          removedRows: addition.removedRows, repeatedRows: imported.repeatedRows, unusedColumns: imported.unusedColumns)
      )
    }
    if imported.repeatedRows > 0 {
      let note = "note: \(imported.repeatedRows) row(s) that repeat another to the byte were left out\n"
      FileHandle.standardError.write(Data(note.utf8))
    }
    print(DatasetRendering.addition(addition, of: imported))
    print("pinned   \(version.pinned)")
  }
}
