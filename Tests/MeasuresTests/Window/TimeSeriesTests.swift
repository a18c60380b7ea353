import Testing

@testable import Measures

@Suite struct TimeSeriesTests {
  private func series(_ points: (UInt64, Double)...) -> TimeSeries {
    TimeSeries(points.map { TimeSeries.Point(nanoseconds: $0.0, value: $0.1) })!
  }

  @Test func isLinearBetweenAndConstantOutside() {
    let line = series((10, 1), (20, 3))
    #expect([0, 10, 15, 20, 99].map(line.value) == [1, 1, 2, 3, 3])
  }

  @Test func sortsAndKeepsTheLastOfOneMoment() {
    let line = series((20, 3), (10, 1), (20, 5))
    #expect(line.value(at: 15) == 3)
    #expect(line.span == 10...20)
    #expect(TimeSeries([]) == nil)
  }

  @Test func meansAreWeightedByTime() {
    // A burst of readings on the low side must not pull the mean down.
    let burst = series((0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 10), (105, 10))
    #expect(burst.mean(over: [5..<105]) == 10)
    #expect(burst.mean(over: [0..<105]) == 1005.0 / 105.0)
  }

  @Test func meansInterpolateTheBorders() {
    let ramp = series((0, 0), (100, 100))
    #expect(ramp.mean(over: [10..<20]) == 15)
    #expect(ramp.mean(over: [0..<10, 90..<100]) == 50)
    #expect(ramp.mean(over: [100..<200]) == 100)
  }

  @Test func maximumAndIncreaseKeepToTheIntervals() {
    let peak = series((0, 0), (50, 100), (100, 0))
    #expect(peak.maximum(over: [0..<25]) == 50)
    #expect(peak.maximum(over: [0..<25, 40..<60]) == 100)
    let counter = series((0, 0), (100, 200))
    #expect(counter.increase(over: [10..<20, 30..<35]) == 30)
  }

  @Test func countsReadingsInside() {
    let line = series((0, 1), (10, 1), (20, 1), (30, 1))
    #expect(line.count(over: [5..<20]) == 2)
    #expect(line.count(over: [11..<19]) == 0)
  }

  @Test func knowsWhatItSpans() {
    let line = series((10, 1), (20, 1))
    #expect(line.clipped([0..<5, 5..<15, 18..<30, 40..<50]) == [10..<15, 18..<20])
    #expect(line.covers([0..<11]) && line.covers([12..<13]) && line.covers([19..<30]))
    #expect(!line.covers([0..<5]) && !line.covers([21..<30]))
  }

  /// The slow and obvious way: the value at every nanosecond's middle, found by looking at every pair of readings.
  @Test func agreesWithANaiveIntegration() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<20 {
      let points = (0..<9).map { _ in (UInt64(2 * generator.index(below: 300)), generator.unit()) }
      // One value a moment: the last one.
      let byMoment = Dictionary(points) { $1 }.sorted { $0.key < $1.key }
      func naive(_ moment: Double) -> Double {
        for (left, right) in zip(byMoment, byMoment.dropFirst())
        where Double(left.key) <= moment && moment <= Double(right.key) {
          return left.value + (moment - Double(left.key)) / Double(right.key - left.key) * (right.value - left.value)
        }
        return moment < Double(byMoment[0].key) ? byMoment[0].value : byMoment[byMoment.count - 1].value
      }
      let intervals: [Range<UInt64>] = [20..<140, 200..<202, 400..<660]
      let moments = intervals.flatMap { $0.map { Double($0) + 0.5 } }
      let series = try #require(TimeSeries(points.map { TimeSeries.Point(nanoseconds: $0.0, value: $0.1) }))
      #expect(isClose(series.mean(over: intervals), try #require(Statistics.mean(moments.map(naive)))))
      for moment in [UInt64(0), 77, 300, 599] { #expect(isClose(series.value(at: moment), naive(Double(moment)))) }
    }
  }
}
