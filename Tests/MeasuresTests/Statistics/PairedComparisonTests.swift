import Foundation
import Measures
import Testing

@Suite struct PairedComparisonTests {
  private func pairs(_ first: [Double], _ second: [Double]) -> [(first: Double, second: Double)] {
    zip(first, second).map { (first: $0, second: $1) }
  }

  @Test func agreesWithScipy() throws {
    for row in try DecisionsOracle.load().comparisons {
      let found = try #require(PairedComparison(pairs(row.first, row.second), resamples: 200, seed: 1))
      #expect(isClose(found.difference, row.difference))
      #expect(isClose(found.signTest.pValue, row.signP))
      #expect(found.permutationTest.isExact && isClose(found.permutationTest.pValue, row.permutationP), "\(row)")
      if row.effectSize < 1e6 { #expect(isClose(found.effectSize, row.effectSize)) }
    }
  }

  @Test func manyRowsAgreeWithScipyToTheNoiseOfTheDraws() throws {
    let row = try DecisionsOracle.load().largeComparison
    let found = try #require(PairedComparison(pairs(row.first, row.second), resamples: 10_000, flips: 10_000, seed: 1))
    let interval = try #require(found.interval)
    let width = row.bca[1] - row.bca[0]
    #expect(abs(interval.lower - row.bca[0]) < 0.05 * width && abs(interval.upper - row.bca[1]) < 0.05 * width)
    #expect(!found.permutationTest.isExact)
    // Five standard errors of a share of 10 000 draws and of scipy's 100 000.
    let noise = 5 * (row.permutationP * (1 - row.permutationP) * (1 / 10_000.0 + 1 / 100_000.0)).squareRoot()
    #expect(abs(found.permutationTest.pValue - row.permutationP) < noise + 1e-4)
  }

  @Test func flipsThatAreDrawnAgreeWithThoseThatAreCounted() {
    // 16 moving rows are counted; a 17th of nearly no size is drawn, and cannot matter.
    var generator = SeededGenerator(seed: 5)
    let moving = (0..<16).map { _ in generator.unit() - 0.35 }
    let counted = PairedComparison.PermutationTest(moving, seed: 1)
    let drawn = PairedComparison.PermutationTest(moving + [1e-9], draws: 5000, seed: 1)
    #expect(counted.isExact && !drawn.isExact)
    #expect(abs(counted.pValue - drawn.pValue) < 0.03, "\(counted) \(drawn)")
  }

  @Test func rowsOfAClusterAreNoIndependentEvidence() throws {
    // Ten clusters of twenty equal rows each: as much as ten rows say, not two hundred.
    let byCluster = [0.3, -0.1, 0.2, 0.1, -0.2, 0.4, 0.0, 0.1, 0.2, -0.1]
    let rows = byCluster.flatMap { Array(repeating: $0, count: 20) }
    let clusters = byCluster.indices.flatMap { Array(repeating: "c\($0)", count: 20) }
    let zeros = rows.map { _ in 0.0 }
    let whole = try #require(PairedComparison(pairs(rows, zeros), clusters: clusters, seed: 3))
    let ten = try #require(PairedComparison(pairs(byCluster, byCluster.map { _ in 0 }), seed: 3))
    let naive = try #require(PairedComparison(pairs(rows, zeros), seed: 3))
    #expect(whole.clusters == 10 && naive.clusters == nil)
    #expect(isClose(whole.interval?.lower, ten.interval!.lower) && isClose(whole.interval?.upper, ten.interval!.upper))
    #expect(isClose(whole.permutationTest.pValue, ten.permutationTest.pValue))
    #expect(whole.signTest.above == 6)
    let (wide, narrow) = (whole.interval!, naive.interval!)
    #expect(wide.upper - wide.lower > 3 * (narrow.upper - narrow.lower))
  }

  @Test func edges() throws {
    #expect(PairedComparison([], seed: 1) == nil)
    let one = try #require(PairedComparison([(first: 1, second: 0)], seed: 1))
    #expect(one.difference == 1 && one.interval == nil && one.effectSize == nil && one.permutationTest.pValue == 1)
    let equal = try #require(PairedComparison(pairs([1, 2, 3], [1, 2, 3]), seed: 1))
    #expect(equal.signTest.pValue == 1 && equal.signTest.equal == 3 && equal.permutationTest.pValue == 1)
    #expect(equal.effectSize == nil && equal.interval == Interval(lower: 0, upper: 0))
  }

  @Test func theSeedDecidesAndThePercentileMethodIsAnother() {
    let rows = (0..<40).map { (first: sqrt(Double($0)), second: 3.0) }
    func found(_ seed: UInt64, _ method: PairedComparison.Method) -> PairedComparison {
      PairedComparison(rows, method: method, resamples: 300, flips: 10, seed: seed)!
    }
    #expect(found(1, .percentile) == found(1, .percentile))
    #expect(found(1, .percentile) != found(2, .percentile))
    #expect(found(1, .percentile).interval != found(1, .biasCorrected).interval)
  }

  /// 500 samples of 40 skewed differences. Under a coverage of 0.95 the count of intervals that hold the mean lies between 460
  /// and 490 with a probability of 0.998 (binomial); the bootstrap is known to be a little short for samples this small and
  /// skewed, so that the lower bound is that of 0.92.
  @Test func intervalsHoldTheDifference() {
    var generator = SeededGenerator(seed: 17)
    var hits = 0
    for round in 0..<500 {
      let rows = (0..<40).map { _ in (first: -log(1 - generator.unit()), second: generator.unit()) }
      let interval = PairedComparison(rows, resamples: 250, flips: 1, seed: UInt64(round))!.interval!
      if interval.lower <= 0.5, 0.5 <= interval.upper { hits += 1 }
    }
    #expect((441...490).contains(hits), "\(hits) of 500")
  }

  /// With no difference, a test at 0.05 finds one in 0.05 of the samples: of 1000, between 29 and 71 with a probability of
  /// 0.998 (binomial).
  @Test func permutationTestsKeepTheirLevel() {
    var generator = SeededGenerator(seed: 23)
    let findings = (0..<1000).count { _ in
      let differences = (0..<9).map { _ in generator.unit() - generator.unit() }
      return PairedComparison.PermutationTest(differences, seed: 1).pValue <= 0.05
    }
    #expect((29...71).contains(findings), "\(findings) of 1000")
  }
}
