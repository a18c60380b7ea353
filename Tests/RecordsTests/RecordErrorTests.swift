import Foundation
import GRDB
import Measures
import Testing

@testable import Records

/// GRDB has one of the same name.
private typealias RecordError = Records.RecordError

@Suite struct RecordErrorTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aMissingFileIsNamed() {
    let path = folder.file("none.sqlite")
    #expect(throws: RecordError.noRecords(path: path)) { try RecordStore(existingAt: path) }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aFileThatIsNoDatabaseStaysByteForByteAsItIs() throws {
    let path = folder.file("records.sqlite")
    let bytes = Data("these are the notes of last summer, and no records at all".utf8)
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect {
      try RecordStore(creatingAt: path)
    } throws: { error in
      guard case RecordError.damaged(let named, _) = error else { return false }
      return named == path && "\(error)".contains("Move it aside")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
  }

  @Test func aDamagedDatabaseIsToldAndKept() throws {
    let path = folder.file("records.sqlite")
    var size = 0
    do {
      let store = try RecordStore(creatingAt: path)
      let study = try store.saveStudy(Samples.study())
      for seed in 0..<50 { _ = try store.startTrial(Samples.trial(study.id ?? 0, seed: seed)) }
      _ = try store.pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      try store.pool.close()
    }
    let url = URL(fileURLWithPath: path)
    var bytes = try Data(contentsOf: url)
    size = bytes.count
    // The header stays, everything behind the first page's start is overwritten.
    for index in 100..<bytes.count { bytes[index] = 0xA5 }
    try bytes.write(to: url)
    #expect {
      let store = try RecordStore(existingAt: path)
      _ = try store.studies()
    } throws: { error in
      if case RecordError.damaged = error { true } else { false }
    }
    #expect(try Data(contentsOf: url).count == size)
  }

  @Test func recordsOfANewerVersionAreRefused() throws {
    let path = folder.file("records.sqlite")
    let store = try RecordStore(creatingAt: path)
    try store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 something new')") }
    try store.pool.close()
    #expect(throws: RecordError.newerSchema(path: path)) { try RecordStore(existingAt: path) }
  }

  @Test func aFullDiskLeavesNothingHalfWritten() throws {
    let (store, study) = try Samples.store(folder)
    let trial = try store.startTrial(Samples.trial(study))
    let id = try #require(trial.id)
    try store.pool.writeWithoutTransaction { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages + 4)")
    }
    let samples = (0..<100_000).map { ResourceSample(nanoseconds: UInt64($0), residentBytes: 1 << 40) }
    #expect {
      try store.finishTrial(
        id, at: Samples.start, manifest: Manifest(), evidence: TrialEvidence(resources: samples),
        measures: Samples.measures)
    } throws: { error in
      guard case RecordError.noSpace(let path, _) = error else { return false }
      return path == store.path && "\(error)".contains("Make room")
    }
    let after = try #require(try store.trials(of: study).first)
    #expect(after.status == .running)
    #expect(after.measures.isEmpty)
    #expect(try store.rows(of: .samples, study: study).rows.isEmpty)
  }

  @Test func aFolderThatMayNotBeWrittenIsNamed() throws {
    // A file stands where a folder would have to be, which no user may write through, root included.
    let blocker = folder.file("blocker")
    try Data().write(to: URL(fileURLWithPath: blocker))
    #expect {
      try RecordStore(creatingAt: blocker + "/records.sqlite")
    } throws: { error in
      guard case RecordError.notWritable(let path, _) = error else { return false }
      return path == blocker + "/records.sqlite"
    }
  }

  @Test(arguments: [
    RecordError.noRecords(path: "/p"), .notWritable(path: "/p", reason: "r"), .noSpace(path: "/p", reason: "r"),
    .damaged(path: "/p", reason: "r"), .newerSchema(path: "/p"), .busy(path: "/p"),
    .unreadable(path: "/p", what: "w"), .failed(path: "/p", reason: "r"),
  ])
  fileprivate func everyMessageNamesTheFile(_ error: RecordError) {
    #expect(error.description.contains("/p"))
  }
}
