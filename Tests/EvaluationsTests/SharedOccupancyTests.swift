import Testing

@testable import Evaluations

@Suite struct SharedOccupancyTests {
  typealias Span = SharedOccupancy.Span

  @Test func aRequestAloneHoldsTheServerWhole() {
    #expect(SharedOccupancy.seconds(of: [Span(begin: 1_000_000_000, end: 3_500_000_000)]) == [2.5])
  }

  @Test func requestsAtTheSameTimeShareIt() {
    let shares = SharedOccupancy.seconds(of: [
      Span(begin: 0, end: 4_000_000_000), Span(begin: 2_000_000_000, end: 6_000_000_000),
    ])
    #expect(shares == [3, 3])
  }

  @Test func timeThatNobodyHoldsIsNobodys() {
    let shares = SharedOccupancy.seconds(of: [
      Span(begin: 0, end: 1_000_000_000), Span(begin: 5_000_000_000, end: 6_000_000_000), Span(begin: 7, end: 7),
    ])
    #expect(shares == [1, 1, 0])
  }

  /// Whatever the spans, their parts are the time in which there was at least one.
  @Test func thePartsAddUpToTheTimeHeld() {
    var state: UInt64 = 7
    func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    for _ in 0..<200 {
      let spans = (0..<Int(next(12)) + 1).map { _ in
        let begin = next(1000)
        return Span(begin: begin, end: begin + next(300))
      }
      let held = (0..<1300).filter { time in spans.contains { $0.begin <= time && UInt64(time) < $0.end } }.count
      let sum = SharedOccupancy.shares(of: spans) { Double($1 - $0) }.reduce(0, +)
      #expect(abs(sum - Double(held)) < 1e-9)
    }
  }

  @Test func energyGoesToWhoeverHeldTheServerWhenItWasDrawn() throws {
    let spans = [Span(begin: 0, end: 10), Span(begin: 5, end: 10)]
    let joules = try #require(
      SharedOccupancy.joules(of: spans, readings: [(0, 100), (5, 110), (10, 150)]))
    #expect(joules == [30, 20])
  }

  @Test func readingsThatDoNotReachOverAllSpansSayNothing() {
    #expect(SharedOccupancy.joules(of: [Span(begin: 0, end: 10)], readings: [(1, 0), (10, 5)]) == nil)
    #expect(SharedOccupancy.joules(of: [Span(begin: 0, end: 10)], readings: [(0, 0)]) == nil)
  }
}
