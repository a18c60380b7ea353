import Testing

@testable import Measures

@Suite struct DistributionsTests {
  @Test func studentAgreesWithScipy() throws {
    let oracle = try StatisticsOracle.load()
    for row in oracle.studentQuantiles {
      let found = StudentT.quantile(row[1], degreesOfFreedom: row[0])
      #expect(isClose(found, row[2]), "df \(row[0]), p \(row[1])")
    }
    for row in oracle.studentCumulative {
      let found = StudentT.cumulative(row[1], degreesOfFreedom: row[0])
      #expect(abs(found - row[2]) < 1e-9, "df \(row[0]), t \(row[1])")
    }
  }

  @Test func normalAgreesWithScipy() throws {
    for row in try StatisticsOracle.load().normalQuantiles {
      #expect(isClose(StandardNormal.quantile(row[0]), row[1]))
      #expect(isClose(StandardNormal.cumulative(row[1]), row[0]))
    }
    #expect(StandardNormal.quantile(0) == -.infinity)
    #expect(StandardNormal.quantile(1) == .infinity)
  }
}
