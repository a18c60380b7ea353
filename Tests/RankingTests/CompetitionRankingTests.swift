import Foundation
import Measures
import Testing

@testable import Ranking

@Suite struct CompetitionRankingTests {
  private struct Oracle: Decodable {
    let values: [Double]
    let lower: [Int]
    let higher: [Int]
  }

  @Test func agreesWithScipy() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/ranks", withExtension: "json"))
    for row in try JSONDecoder().decode([Oracle].self, from: Data(contentsOf: url)) {
      #expect(CompetitionRanking.ranks(row.values, .lowerIsBetter) == row.lower)
      #expect(CompetitionRanking.ranks(row.values, .higherIsBetter) == row.higher)
    }
  }

  @Test func equalsShareTheBetterRank() {
    #expect(CompetitionRanking.ranks([2, 1, 1, 3], .lowerIsBetter) == [3, 1, 1, 4])
    #expect(CompetitionRanking.ranks([0.0, -0.0], .lowerIsBetter) == [1, 1])
  }

  @Test func absentIsNotRankedAndNotCounted() {
    #expect(CompetitionRanking.ranks([nil, 5, nil, 4], .lowerIsBetter) == [nil, 2, nil, 1])
    #expect(CompetitionRanking.ranks([nil, nil], .higherIsBetter) == [nil, nil])
    #expect(CompetitionRanking.ranks([], .higherIsBetter) == [])
  }
}

@Suite struct DecimalMeanTests {
  @Test func decimalTiesStayTies() {
    #expect(DecimalMean.of([0.1, 0.2]) == DecimalMean.of([0.15, 0.15]))
    #expect(DecimalMean.of([8.1, 8.3]) == 8.2)
    #expect(DecimalMean.of([0.3, 0.2, 0.1]) == DecimalMean.of([0.1, 0.2, 0.3]))
    #expect(DecimalMean.of([1.1, 2.2, 3.3]) == 2.2)
  }

  @Test func ordinaryMeans() {
    #expect(DecimalMean.of([]) == nil)
    #expect(DecimalMean.of([7.25]) == 7.25)
    #expect(DecimalMean.of([1, 2]) == 1.5)
    #expect(DecimalMean.of([-3, 3, 0]) == 0)
    #expect(abs(DecimalMean.of([1, 1, 2])! - 4.0 / 3) < 1e-15)
  }

  @Test func numbersBeyondDecimalsAreSummedInBinary() {
    #expect(DecimalMean.of([1e300, 1e300]) == 1e300)
    #expect(DecimalMean.of([1e308, 1.5e308])?.isFinite == true)
    #expect(DecimalMean.of([1e-300, 3e-300]).map { abs($0 / 2e-300 - 1) < 1e-12 } == true)
  }
}
