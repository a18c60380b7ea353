import ArgumentParser
import Foundation
import Records
import Studies

/// Shows what a study found.
struct StudyShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what a study found.",
    discussion: "The newest plan under the name, unless NAME@DIGEST says which by the beginning of its digest.")

  @Argument(help: "NAME, or NAME@ and the beginning of the digest.")
  var study: StudyName

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  @Flag(help: "One row for each trial and measure, in place of means over seeds.")
  var raw = false

  func run() async throws {
    let store = try RecordStore(existingAt: Home().records.path)
    let record = try store.study(named: study.name, digestPrefix: study.digest)
    let id = record.id ?? 0
    if raw {
      let rows = try store.rows(of: .measures, study: id)
      switch format {
      case .json: print(try StudyJSON.text(rows.objects))
      case .csv: print(rows.csv, terminator: "")
      case .table: print(RawRowsRendering(rows: rows).text())
      }
      return
    }
    let rendering = SummaryRendering(study: record, trials: try store.trials(of: id, evidence: false))
    switch format {
    case .json: print(try rendering.json())
    case .csv: print(rendering.csv(), terminator: "")
    case .table: print(rendering.text())
    }
  }
}

/// `NAME` or `NAME@DIGEST-PREFIX` on the command line.
struct StudyName: ExpressibleByArgument {
  let name: String
  let digest: String?

  init?(argument: String) {
    let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, !first.isEmpty else { return nil }
    name = first
    digest = parts.count > 1 ? parts[1] : nil
  }
}
