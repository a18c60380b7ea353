import Measures
import Ranking
import Testing

@Suite struct CandidateFrontierTests {
  private typealias Fixture = CandidateFixture
  private let quality = CandidateMeasure.score(CandidateFixture.relevancy)

  @Test func namesWhoIsDominatedByWhom() throws {
    let table = try Fixture.table([
      .init(name: "large", quality: 0.9, cost: 0.01), .init(name: "small", quality: 0.7, cost: 0.001),
      .init(name: "overpriced", quality: 0.6, cost: 0.02), .init(name: "middle", quality: 0.8, cost: 0.004),
    ])
    let frontier = try CandidateFrontier(table, quality: quality, cost: .costPerRequest, options: options())
    #expect(frontier.members == ["large", "small", "middle"])
    let overpriced = try #require(frontier.standings.first { $0.candidate == "overpriced" })
    #expect(overpriced.dominatedBy.map(\.candidate) == ["large", "small", "middle"])
    #expect(overpriced.dominatedBy.allSatisfy { $0.probability == 1 })
    #expect(overpriced.membershipProbability == 0)
    for standing in frontier.standings {
      #expect(standing.quality.quantity?.interval != nil && standing.cost.quantity?.interval != nil)
      #expect(standing.isMember == standing.dominatedBy.isEmpty)
    }
    #expect(frontier.rows == 200 && frontier.latency == nil)
  }

  @Test func latencyIsShownOrAnAxis() throws {
    let table = try Fixture.table([
      .init(name: "good", quality: 0.9, cost: 0.001, latency: 2),
      .init(name: "fast", quality: 0.7, cost: 0.002, latency: 0.1),
    ])
    let p99 = CandidateMeasure.latency("latency", .quantile(0.99))
    let shown = try CandidateFrontier(table, quality: quality, cost: .costPerRequest, latency: p99, options: options())
    #expect(shown.members == ["good"] && shown.standings.allSatisfy { $0.latency?.quantity != nil })
    let axis = try CandidateFrontier(
      table, quality: quality, cost: .costPerRequest, latency: p99, isLatencyAnAxis: true, options: options())
    #expect(axis.members == ["good", "fast"])
  }

  @Test func anEqualCandidateIsOnTheFrontierHalfTheTime() throws {
    // Two candidates with the same dials and cost: who is dominated is chance, and the frontier says so.
    var near = 0
    for seed in 1...10 {
      var dials = [Fixture.Dial(name: "a"), Fixture.Dial(name: "b")]
      dials[1].cost = 0.0010001
      let table = try Fixture.table(dials, rows: 60, seed: UInt64(seed))
      let frontier = try CandidateFrontier(table, quality: quality, cost: .costPerRequest, options: options())
      let unsure = frontier.standings.contains { (0.05...0.95).contains($0.membershipProbability ?? 0) }
      near += unsure ? 1 : 0
      // In each resample somebody is on the frontier.
      #expect(frontier.standings.compactMap(\.membershipProbability).reduce(0, +) >= 1)
    }
    #expect(near >= 6, "\(near) of 10")
  }

  @Test func resamplesArePaired() throws {
    // b is a row for row, and a little worse in each: however the rows fall, it is dominated.
    let scores = (0..<50).map { Double($0 % 10) / 10 }
    let table = try Fixture.table([
      "a": scores.map { Fixture.answered(score: $0 + 0.01, cost: 0.001) },
      "b": scores.map { Fixture.answered(score: $0, cost: 0.001) },
    ])
    let frontier = try CandidateFrontier(table, quality: quality, cost: .costPerRequest, options: options())
    #expect(frontier.standings.map(\.membershipProbability) == [1, 0])
  }

  @Test func whatLacksAnAxisIsNotPlaced() throws {
    let table = try Fixture.table([
      "priced": (0..<5).map { _ in Fixture.answered(score: 0.1) },
      "unpriced": (0..<5).map { _ in Fixture.answered(score: 0.9, cost: nil) },
    ])
    let frontier = try CandidateFrontier(table, quality: quality, cost: .costPerRequest, options: options())
    #expect(frontier.members == ["priced"])
    #expect(frontier.unplaced.map(\.candidate) == ["unpriced"] && frontier.unplaced[0].measure == .costPerRequest)
    #expect(frontier.unplaced[0].absence.reason.contains("price"))
    #expect(throws: DecisionError.self) { try CandidateFrontier(table, quality: quality, cost: quality) }
  }

  @Test func oneRowHasNoProbability() throws {
    let table = try Fixture.table(["a": [Fixture.answered(score: 0.1)]])
    let frontier = try CandidateFrontier(table, quality: quality, cost: .costPerRequest)
    #expect(frontier.standings[0].membershipProbability == nil && frontier.members == ["a"])
  }
}
