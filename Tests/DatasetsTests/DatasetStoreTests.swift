import Foundation
import Testing

@testable import Datasets

@Suite struct DatasetStoreTests {
  private struct Version: Decodable {
    let file: String
    let canonical: [String]
    let version: String
  }

  private let scratch: Scratch
  private var store: DatasetStore { scratch.store }

  init() throws { scratch = try Scratch() }

  private func add(_ lines: [String], _ mode: DatasetVersion.Mode = .replace, to name: String = "a") throws
    -> DatasetAddition
  {
    try store.add(try read(lines.joined(separator: "\n")), to: name, mode: mode)
  }

  private func line(_ input: String, id: String? = nil) -> String {
    "{\"input\":\"\(input)\"" + (id.map { ",\"id\":\"\($0)\"" } ?? "") + "}"
  }

  private func inputs(_ reference: String) throws -> [String] {
    try store.load(try DatasetReference(reference)).rows.map(\.input.question)
  }

  @Test func aVersionHasTheOraclesHash() throws {
    let oracle: Version = try fixture("version")
    let date = Date(timeIntervalSince1970: 1_754_700_000.75)
    let imported = try read(oracle.file)
    let addition = try store.add(imported, to: "support", at: date)
    let version = addition.version
    #expect(addition.isNew && addition.addedRows == 3 && addition.removedRows == 0)
    #expect(version.hash.description == oracle.version)
    #expect(version.number == 1 && version.parent == nil && version.rowCount == 3)
    #expect(version.added == Date(timeIntervalSince1970: 1_754_700_000))
    #expect(version.pinned == "support@sha256:\(oracle.version)")
    let dataset = try store.load(try DatasetReference(version.pinned))
    #expect(dataset.version == version)
    #expect(dataset.rows == imported.rows)
    #expect(dataset.rows.map { Array(text($0).utf8) } == oracle.canonical.map { Array($0.utf8) })
    #expect(dataset.reference == version.pinned)
    #expect(version.source == imported.source)
    #expect(version.mapping == imported.mapping)
  }

  @Test func rowsReplaceOrAreAppended() throws {
    _ = try add([line("1"), line("2")])
    let appended = try add([line("2"), line("3")], .append)
    #expect(appended.isNew && appended.addedRows == 1 && appended.removedRows == 0)
    let replaced = try add([line("3"), line("4")])
    #expect(replaced.addedRows == 1 && replaced.removedRows == 2)
    #expect(replaced.version.parent?.number == 2)
    #expect(try inputs("a@1") == ["1", "2"])
    #expect(try inputs("a@2") == ["1", "2", "3"])
    #expect(try inputs("a") == ["3", "4"])
    #expect(try store.versions(of: "a").map(\.mode) == [.replace, .append, .replace])
    // Each row lies in one file.
    let packs = scratch.url.appendingPathComponent("datasets/a/packs")
    let stored = try FileManager.default.contentsOfDirectory(atPath: packs.path).flatMap {
      try String(contentsOf: packs.appendingPathComponent($0), encoding: .utf8).split(separator: "\n").map(String.init)
    }
    #expect(stored.sorted() == ["1", "2", "3", "4"].map { line($0) })
  }

  @Test func theSameRowsMakeNoVersion() throws {
    let first = try add([line("1"), line("2")])
    for mode in [DatasetVersion.Mode.replace, .append] {
      let again = try add([line("1"), line("2")], mode)
      #expect(!again.isNew && again.version == first.version)
    }
    #expect(try !add([line("2")], .append).isNew)
    // Another order is another version, and the old order again is a third with the first's hash.
    #expect(try add([line("2"), line("1")]).version.number == 2)
    let back = try add([line("1"), line("2")])
    #expect(back.version.number == 3 && back.version.hash == first.version.hash)
    #expect(try store.resolve(try DatasetReference("a@sha256:\(first.version.hash)")).number == 3)
  }

  @Test func versionsAreNamedByNumberAndPrefix() throws {
    let one = try add([line("1")]).version
    let two = try add([line("2")]).version
    func resolved(_ text: String) throws -> Int { try store.resolve(try DatasetReference(text)).number }
    #expect(try resolved("a") == 2)
    #expect(try resolved("a@1") == 1)
    #expect(try resolved("a@sha256:\(one.hash.description.prefix(8))") == 1)
    #expect(try resolved("a@sha256:\(two.hash.description.prefix(8).uppercased())") == 2)
    #expect(throws: DatasetError.noSuchVersion(name: "a", version: "3", latest: 2)) { try resolved("a@3") }
    #expect(throws: DatasetError.self) { try resolved("a@sha256:" + String(repeating: "0", count: 64)) }
    #expect(throws: DatasetError.noSuchDataset("b", known: ["a"])) { try resolved("b") }
  }

