import Measures
import Testing

@Suite struct RequiredRowsTests {
  @Test func pairedMeansAreWithinARowOfTheNoncentralT() throws {
    for row in try DecisionsOracle.load().pairedRows {
      let found = try #require(
        RequiredRows.pairedMeans(
          difference: row.effect, standardDeviation: 1, significance: row.significance, power: row.power))
      #expect(abs(Double(found) - row.rows.rounded(.up)) <= 1, "\(row): \(found)")
    }
  }

  @Test func mcNemarsPairsReachTheirPower() throws {
    for row in try DecisionsOracle.load().mcnemarRows {
      let found = RequiredRows.mcNemar(
        firstOnly: row.firstOnly, secondOnly: row.secondOnly, significance: row.significance, power: row.power)
      #expect(found == row.rows)
      // By enumeration of the uncorrected test.
      #expect(abs(row.reached - row.power) < 0.03, "\(row)")
    }
  }

  @Test func noDifferenceTakesMoreRowsThanThereAre() {
    #expect(RequiredRows.pairedMeans(difference: 0, standardDeviation: 1) == nil)
    #expect(RequiredRows.pairedMeans(difference: 1e-9, standardDeviation: 1) == nil)
    #expect(RequiredRows.mcNemar(firstOnly: 0.1, secondOnly: 0.1) == nil)
    #expect(RequiredRows.mcNemar(firstOnly: 0, secondOnly: 0) == nil)
    #expect(RequiredRows.scaled(rows: 10, standardError: 1, difference: 0) == nil)
    #expect(RequiredRows.share(0.5, bound: 0.5, assurance: 0.9) == nil)
  }

  @Test func scalesWithTheSquare() {
    // 2.8015852 standard errors at a significance of 0.05 and a power of 0.8: twice of that takes 4 times the rows.
    #expect(RequiredRows.scaled(rows: 100, standardError: 1, difference: 2.8015853) == 100)
    #expect(RequiredRows.scaled(rows: 100, standardError: 2, difference: 2.8015853) == 400)
    // 1.2815516 standard errors leave 0.1 on the other side.
    #expect(RequiredRows.assured(rows: 50, standardError: 1, distance: -1.2815517, assurance: 0.9) == 50)
  }

  @Test func sharesAreSureAtTheNumberAndNotBefore() throws {
    for (share, bound) in [(1.0, 0.99), (1.0, 0.8), (0.995, 0.99), (0.7, 0.8), (0.0, 0.05)] {
      let rows = try #require(RequiredRows.share(share, bound: bound, assurance: 0.9))
      func probability(_ rows: Int) -> Double {
        let above = Proportion.probability(
          ofAtLeast: bound, successes: share * Double(rows), trials: Double(rows))
        return share > bound ? above : 1 - above
      }
      #expect(probability(rows) >= 0.9 && (rows == 1 || probability(rows - 1) < 0.9), "\(share) \(bound) \(rows)")
    }
    // No request of 134 above the limit says with 0.9 that at most one in a hundred is: chi-square of one degree, halved.
    let rows = try #require(RequiredRows.share(1, bound: 0.99, assurance: 0.9))
    #expect((130...140).contains(rows), "\(rows)")
  }
}

@Suite struct MultipleComparisonsTests {
  @Test func agreesWithStatsmodels() throws {
    for row in try DecisionsOracle.load().corrections {
      let (holm, hochberg) = (
        MultipleComparisons.holm.adjusted(row.p), MultipleComparisons.benjaminiHochberg.adjusted(row.p)
      )
      #expect(zip(holm, row.holm).allSatisfy { isClose($0, $1) }, "\(row)")
      #expect(zip(hochberg, row.benjaminiHochberg).allSatisfy { isClose($0, $1) }, "\(row)")
      #expect(MultipleComparisons.none.adjusted(row.p) == row.p)
    }
    #expect(MultipleComparisons.holm.adjusted([]) == [])
  }
}
