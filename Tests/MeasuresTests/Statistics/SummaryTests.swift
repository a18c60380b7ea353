import Measures
import Testing

@Suite struct SummaryTests {
  @Test func agreesWithNumpy() throws {
    for sample in try StatisticsOracle.load().samples {
      #expect(isClose(Statistics.mean(sample.values), sample.mean))
      #expect(isClose(Statistics.variance(sample.values), sample.variance))
      #expect(isClose(Statistics.standardDeviation(sample.values), sample.variance.squareRoot()))
      for pair in sample.quantiles {
        #expect(isClose(Statistics.quantile(sample.values, pair[0]), pair[1]))
      }
    }
  }

  @Test func whatHasNoValueIsNil() {
    #expect(Statistics.mean([]) == nil)
    #expect(Statistics.variance([1]) == nil)
    #expect(Statistics.standardDeviation([Double]()) == nil)
    #expect(Statistics.quantile([], 0.5) == nil)
    #expect(Statistics.median([]) == nil)
  }

  @Test func quantilesOfOneAndTwo() {
    #expect(Statistics.quantile([3], 0.99) == 3)
    #expect(Statistics.quantile([4, 2], 0) == 2)
    #expect(Statistics.median([4, 2]) == 3)
    #expect(Statistics.quantile([4, 2], 1) == 4)
  }

  @Test func sumsLoseNothing() {
    #expect(Statistics.sum([1e16, 1, -1e16, 3]) == 4)
    #expect(Statistics.mean(Array(repeating: 0.1, count: 1_000_000)) == 0.1)
    #expect(Statistics.sum([1, .infinity]) == .infinity)
  }
}
