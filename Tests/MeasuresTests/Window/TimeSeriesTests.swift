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
}