  @Test func prefixesThatSeveralVersionsShareAreRefused() throws {
    // Of so many hashes some share four digits: 65,536 prefixes against two hundred rows make it likely, so look for one.
    var byPrefix: [String: [String]] = [:]
    for index in 0..<2_000 {
      let row = DatasetRow(input: .text("\(index)"))
      byPrefix[String(ContentHash(ofList: [row.hash]).description.prefix(4)), default: []].append("\(index)")
    }
    let pair = try #require(byPrefix.filter { $0.value.count > 1 }.min { $0.key < $1.key })
    for input in pair.value { _ = try add([line(input)]) }
    let reference = try DatasetReference("a@sha256:\(pair.key)")
    #expect { try store.resolve(reference) } throws: {
      if case .ambiguousVersion("a", pair.key, let matches)? = $0 as? DatasetError {
        matches.count == pair.value.count
      } else {
        false
      }
    }
  }

  @Test(arguments: [
    "", "@1", "a@", "a@0", "a@-1", "a@x", "a@1@2", "a@sha256:", "a@sha256:abc", "a@sha256:ghij", "../a", "a/b", ".a",
    "a@99999999999999999999", "ä", "a b", "a@sha256:" + String(repeating: "a", count: 65), "-a",
  ])
  func whatNamesNothingIsRefused(_ text: String) {
    #expect(throws: DatasetError.badReference(text)) { try DatasetReference(text) }
  }

  @Test func referencesAreWrittenAsTheyAreRead() throws {
    for text in ["a", "a-b_c.9@12", "A@sha256:abcd"] { #expect(try DatasetReference(text).description == text) }
    #expect(throws: DatasetError.badName("../x")) { try store.add(try read(line("1")), to: "../x") }
    #expect(!FileManager.default.fileExists(atPath: store.folder.path))
  }

  @Test func appendedRowsChangeNone() throws {
    _ = try add([line("1", id: "q1"), line("2", id: "q2")])
    #expect(
      throws: DatasetError.invalid(
        file: "test.jsonl",
        problems: [
          DatasetProblem(
            row: 2, column: "id",
            reason: "a@1 has q2 with other content: without --append the file's rows take the place of all")
        ], more: 0)
    ) { try add([line("3", id: "q3"), line("other", id: "q2")], .append) }
    #expect(try store.versions(of: "a").count == 1)
    #expect(try add([line("2", id: "q2"), line("3", id: "q3")], .append).addedRows == 1)
  }

  @Test func datasetsAreListed() throws {
    #expect(store.names() == [])
    _ = try add([line("1")], to: "b")
    _ = try add([line("1")], to: "a")
    // A folder without a version is none: its first addition was stopped.
    try FileManager.default.createDirectory(
      at: store.folder.appendingPathComponent("c/versions"), withIntermediateDirectories: true)
    #expect(store.names() == ["a", "b"])
    #expect(throws: DatasetError.noSuchDataset("c", known: ["a", "b"])) { try store.versions(of: "c") }
  }

  @Test func whoAddsAtTheSameTimeWaits() throws {
    let store = store
    let count = 12
    DispatchQueue.concurrentPerform(iterations: count) { index in
      // Each its own store, as each process has.
      let other = DatasetStore(folder: store.folder)
      _ = try? other.add(try read("{\"input\":\"\(index)\"}"), to: "a", mode: .append)
    }
    let versions = try store.versions(of: "a")
    #expect(versions.map(\.number) == Array(1...count))
    #expect(Set(try inputs("a")) == Set((0..<count).map { "\($0)" }))
    for version in versions { #expect(try store.load(version).rows.count == version.number) }
  }

  @Test func anAdditionThatWasKilledLeavesNothing() throws {
    _ = try add([line("1")])
    let home = store.folder.appendingPathComponent("a")
    // Rows and list were written, the manifest was not.
    try Data("half".utf8).write(to: home.appendingPathComponent("packs/.unfinished-x"))
    try Data("half".utf8).write(to: home.appendingPathComponent("versions/.unfinished-y"))
    try Data("half".utf8).write(to: home.appendingPathComponent("versions/2.rows"))
    #expect(try inputs("a") == ["1"])
    #expect(try add([line("2")]).version.number == 2)
    #expect(try inputs("a") == ["2"])
    let left = try FileManager.default.subpathsOfDirectory(atPath: home.path).filter { $0.contains("unfinished") }
    #expect(left == [])
  }
}
