import Measures
import Ranking
import Testing

@Suite struct CandidateDifferenceTests {
  private typealias Fixture = CandidateFixture
  private let quality = CandidateMeasure.score(CandidateFixture.relevancy)

  private func table() throws -> CandidateTable {
    try Fixture.table([
      .init(name: "base", quality: 0.7, passRate: 0.6, cost: 0.002),
      .init(name: "same", quality: 0.7, passRate: 0.6, cost: 0.002),
      .init(name: "better", quality: 0.8, passRate: 0.95, cost: 0.001),
    ])
  }

  @Test func eachMeasureHasItsTest() throws {
    let measures: [CandidateMeasure] = [
      quality, .passRate, .costPerRequest, .costPerPassingRequest, .latency("latency", .quantile(0.9)),
    ]
    let found = try table().differences(of: measures, from: "base", options: options())
    #expect(found.count == 10 && found.prefix(5).map(\.measure) == measures)
    #expect(found.prefix(5).map(\.test) == [.permutation, .mcNemar, .permutation, .bootstrap, .bootstrap])
    for difference in found {
      let quantity = try #require(difference.difference.quantity)
      let (value, base) = (difference.value.quantity!.value, difference.referenceValue.quantity!.value)
      #expect(abs(quantity.value - (value - base)) < 1e-12 && quantity.interval != nil)
      #expect(difference.reference == "base" && difference.adjustedPValue! >= difference.pValue!)
    }
    // All four are better; the latency is the same.
    #expect(found.suffix(5).map { $0.isSignificant() } == [true, true, true, true, false])
    #expect(found.suffix(5).prefix(4).allSatisfy { $0.worsening! < 0 && $0.rowsToSeparate! < 200 })
    #expect(found.prefix(5).allSatisfy { !$0.isSignificant() })
    #expect(found[5].effectSize! > 0.8 && found[6].effectSize == nil && found[6].outcomes?.rows == 200)
  }

  @Test func theyAreThoseOfThePairedStatistics() throws {
    let first = (0..<14).map { Double($0 % 5) / 5 }
    let second = (0..<14).map { Double($0 % 3) / 3 }
    let table = try Fixture.table([
      "a": first.map { Fixture.answered(score: $0, passed: $0 > 0.3) },
      "b": second.map { Fixture.answered(score: $0, passed: $0 > 0.3) },
    ])
    let found = try table.differences(of: [quality, .passRate], from: "b", correction: .none, options: options())
    let pairs = zip(first, second).map { (first: $0, second: $1) }
    let comparison = try #require(PairedComparison(pairs, resamples: 300, seed: 1))
    #expect(
      found[0].pValue == comparison.permutationTest.pValue
        && found[0].difference.quantity?.interval == comparison.interval)
    let outcomes = PairedOutcomes(pairs.map { (first: $0.first > 0.3, second: $0.second > 0.3) })
    #expect(found[1].outcomes == outcomes && found[1].pValue == outcomes.exactPValue)
    #expect(found[1].difference.quantity?.interval == outcomes.differenceInterval())
  }

  @Test func onlyRowsThatBothHaveAreCompared() throws {
    let table = try Fixture.table([
      "a": [0.1, nil, 0.5, 0.9].map { Fixture.answered(score: $0) },
      "b": [0.2, 0.7, nil, 0.9].map { Fixture.answered(score: $0) },
    ])
    let found = try table.differences(of: [quality, .costPerRequest, .score("Nothing")], from: "b", options: options())
    #expect(found[0].difference.quantity?.count == 2 && abs(found[0].difference.quantity!.value + 0.05) < 1e-12)
    #expect(found[2].difference.quantity == nil && found[2].pValue == nil && found[2].adjustedPValue == nil)
  }

  @Test func clusteredRatesAreNotMcNemars() throws {
    let clusters = (0..<200).map { "c\($0 / 10)" }
    let table = try Fixture.table(
      [.init(name: "a", passRate: 0.5), .init(name: "b", passRate: 0.9)], clusters: clusters)
    let found = try table.differences(of: [.passRate], from: "a", options: options())
    #expect(found[0].test == .permutation && found[0].outcomes != nil && found[0].rowsToSeparate != nil)
  }

  @Test func anUnknownReferenceIsAnError() throws {
    let table = try table()
    #expect(throws: DecisionError.nothingShared(what: "candidate 'nobody'")) {
      try table.differences(of: [quality], from: "nobody")
    }
  }
}
