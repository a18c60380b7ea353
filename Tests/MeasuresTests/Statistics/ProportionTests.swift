import Measures
import Testing

@Suite struct ProportionTests {
  @Test func wilsonAgreesWithStatsmodels() throws {
    for row in try DecisionsOracle.load().wilson {
      let found = try #require(Proportion.wilson(row.successes, of: row.trials, confidence: row.confidence))
      #expect(isClose(found.lower, row.interval[0]) && isClose(found.upper, row.interval[1]), "\(row)")
    }
    #expect(Proportion.wilson(0, of: 0) == nil)
    #expect(Proportion.wilson(0, of: 9)?.lower == 0 && Proportion.wilson(9, of: 9)?.upper == 1)
  }

  @Test func newcombeAgreesWithStatsmodels() throws {
    for row in try DecisionsOracle.load().newcombe {
      let found = try #require(
        Proportion.differenceInterval((row.counts[0], row.counts[1]), (row.counts[2], row.counts[3])))
      #expect(isClose(found.lower, row.interval[0]) && isClose(found.upper, row.interval[1]), "\(row)")
    }
    #expect(Proportion.differenceInterval((1, 2), (0, 0)) == nil)
  }

  @Test func theExampleOfNewcombesPaper() throws {
    // Table II, column (a), method 10: 56/70 - 48/80 from 0.0524 to 0.3339.
    let found = try #require(Proportion.differenceInterval((56, 70), (48, 80)))
    #expect(abs(found.lower - 0.0524) < 5e-5 && abs(found.upper - 0.3339) < 5e-5)
  }

  @Test func posteriorsAgreeWithScipy() throws {
    for row in try DecisionsOracle.load().jeffreys {
      let found = Proportion.probability(ofAtLeast: row[0], successes: row[1], trials: row[2])
      #expect(abs(found - row[3]) < 1e-9, "\(row)")
    }
    #expect(Proportion.probability(ofAtLeast: 0, successes: 3, trials: 4) == 1)
    #expect(Proportion.probability(ofAtLeast: 1, successes: 3, trials: 4) == 0)
  }
}

@Suite struct PairedOutcomesTests {
  private func table(_ counts: [Int]) -> PairedOutcomes {
    PairedOutcomes(both: counts[0], firstOnly: counts[1], secondOnly: counts[2], neither: counts[3])
  }

  @Test func testsAgreeWithStatsmodels() throws {
    for row in try DecisionsOracle.load().mcnemar {
      let outcomes = table(row.counts)
      #expect(isClose(outcomes.exactPValue, row.exact), "\(row)")
      if let statistic = row.chiSquare, let pValue = row.chiSquareP {
        #expect(isClose(outcomes.chiSquare, statistic) && isClose(outcomes.chiSquarePValue, pValue), "\(row)")
      }
    }
  }

  @Test func pairedIntervalsAgreeWithTheirDefinition() throws {
    for row in try DecisionsOracle.load().mcnemar {
      let found = try #require(table(row.counts).differenceInterval())
      #expect(isClose(found.lower, row.pairedInterval[0]) && isClose(found.upper, row.pairedInterval[1]), "\(row)")
    }
  }

  @Test func edges() {
    let none = table([0, 0, 0, 0])
    #expect(none.difference == nil && none.differenceInterval() == nil)
    #expect(none.exactPValue == 1 && none.chiSquare == nil && none.chiSquarePValue == nil)
    #expect(table([3, 4, 4, 1]).chiSquare == 0 && table([3, 4, 4, 1]).chiSquarePValue == 1)
    // Nothing was lost in 20 rows; that does not mean that nothing would be in the next.
    let same = table([20, 0, 0, 0]).differenceInterval()!
    #expect(same.lower < -0.1 && same.upper > 0.1)
  }

  @Test func countsPairs() {
    let pairs = [(true, true), (true, false), (true, false), (false, true), (false, false)]
    let outcomes = PairedOutcomes(pairs.map { (first: $0.0, second: $0.1) })
    #expect(outcomes == PairedOutcomes(both: 1, firstOnly: 2, secondOnly: 1, neither: 1))
    #expect(outcomes.rows == 5 && outcomes.discordant == 3 && outcomes.difference == 0.2)
  }

  /// Every table of 12 rows, weighted by how probable it is: the exact coverage of Newcombe's interval.
  @Test func pairedIntervalsHoldTheDifference() {
    for (p11, p10, p01) in [(0.6, 0.2, 0.05), (0.85, 0.05, 0.05), (0.3, 0.3, 0.2)] {
      let shares = [p11, p10, p01, 1 - p11 - p10 - p01]
      var covered = 0.0
      let rows = 12
      func factorial(_ n: Int) -> Double { n < 2 ? 1 : (2...n).reduce(1.0) { $0 * Double($1) } }
      for a in 0...rows {
        for b in 0...(rows - a) {
          for c in 0...(rows - a - b) {
            let counts = [a, b, c, rows - a - b - c]
            var probability = factorial(rows)
            for (count, share) in zip(counts, shares) {
              for _ in 0..<count { probability *= share }
              probability /= factorial(count)
            }
            let interval = table(counts).differenceInterval()!
            if interval.lower <= p10 - p01, p10 - p01 <= interval.upper { covered += probability }
          }
        }
      }
      // A discrete statistic of 12 rows cannot be at 0.95 everywhere.
      #expect(covered > 0.93, "\(shares): \(covered)")
    }
  }
}
