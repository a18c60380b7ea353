import Measures
import Ranking
import Testing

/// Where published code for choosing a winner goes wrong: weights that cancel, latency the wrong way round.
@Suite struct ObjectiveTests {
  private typealias Fixture = CandidateFixture
  private let quality = CandidateMeasure.score(CandidateFixture.relevancy)
  private let p50 = CandidateMeasure.latency("latency", .quantile(0.5))

  private func winner(_ table: CandidateTable, _ objective: Objective) throws -> String? {
    guard
      case .recommended(let choice) = try table.recommendation(objective, options: options { $0.resamples = 40 })
        .outcome
    else { return nil }
    return choice.candidate
  }

  private func weights(_ quality: Double, _ cost: Double, _ latency: Double) throws -> Objective {
    try .weighing([
      .init(self.quality, weight: quality), .init(.costPerRequest, weight: cost), .init(p50, weight: latency),
    ])
  }

  /// A candidate whose every row has these values.
  private func constant(_ score: Double, _ cost: Double, _ latency: Double) -> [CandidateTable.Outcome] {
    Array(repeating: Fixture.answered(score: score, passed: true, cost: cost, latency: latency), count: 24)
  }

  @Test func aBetterCheaperFasterCandidateAlwaysWins() throws {
    for seed in 1...60 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var outcomes: [String: [CandidateTable.Outcome]] = [:]
      let others = (0..<4).map { _ in
        (score: 0.1 + 0.8 * generator.unit(), cost: 0.0001 + generator.unit(), latency: 0.01 + 9 * generator.unit())
      }
      for (index, other) in others.enumerated() {
        outcomes["other \(index)"] = constant(other.score, other.cost, other.latency)
      }
      // Better than the best in everything, by anything from a hair to a lot.
      let margin = generator.index(below: 2) == 0 ? 1e-6 : 0.3 * generator.unit()
      outcomes["zz best"] = constant(
        min(1, others.map(\.score).max()! * (1 + margin)), others.map(\.cost).min()! * (1 - margin),
        others.map(\.latency).min()! * (1 - margin))
      let table = try Fixture.table(outcomes)
      let objective = try weights(0.01 + generator.unit(), 0.01 + generator.unit(), 0.01 + generator.unit())
      #expect(try winner(table, objective) == "zz best", "seed \(seed)")
      for single in [Objective.best(quality), .best(.costPerRequest), .best(p50)] {
        #expect(try winner(table, single) == "zz best", "seed \(seed)")
      }
    }
  }

  @Test func betterByTheLastBitWinsAgainstTheOrderOfNames() throws {
    let table = try Fixture.table([
      "a": constant(0.5, 0.25, 1), "b": constant((0.5).nextUp, 0.25, (1.0).nextDown),
    ])
    #expect(try winner(table, try weights(1, 1, 1)) == "b")
  }

  @Test func weightsMatter() throws {
    // Twice the quality at three times the cost, and as fast.
    let table = try Fixture.table(["good": constant(0.8, 0.003, 1), "cheap": constant(0.4, 0.001, 1)])
    #expect(try winner(table, try weights(3, 1, 1)) == "good")
    #expect(try winner(table, try weights(1, 1, 1)) == "cheap")
    // Where they turn: 2^w = 3.
    #expect(try winner(table, try weights(1.586, 1, 1)) == "good")
    #expect(try winner(table, try weights(1.584, 1, 1)) == "cheap")
    // Only their relation counts.
    #expect(try winner(table, try weights(1586, 1000, 7)) == "good")
  }

  @Test func slowerIsWorse() throws {
    let table = try Fixture.table(["slow": constant(0.8, 0.001, 3), "fast": constant(0.8, 0.001, 1)])
    #expect(try winner(table, try weights(1, 1, 1)) == "fast")
    #expect(try winner(table, try weights(0.001, 0.001, 10)) == "fast")
  }

  @Test func theUnitHasNoSay() throws {
    for seed in 1...30 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let rows = (0..<4).map { _ in
        (score: 0.2 + 0.7 * generator.unit(), cost: 0.001 + 0.01 * generator.unit(), latency: 0.1 + generator.unit())
      }
      let objective = try weights(0.1 + generator.unit(), 0.1 + generator.unit(), 0.1 + generator.unit())
      func found(_ money: Double, _ time: Double) throws -> String? {
        let named = rows.enumerated().map { ("c\($0)", constant($1.score, $1.cost * money, $1.latency * time)) }
        return try winner(try Fixture.table(Dictionary(uniqueKeysWithValues: named)), objective)
      }
      let plain = try found(1, 1)
      #expect(plain != nil)
      // Yen for dollars, milliseconds for seconds.
      #expect(try found(150, 1) == plain && found(1, 1000) == plain && found(0.01, 0.001) == plain, "seed \(seed)")
    }
  }

  @Test func anotherCandidateDoesNotTurnTheOrderOfTwo() throws {
    let two = ["a": constant(0.8, 0.003, 1), "b": constant(0.7, 0.0025, 1)]
    let objective = try weights(2, 1, 1)
    let alone = try winner(try Fixture.table(two), objective)
    for third in [constant(0.01, 0.1, 9), constant(0.1, 0.002, 5)] {
      #expect(try winner(try Fixture.table(two.merging(["c": third]) { $1 }), objective) == alone)
    }
  }

  @Test func whatIsFreeHasNoInfiniteSay() throws {
    // Free, and of hardly any quality: cost has its weight and no more.
    let table = try Fixture.table([
      "free": constant(0.1, 0, 1), "paid": constant(0.9, 0.001, 1), "free and better": constant(0.2, 0, 1),
    ])
    #expect(try winner(table, try weights(1, 0.1, 0.1)) == "paid")
    #expect(try winner(table, try weights(0.1, 1, 0.1)) == "free and better")
    let none = try Fixture.table(["a": constant(0.1, 0, 0), "b": constant(0.2, 0, 0)])
    #expect(try winner(none, try weights(1, 1, 1)) == "b")
  }

  @Test func refusesWhatMakesNoSense() throws {
    #expect(throws: DecisionError.noTerms) { try Objective.weighing([]) }
    for weight in [0, -1, .nan, .infinity] {
      #expect(throws: DecisionError.self) { try Objective.weighing([.init(quality, weight: weight)]) }
    }
    #expect(throws: DecisionError.repeatedMeasure(name: "AnswerRelevancy", askedBy: "the weights")) {
      try Objective.weighing([.init(quality, weight: 1), .init(quality, weight: 2)])
    }
    #expect(throws: DecisionError.self) { try Objective.minimise(quality) }
    #expect(throws: DecisionError.self) { try Objective.maximise(p50) }
    #expect(try Objective.minimise(p50) == .best(p50) && Objective.maximise(.passRate) == .best(.passRate))
    let table = try Fixture.table(["a": constant(1, 1, 1)])
    #expect(throws: DecisionError.noTerms) { try table.recommendation(.weighted([])) }
  }
}
