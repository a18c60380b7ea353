import Measures
import Testing

@Suite struct SeededGeneratorTests {
  @Test func agreesWithAnotherImplementation() throws {
    for row in try StatisticsOracle.load().xoshiro {
      var generator = SeededGenerator(seed: UInt64(row.seed)!)
      #expect(row.words.map { _ in String(generator.next()) } == row.words)
    }
  }

  @Test func indicesAreEven() {
    var generator = SeededGenerator(seed: 3)
    var counts = [0, 0, 0, 0, 0, 0, 0]
    for _ in 0..<70_000 { counts[generator.index(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    #expect(generator.index(below: 1) == 0)
  }

  @Test func unitsFillTheirRange() throws {
    var generator = SeededGenerator(seed: 3)
    let units = (0..<10_000).map { _ in generator.unit() }
    #expect(units.allSatisfy { (0..<1).contains($0) })
    #expect(abs(try #require(Statistics.mean(units)) - 0.5) < 0.01)
  }
}
