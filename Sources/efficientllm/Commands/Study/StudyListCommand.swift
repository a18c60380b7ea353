import ArgumentParser
import Foundation
import Records
import Studies

/// Lists the studies in the records.
struct StudyListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the studies in the records.")

  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  private struct Entry: Encodable {
    var name: String
    var digest: String
    var question: String
    var created: String
    var finished: Int
    var failed: Int
    var missing: Int?
  }

  func run() async throws {
    let home = Home()
    guard FileManager.default.fileExists(atPath: home.records.path) else {
      if format == .json { print("[]") }
      FileHandle.standardError.write(Data((RecordError.noRecords(path: home.records.path).description + "\n").utf8))
      return
    }
    let store = try RecordStore(existingAt: home.records.path)
    let entries = try store.studies().map { study in
      let summary = StudySummary(study: study, trials: try store.trials(of: study.id ?? 0, evidence: false))
      return Entry(
        name: study.name, digest: String(study.digest.prefix(12)), question: study.question,
        created: study.createdAt.formatted(.iso8601),
        finished: summary.methods.reduce(0) { $0 + $1.finished }, failed: summary.failures.count,
        missing: summary.missing)
    }
    switch format {
    case .json: print(try StudyJSON.text(entries))
    case .table:
      var table = TextTable([
        .left("study"), .left("digest"), .left("created"), .right("finished"), .right("failed"), .right("missing"),
        .left("question"),
      ])
      for entry in entries {
        table.append([
          entry.name, entry.digest, entry.created, "\(entry.finished)", "\(entry.failed)",
          entry.missing.map(String.init) ?? "", entry.question,
        ])
      }
      print(table.render())
    }
  }
}

/// JSON as all study commands write it.
enum StudyJSON {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
