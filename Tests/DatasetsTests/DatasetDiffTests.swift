import Testing

@testable import Datasets

@Suite struct DatasetDiffTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func dataset(_ lines: String...) throws -> Dataset {
    let version = try scratch.store.add(try read(lines.joined(separator: "\n")), to: "a").version
    return try scratch.store.load(version)
  }

  @Test func rowsAreMatchedByIDsElseByContent() throws {
    let before = try dataset(
      #"{"id":"1","input":"same"}"#, #"{"id":"2","input":"old","expected":"x","metadata":{"n":1,"m":2}}"#,
      #"{"input":"goes"}"#, #"{"input":"stays"}"#)
    let after = try dataset(
      #"{"id":"1","input":"same"}"#,
      #"{"id":"2","messages":[{"role":"user","content":"new"}],"expected":"x","metadata":{"n":3}}"#,
      #"{"input":"stays"}"#, #"{"id":"3","input":"comes"}"#)
    let diff = DatasetDiff(from: before, to: after)
    #expect(diff.added.map(\.identity) == ["3"])
    #expect(diff.removed.map(\.input.question) == ["goes"])
    #expect(diff.changed.map(\.after.id) == ["2"])
    #expect(diff.changed.first?.parts == ["input", "messages", "metadata.m", "metadata.n"])
    #expect(diff.unchanged == 2)
    #expect(!diff.isReordered && !diff.isEmpty)
  }

  @Test func orderIsADifferenceToo() throws {
    let before = try dataset(#"{"input":"1"}"#, #"{"input":"2"}"#)
    let after = try dataset(#"{"input":"2"}"#, #"{"input":"1"}"#)
    let diff = DatasetDiff(from: before, to: after)
    #expect(diff.unchanged == 2 && diff.isReordered && !diff.isEmpty)
    #expect(DatasetDiff(from: before, to: before).isEmpty)
  }

  @Test func identitiesHoldAcrossVersions() throws {
    let before = try dataset(#"{"input":"1"}"#, #"{"id":"q","input":"2"}"#)
    let after = try dataset(#"{"id":"q","input":"3"}"#, #"{ "question" : "1" }"#)
    #expect(before.rows[0].identity == after.rows[1].identity)
    #expect(before.rows[0].identity == "sha256:\(before.rows[0].hash)")
    #expect(before.rows[1].identity == "q" && after.rows[0].identity == "q")
  }

  @Test func aSelectionSaysWhatChoseIt() throws {
    let dataset = try dataset(
      #"{"id":"1","input":"a","metadata":{"n":1}}"#, #"{"id":"2","input":"b","metadata":{"n":2}}"#,
      #"{"id":"3","input":"c","metadata":{"n":3}}"#)
    let selection = try RowSelection(
      dataset, cohort: try Cohort("n > 1"), sample: try RowSample(count: 1, seed: 7, stratum: "n"))
    #expect(selection.cohortSize == 2 && selection.rows.count == 1)
    let object = try #require(selection.json.object)
    #expect(object["dataset"]?.string == dataset.reference)
    #expect(object["where"]?.string == "n > 1")
    #expect(object["sample"]?.object?["seed"]?.string == "7")
    #expect(object["hash"]?.string == ContentHash(ofList: selection.rows.map(\.hash)).description)
    let all = try RowSelection(dataset)
    #expect(all.rows == dataset.rows)
    #expect(all.json.object?["hash"]?.string == dataset.version.hash.description)
  }
}
