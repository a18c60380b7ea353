import Foundation
import Measures
import Ranking
import Testing

@Suite struct StudyRankingTests {
  private func trials(_ values: [String: [Double]], _ measure: MeasureID = "Performance") -> [String:
    [Int: [MeasureID: Double]]]
  {
    values.mapValues { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($0.offset, [measure: $0.element]) }) }
  }

  private func only(_ rankings: [StudyRanking]) throws -> StudyRanking {
    try #require(rankings.count == 1)
    return rankings[0]
  }

  @Test func ranksMeansByDirection() throws {
    let ranking = try only(StudyRanking.rank(trials(["A": [3, 3.2, 3.1], "B": [2, 2.2, 2.1], "C": [2, 2.2, 2.1]])))
    #expect(ranking.standings.map(\.method) == ["B", "C", "A"])
    #expect(ranking.standings.map(\.rank) == [1, 1, 3])
    #expect(ranking.standings.map(\.repeats) == [3, 3, 3])
    #expect(abs(ranking.standings[0].mean - 2.1) < 1e-12)
    let higher = try only(StudyRanking.rank(trials(["A": [3, 3, 3], "B": [2, 2, 2]], "TT")))
    #expect(higher.standings.map(\.method) == ["A", "B"])
  }

  @Test func clearlyPartedRanksAlwaysHold() throws {
    let ranking = try only(StudyRanking.rank(trials(["A": [1, 1.1, 1.2], "B": [2, 2.1, 2.2], "C": [3, 3.1, 3.2]])))
    #expect(ranking.standings.map(\.stability) == [1, 1, 1])
    #expect(ranking.standings[1].rankShares == [2: 1])
  }

  @Test func pairingSeesADifferenceSmallerThanTheSpreadOverSeeds() throws {
    let ranking = try only(StudyRanking.rank(trials(["A": [10, 20, 30, 40], "B": [10.5, 20.4, 30.6, 40.5]])))
    let second = ranking.standings[1]
    #expect(second.method == "B" && second.stability == 1)
    let difference = try #require(second.difference)
    #expect(difference.reference == "A" && difference.pairs == 4)
    #expect(abs(difference.mean - 0.5) < 1e-12)
    #expect(difference.isDistinguishable == true)
    #expect(try #require(difference.bootstrap).lower >= 0.4 - 1e-9)
    #expect(ranking.standings[0].difference == nil)
  }

  @Test func whatCannotBeToldApartSaysSo() throws {
    let ranking = try only(StudyRanking.rank(trials(["A": [1.0, 2.0, 3.0], "B": [3.0, 2.1, 1.0]])))
    #expect(ranking.standings[1].difference?.isDistinguishable == false)
    let shares = ranking.standings[0].rankShares
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-12)
    #expect(try #require(ranking.standings[0].stability) < 0.8)
  }

  /// Both methods have means 0 and d with noise of deviation 1: the share in which the better one is first is that of a
  /// normal difference.
  @Test func stabilityIsTheShareOfResamplesInWhichTheRankHolds() throws {
    // With two seeds there are four equally likely resamples: (1,1), (1,2), (2,1), (2,2). B wins only in (2,2).
    let ranking = try only(StudyRanking.rank(trials(["A": [1, 2], "B": [4, 1.5]]), resamples: 20_000))
    #expect(ranking.standings[0].method == "A")
    #expect(abs(try #require(ranking.standings[0].stability) - 0.75) < 0.02)
  }

  @Test func oneRepeatHasNoIntervalAndNoStability() throws {
    let ranking = try only(StudyRanking.rank(trials(["A": [1], "B": [2]])))
    for standing in ranking.standings {
      #expect(standing.bootstrap == nil && standing.studentT == nil && standing.stability == nil)
    }
    #expect(ranking.standings[1].difference?.isDistinguishable == nil)
    #expect(ranking.notes.contains { $0.contains("only 1 of the 3 repeats") })
  }

  @Test func differentSeedsAreNotedAndPairedWhereShared() throws {
    let ranking = try only(
      StudyRanking.rank([
        "A": [1: ["AL": 1], 2: ["AL": 2], 3: ["AL": 3]], "B": [2: ["AL": 4], 3: ["AL": 5], 4: ["AL": 9]], "C": [:],
      ]))
    #expect(ranking.standings.map(\.method) == ["A", "B"])
    #expect(ranking.standings[1].difference?.pairs == 2)
    #expect(ranking.standings[1].difference?.mean == 2)
    #expect(ranking.notes.contains { $0.contains("different seeds") })
    #expect(ranking.notes.contains("no value of AL: C"))
  }

  @Test func measuresInTheCataloguesOrderAndThoseOfTheWorkload() {
    let values: [MeasureID: Double] = ["AL": 1, "Performance": 2, "accuracy": 0.5, "mystery": 7]
    let trials = ["A": [1: values, 2: values]]
    #expect(StudyRanking.rank(trials).map(\.measure) == ["Performance", "AL"])
    #expect(
      StudyRanking.rank(trials, directions: ["accuracy": .higherIsBetter]).map(\.measure)
        == ["Performance", "AL", "accuracy"])
    #expect(StudyRanking.rank([:]).isEmpty)
  }

  @Test func valuesThatAreNotFiniteAreAbsent() throws {
    let ranking = try only(StudyRanking.rank(trials(["A": [.nan, 2, 2], "B": [1, .infinity, 1]])))
    #expect(ranking.standings.map(\.repeats) == [2, 2])
  }

  @Test func isReproducibleAndCodable() throws {
    let input = trials(["A": [1, 2, 4], "B": [2, 1, 3]])
    #expect(StudyRanking.rank(input, seed: 3) == StudyRanking.rank(input, seed: 3))
    let ranking = StudyRanking.rank(input)
    #expect(try JSONDecoder().decode([StudyRanking].self, from: JSONEncoder().encode(ranking)) == ranking)
  }
}
