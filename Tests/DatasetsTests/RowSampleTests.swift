import Testing

@testable import Datasets

@Suite struct RowSampleTests {
  private struct Version: Decodable {
    struct Sample: Decodable {
      let seed: String
      let order: [String]
    }
    let file: String
    let samples: [Sample]
  }

  private func rows(_ count: Int) throws -> [DatasetRow] {
    try read(
      (0..<count).map { index in
        let country = index % 10 < 7 ? #","country":"DE""# : index % 10 < 9 ? #","country":"FR""# : ""
        return #"{"input":"row \#(index)","metadata":{"n":\#(index)\#(country)}}"#
      }.joined(separator: "\n")
    ).rows
  }

  /// The order by hashlib.
  @Test func rowsAreTakenInTheOracleOrder() throws {
    let oracle: Version = try fixture("version")
    let rows = try read(oracle.file).rows
    for sample in oracle.samples {
      for count in 1...3 {
        let taken = try RowSample(count: count, seed: #require(UInt64(sample.seed))).select(rows)
        #expect(Set(taken.map(\.hash.description)) == Set(sample.order.prefix(count)))
      }
    }
  }

  @Test func theOrderOfRowsMakesNoDifference() throws {
    let rows = try rows(200)
    for stratum in [nil, "country"] {
      let sample = try RowSample(count: 30, seed: 4, stratum: stratum)
      let forward = try sample.select(rows)
      #expect(forward.count == 30)
      #expect(try sample.select(rows.reversed()) == forward.reversed())
      #expect(
        forward.map { $0.metadata["n"]?.description }
          == forward.map(\.metadata).sorted(by: before).map { $0["n"]?.description })
      #expect(try RowSample(count: 30, seed: 5, stratum: stratum).select(rows) != forward)
    }
  }

  private func before(_ left: [String: MetadataValue], _ right: [String: MetadataValue]) -> Bool {
    guard case .number(let left)? = left["n"], case .number(let right)? = right["n"] else { return false }
    return left < right
  }

  @Test func aLargerSampleHoldsTheSmaller() throws {
    let rows = try rows(100)
    let small = Set(try RowSample(count: 10, seed: 1).select(rows))
    #expect(small.isSubset(of: try RowSample(count: 40, seed: 1).select(rows)))
  }

  @Test func strataHaveTheirShare() throws {
    let rows = try rows(100)
    let sample = try RowSample(count: 20, seed: 9, stratum: "country").select(rows)
    #expect(sample.count { $0.metadata["country"] == .text("DE") } == 14)
    #expect(sample.count { $0.metadata["country"] == .text("FR") } == 4)
    #expect(sample.count { $0.metadata["country"] == nil } == 2)
    #expect(throws: DatasetError.badSample(reason: "no row has metadata contry to sample by: there is country, n")) {
      try RowSample(count: 1, seed: 0, stratum: "contry").select(rows)
    }
  }

  @Test func largestRemaindersAreFair() {
    // 5 of 10 among 5, 3 and 2: 2.5, 1.5 and 1; the one that is left goes to the larger stratum.
    let sizes: [MetadataValue?: Int] = [.text("a"): 5, .text("b"): 3, nil: 2]
    #expect(RowSample.shares(of: 5, among: sizes) == [.text("a"): 3, .text("b"): 1, nil: 1])
    // 1 of 9 among equals: the order of the values decides.
    let equal: [MetadataValue?: Int] = [.number(2): 3, .number(1): 3, .text("0"): 3]
    #expect(RowSample.shares(of: 1, among: equal) == [.number(1): 1, .number(2): 0, .text("0"): 0])
    for count in 0...10 { #expect(RowSample.shares(of: count, among: sizes).values.reduce(0, +) == count) }
  }

  @Test func aSampleOfAllIsAll() throws {
    let rows = try rows(5)
    #expect(try RowSample(count: 5, seed: 0).select(rows) == rows)
    #expect(try RowSample(count: .max, seed: 0, stratum: "n").select(rows) == rows)
    #expect(try RowSample(count: 3, seed: 0).select([]) == [])
    #expect(throws: DatasetError.self) { try RowSample(count: 0, seed: 0) }
  }
}
