import Foundation
import Measures
import Testing

@testable import Records

@Suite struct RecordExportTests {
  let folder: TemporaryFolder
  let store: RecordStore
  let study: Int64

  init() throws {
    folder = try TemporaryFolder()
    (store, study) = try Samples.store(folder)
    let finished = try store.startTrial(Samples.trial(study))
    try store.finishTrial(
      finished.id ?? 0, at: Samples.start + 1, manifest: Manifest(), evidence: Samples.evidence,
      measures: Samples.measures)
    let failed = try store.startTrial(Samples.trial(study, "MLA", seed: 1))
    try store.failTrial(
      failed.id ?? 0, at: Samples.start + 2,
      failure: TrialFailure(kind: "crashed", message: "line one\nline \"two\", end", step: 7))
  }

  @Test func measuresAreOneRowForEachTrialAndMeasure() throws {
    let rows = try store.rows(of: .measures, study: study).objects
    #expect(rows.count == 4)
    let latency = try #require(rows.first)
    #expect(latency["measure"] == .text("AL"))
    #expect(latency["unit"] == .text("s"))
    #expect(latency["definition"] == .text("published"))
    #expect(latency["direction"] == .text("lower"))
    #expect(latency["version"] == .integer(2))
    #expect(latency["value"] == .number(0.1 + 0.2))
    #expect(latency["lower"] == .number(0.25))
    #expect(latency["confidence"] == .number(0.9))
    #expect(latency["n"] == .integer(3))
    #expect(latency["is_estimate"] == .boolean(false))
    #expect(latency["absence"] == .blank)
    #expect(rows[1]["value"] == .blank)
    #expect(rows[1]["absence"] == .text("no counter,\nanywhere"))
    #expect(rows[2]["is_estimate"] == .boolean(true))
    #expect(rows[2]["is_reported"] == .boolean(true))
    #expect(rows[2]["direction"] == .blank)
    #expect(rows[3]["measure"] == .blank)
    #expect(rows[3]["failure_kind"] == .text("crashed"))
    #expect(rows[3]["failure_step"] == .integer(7))
  }

  @Test func csvReadsBackThroughAnotherReader() throws {
    let file = folder.file("rows.csv")
    try store.rows(of: .measures, study: study).csv.write(toFile: file, atomically: true, encoding: .utf8)
    let script = """
      import csv, json, sys
      print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='')))))
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, file]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let rows = try JSONDecoder().decode([[String: String]].self, from: data)
    #expect(rows.count == 4)
    #expect(rows[0]["value"].flatMap(Double.init) == 0.1 + 0.2)
    #expect(rows[1]["title"] == "average energy, in \"watts\"")
    #expect(rows[1]["value"] == "")
    #expect(rows[1]["absence"] == "no counter,\nanywhere")
    #expect(rows[3]["failure_message"] == "line one\nline \"two\", end")
  }

  @Test(arguments: [
    (RecordTable.trials, 2), (.steps, 3), (.samples, 2), (.energy, 2), (.documents, 2), (.measures, 4),
  ])
  func everyTableHasItsRows(_ table: RecordTable, _ count: Int) throws {
    let rows = try store.rows(of: table, study: study)
    #expect(rows.rows.count == count)
    #expect(rows.columns.prefix(7) == ["study", "digest", "cell", "method", "model", "seed", "attempt"])
    #expect(Set(rows.columns).count == rows.columns.count)
    #expect(rows.rows.allSatisfy { $0.count == rows.columns.count })
  }

  @Test func blankIsNotZero() throws {
    let samples = try store.rows(of: .samples, study: study).objects
    #expect(samples[0]["allocated_bytes"] == .blank)
    #expect(samples[1]["allocated_bytes"] == .integer(0))
    let steps = try store.rows(of: .steps, study: study).objects
    #expect(steps[1]["loss"] == .blank)
    #expect(steps[0]["is_warmup"] == .boolean(true))
  }

  @Test func jsonHoldsTheStudyAndTheTablesAskedFor() throws {
    let record = try store.study(named: "attention")
    let export = try store.export(record, tables: [.trials, .documents])
    let data = try JSONEncoder().encode(export)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let study = try #require(object["study"] as? [String: Any])
    #expect(study["digest"] as? String == "abc123")
    #expect(study["created_at"] as? String == "2023-11-14T22:13:20Z")
    let tables = try #require(object["tables"] as? [String: [[String: Any]]])
    #expect(tables.keys.sorted() == ["documents", "trials"])
    #expect(tables["documents"]?.count == 2)
    #expect(tables["trials"]?.first?["started_at"] as? String == "2023-11-14T22:13:20.250Z")
  }

  @Test func anEmptyStudyHasAHeaderAlone() throws {
    let other = try store.saveStudy(Samples.study("empty", digest: "e"))
    let rows = try store.rows(of: .measures, study: try #require(other.id))
    #expect(rows.rows.isEmpty)
    #expect(rows.csv.hasPrefix("study,digest,cell,method,"))
  }
}
