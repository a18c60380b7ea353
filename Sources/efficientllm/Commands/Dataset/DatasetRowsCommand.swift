import ArgumentParser
import Datasets
import Foundation

/// Prints rows: all, a cohort, a sample.
struct DatasetRowsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rows", abstract: "Prints rows of a dataset: all, a cohort, or a sample.",
    discussion: """
      --where takes a condition on the metadata: names, numbers, \"text\", true and false, with == != < <= > >=, in [..], \
      exists, && || ! and parentheses. A row that lacks a name is in no comparison's cohort; exists asks for it.

      A sample depends on its seed and on the rows' content alone: it is the same in whatever order they stand.

      Examples:
        efficientllm dataset rows support --where 'country == "DE" && tokens < 500'
        efficientllm dataset rows support@2 --sample 100 --seed 1 --stratify-by country --format jsonl
      """)

  /// jsonl prints rows as they are stored, so that they can be added again.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, jsonl
  }

  @Argument(help: ArgumentHelp("NAME, NAME@3 or NAME@sha256:abcd.", valueName: "dataset"))
  var reference: String

  @Option(name: .customLong("where"), help: ArgumentHelp("Rows whose metadata meet this.", valueName: "condition"))
  var condition: String?

  @Option(help: ArgumentHelp("So many rows, drawn by the seed.", valueName: "rows"))
  var sample: Int?

  @Option(help: "The seed of the sample (default: 0).")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Share the sample among the values of this name as the rows are.", valueName: "name"))
  var stratifyBy: String?

  @Option(help: ArgumentHelp("Most rows that the table lists.", valueName: "rows"))
  var limit = 50

  @Option(help: "How to print: table, json or jsonl. The latter two list all rows.")
  var format: Format = .table

  func validate() throws {
    if sample == nil, seed != nil || stratifyBy != nil {
      throw ValidationError("--seed and --stratify-by need --sample")
    }
    if limit < 0 { throw ValidationError("--limit cannot be negative") }
  }

  func run() async throws {
    let cohort = try condition.map { try Cohort($0) }
    let drawn = try sample.map { try RowSample(count: $0, seed: seed ?? 0, stratum: stratifyBy) }
    let dataset = try DatasetCommand.store.load(try DatasetReference(reference))
    let selection = try RowSelection(dataset, cohort: cohort, sample: drawn)
    if let sample, selection.cohortSize < sample {
      let note = "note: there are only \(selection.cohortSize) rows to sample \(sample) from\n"
      FileHandle.standardError.write(Data(note.utf8))
    }
    switch format {
    case .json: print(selection.text)
    case .jsonl: for row in selection.rows { print(String(decoding: row.canonicalJSON, as: UTF8.self)) }
    case .table: print(DatasetRendering.rows(selection, limit: limit))
    }
  }
}
