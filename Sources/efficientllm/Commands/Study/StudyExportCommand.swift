import ArgumentParser
import Foundation
import Records

/// Writes a study's raw rows for other programs.
struct StudyExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a study's raw rows for other programs.",
    discussion: """
      CSV has one row for each trial and measure, or the rows of another table (--table). JSON has the study, its \
      trials and its measures, or with --table the tables named. What is absent is blank, with the reason beside it.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }

  @Argument(help: "NAME, or NAME@ and the beginning of the digest.")
  var study: StudyName

  @Option(help: "csv or json.")
  var format: Format = .csv

  @Option(
    help: "Which rows: measures, trials, steps, samples, energy, documents. JSON takes several.",
    transform: StudyExportCommand.table)
  var table: [RecordTable] = []

  private static func table(_ argument: String) throws -> RecordTable {
    guard let table = RecordTable(rawValue: argument) else {
      let known = RecordTable.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no table \"\(argument)\"; there are: \(known)")
    }
    return table
  }

  func validate() throws {
    if format == .csv, table.count > 1 { throw ValidationError("a CSV file holds one table: give --table once") }
  }

  func run() async throws {
    let store = try RecordStore(existingAt: Home().records.path)
    let record = try store.study(named: study.name, digestPrefix: study.digest)
    switch format {
    case .csv: print(try store.rows(of: table.first ?? .measures, study: record.id ?? 0).csv, terminator: "")
    case .json:
      print(try StudyJSON.text(try store.export(record, tables: table.isEmpty ? [.trials, .measures] : table)))
    }
  }
}
