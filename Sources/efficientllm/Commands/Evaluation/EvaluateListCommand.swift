import ArgumentParser
import Foundation
import Records

/// Lists the runs of evaluations in the records.
struct EvaluateListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the runs of evaluations.")

  @Option(help: "How to print: table or json.")
  var format: PeopleOrProgram = .table

  private struct Entry: Encodable {
    var name: String
    var label: String
    var dataset: String
    var selection: String
    var created: String
    var finished: String?
    var candidates: [String]
    var observations: Int
  }

  func run() async throws {
    let home = Home()
    guard FileManager.default.fileExists(atPath: home.records.path) else {
      if format == .json { print("[]") }
      FileHandle.standardError.write(Data((RecordError.noRecords(path: home.records.path).description + "\n").utf8))
      return
    }
    let store = try RecordStore(existingAt: home.records.path)
    let entries = try store.evaluations().map { evaluation in
      Entry(
        name: evaluation.name, label: evaluation.label, dataset: evaluation.dataset, selection: evaluation.selection,
        created: evaluation.createdAt.formatted(.iso8601), finished: evaluation.finishedAt?.formatted(.iso8601),
        candidates: try store.candidates(ofEvaluation: evaluation.id ?? 0).map(\.name),
        observations: try store.observations(ofEvaluation: evaluation.id ?? 0).count)
    }
    switch format {
    case .json: try printPrettyJSON(entries)
    case .table:
      var table = TextTable([
        .left("evaluation"), .left("created"), .left("finished"), .right("candidates"), .right("observations"),
        .left("rows"), .left("dataset"),
      ])
      for entry in entries {
        table.append([
          "\(entry.name)@\(entry.label)", entry.created, entry.finished ?? "", "\(entry.candidates.count)",
          "\(entry.observations)", entry.selection, String(entry.dataset.prefix(40)),
        ])
      }
      print(table.render())
    }
  }
}
