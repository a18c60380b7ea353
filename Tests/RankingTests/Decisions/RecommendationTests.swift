import Foundation
import Measures
import Ranking
import Testing

@Suite struct RecommendationTests {
  private typealias Fixture = CandidateFixture
  private let quality = CandidateMeasure.score(CandidateFixture.relevancy)

  private func choice(_ recommendation: Recommendation) throws -> Recommendation.Choice {
    guard case .recommended(let choice) = recommendation.outcome else {
      Issue.record("\(recommendation.outcome)")
      throw Unexpected()
    }
    return choice
  }

  private func shortfall(_ recommendation: Recommendation) throws -> Recommendation.Shortfall {
    guard case .notEnoughData(let shortfall) = recommendation.outcome else {
      Issue.record("\(recommendation.outcome)")
      throw Unexpected()
    }
    return shortfall
  }

  private struct Unexpected: Error {}

  @Test func theCheapestThatClearsTheBar() throws {
    let table = try Fixture.table([
      .init(name: "large", quality: 0.9, cost: 0.01), .init(name: "middle", quality: 0.85, cost: 0.004),
      .init(name: "small", quality: 0.6, cost: 0.001),
    ])
    let recommendation = try table.recommendation(
      .minimise(.costPerPassingRequest), requirements: [try table.requirement("AnswerRelevancy>=0.8")],
      options: options())
    let choice = try choice(recommendation)
    #expect(choice.candidate == "middle" && choice.probabilityBest == 1 && choice.probabilityQualifies == 1)
    let lead = try #require(choice.lead)
    #expect(lead.runnerUp == "large" && lead.isClear && lead.probabilityAhead == 1 && lead.difference < 0)
    #expect(lead.interval!.lower < lead.difference && lead.difference < lead.interval!.upper)
    let rows = try #require(lead.rowsToSeparate)
    #expect(rows < 50)
    #expect(choice.contenders.isEmpty)
    let small = recommendation.standings[2]
    #expect(small.qualification == .fails && small.probabilityQualifies == 0 && small.probabilityBest == 0)
    #expect(small.requirements[0].isMet == false && recommendation.standings[1].requirements[0].isMet == true)
    #expect(recommendation.rows == 200)
  }

  @Test func noRequirementIsNeeded() throws {
    let table = try Fixture.table([.init(name: "a", cost: 0.002), .init(name: "b", cost: 0.001)])
    let choice = try choice(try table.recommendation(.minimise(.costPerRequest), options: options()))
    #expect(choice.candidate == "b" && choice.probabilityQualifies == 1)
  }

  @Test func oneThatQualifiesAloneHasNoRunnerUp() throws {
    let table = try Fixture.table([.init(name: "a", quality: 0.9), .init(name: "b", quality: 0.3)])
    let choice = try choice(
      try table.recommendation(
        .minimise(.costPerRequest), requirements: [Requirement(quality, bound: 0.7)], options: options()))
    #expect(choice.candidate == "a" && choice.lead == nil)
  }

  @Test func noneQualifiesNamesTheNearestMiss() throws {
    let table = try Fixture.table([.init(name: "near", quality: 0.75), .init(name: "far", quality: 0.5)])
    let recommendation = try table.recommendation(
      .minimise(.costPerRequest), requirements: [Requirement(quality, bound: 0.85)], options: options())
    guard case .noneQualifies(let miss) = recommendation.outcome else {
      Issue.record("\(recommendation.outcome)")
      return
    }
    #expect(miss.candidate == "near" && miss.requirement.measure == quality && miss.probabilityQualifies == 0)
    #expect(abs(miss.shortBy - (0.85 - miss.value)) < 1e-12 && abs(miss.shortBy - 0.1) < 0.02)
    #expect(abs(miss.relative! - miss.shortBy / 0.85) < 1e-12)
  }

  @Test func tooFewRowsDecideNothing() throws {
    let table = try Fixture.table([.init(name: "a"), .init(name: "b")], rows: 12)
    let shortfall = try shortfall(try table.recommendation(.minimise(.costPerRequest), options: options()))
    #expect(shortfall.reason == .tooFewRows && shortfall.rows == 12 && shortfall.rowsNeeded == 20)
  }

  @Test func tooFewClustersDecideNothing() throws {
    let table = try Fixture.table([.init(name: "a")], rows: 100, clusters: (0..<100).map { "c\($0 / 10)" })
    let shortfall = try shortfall(try table.recommendation(.minimise(.costPerRequest), options: options()))
    #expect(
      shortfall.reason == .tooFewRows && shortfall.rowsNeeded == 200 && shortfall.explanation.contains("clusters"))
  }

  @Test func onTheBoundIsNotEnoughData() throws {
    // The mean is 0.8 by its dial: rows around it cannot tell on which side it lies.
    let table = try Fixture.table([.init(name: "edge", quality: 0.8)], rows: 40, seed: 3)
    let estimate = table.summary(of: [quality], options: options()).lines[0].values[0].quantity!
    let bound = estimate.value + 0.002
    let recommendation = try table.recommendation(
      .minimise(.costPerRequest), requirements: [Requirement(quality, bound: bound)], options: options())
    let shortfall = try shortfall(recommendation)
    #expect(shortfall.reason == .undecided && shortfall.candidate == "edge")
    // 1.2816 standard errors of the mean have to fit into 0.002.
    let error = (estimate.interval!.upper - estimate.interval!.lower) / 2 / 1.96
    let expected = 40 * (1.2816 * error / 0.002) * (1.2816 * error / 0.002)
    let needed = try #require(shortfall.rowsNeeded)
    #expect(abs(Double(needed) - expected) < 0.25 * expected, "\(needed) against \(expected)")
  }

  @Test func thirtyPassesAreNoProofOfNineInTen() throws {
    // No resample of 30 passes has a failure; the posterior of the share knows better.
    let table = try Fixture.table(["a": Array(repeating: Fixture.answered(passed: true), count: 30)])
    func outcome(_ bound: Double) throws -> Recommendation {
      try table.recommendation(
        .minimise(.costPerRequest), requirements: [Requirement(.passRate, bound: bound)], options: options())
    }
    #expect(try choice(try outcome(0.9)).probabilityQualifies < 0.995)
    let shortfall = try shortfall(try outcome(0.99))
    let needed = try #require(shortfall.rowsNeeded)
    #expect(shortfall.reason == .undecided && (100...150).contains(needed))
  }

  @Test func aTailTakesRowsToSee() throws {
    // 50 requests under a second say little of the 99th percentile, 400 say it.
    func outcome(_ count: Int) throws -> Recommendation {
      let table = try Fixture.table(["a": (0..<count).map { Fixture.answered(latency: 0.5 + Double($0 % 7) / 20) }])
      return try table.recommendation(
        .minimise(.costPerRequest), requirements: [try table.requirement("p99<=1s")], options: options())
    }
    let shortfall = try shortfall(try outcome(50))
    let needed = try #require(shortfall.rowsNeeded)
    #expect((130...140).contains(needed))
    #expect(try choice(try outcome(400)).candidate == "a")
  }

  @Test func scoresThatAreAllOneAreNoProofEither() throws {
    let table = try Fixture.table(["a": Array(repeating: Fixture.answered(score: 1), count: 30)])
    let recommendation = try table.recommendation(
      .minimise(.costPerRequest), requirements: [Requirement(quality, bound: 0.99)], options: options())
    #expect(try shortfall(recommendation).reason == .undecided)
  }

  @Test func aContenderThatMightBeBetterIsNamed() throws {
    let scores = (0..<60).map { 0.75 + 0.1 * Double($0 % 2) }
    let table = try Fixture.table([
      "cheap": scores.map { Fixture.answered(score: $0, cost: 0.001) },
      "sure": scores.map { Fixture.answered(score: $0 + 0.1, cost: 0.002) },
    ])
    let recommendation = try table.recommendation(
      .minimise(.costPerRequest), requirements: [Requirement(quality, bound: 0.7995)], options: options())
    let choice = try choice(recommendation)
    #expect(choice.candidate == "sure" && choice.contenders == ["cheap"] && choice.lead == nil)
    #expect(choice.probabilityQualifies == 1 && choice.probabilityBest < 0.9)
    #expect(abs(recommendation.standings.reduce(0) { $0 + $1.probabilityBest } - 1) < 1e-9)
    guard case .undecided(let rows?) = recommendation.standings[0].qualification else {
      Issue.record("\(recommendation.standings[0].qualification)")
      return
    }
    #expect(rows > 60)
  }

  @Test func unknownPricesAreNotCheap() throws {
    let table = try Fixture.table([
      "priced": (0..<30).map { _ in Fixture.answered(score: 0.5) },
      "unpriced": (0..<30).map { _ in Fixture.answered(score: 0.9, cost: nil) },
    ])
    let recommendation = try table.recommendation(.minimise(.costPerRequest), options: options())
    #expect(try choice(recommendation).candidate == "priced")
    guard case .unmeasured(.costPerRequest, let absence) = recommendation.standings[1].qualification else {
      Issue.record("\(recommendation.standings[1].qualification)")
      return
    }
    #expect(absence.reason.contains("price"))
    let none = try Fixture.table(["unpriced": (0..<30).map { _ in Fixture.answered(cost: nil) }])
    let shortfall = try shortfall(try none.recommendation(.minimise(.costPerRequest), options: options()))
    #expect(shortfall.reason == .unmeasured && shortfall.rowsNeeded == nil && shortfall.explanation.contains("price"))
  }

  @Test func equalCandidatesShareTheProbability() throws {
    let outcomes = (0..<40).map { Fixture.answered(score: Double($0 % 5) / 5, cost: 0.001) }
    let table = try Fixture.table(["a": outcomes, "b": outcomes])
    let choice = try choice(try table.recommendation(.maximise(quality), options: options()))
    #expect(choice.candidate == "a" && choice.probabilityBest == 0.5)
    let lead = try #require(choice.lead)
    #expect(lead.difference == 0 && lead.probabilityAhead == 0.5 && !lead.isClear && lead.rowsToSeparate == nil)
  }

  @Test func theSameSeedGivesTheSameAnswer() throws {
    let table = try Fixture.table([.init(name: "a"), .init(name: "b", quality: 0.81, cost: 0.00101)], rows: 60)
    let objective = try Objective.weighing([.init(quality, weight: 1), .init(.costPerRequest, weight: 1)])
    func found(_ seed: UInt64) throws -> Recommendation {
      try table.recommendation(objective, options: options { $0.seed = seed })
    }
    #expect(try found(1) == found(1))
    #expect(try found(1) != found(2))
    let lead = try #require(try choice(try found(1)).lead)
    #expect(lead.interval != nil && lead.difference >= 0)
  }

  @Test func outcomesReadAsJSON() throws {
    func json(_ recommendation: Recommendation) throws -> String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(recommendation), as: UTF8.self)
    }
    let table = try Fixture.table([.init(name: "a"), .init(name: "b", quality: 0.3)], rows: 40)
    func decided(_ bound: Double) throws -> String {
      try json(
        try table.recommendation(
          .minimise(.costPerRequest), requirements: [Requirement(quality, bound: bound)], options: options()))
    }
    let found = try decided(0.6)
    #expect(found.contains("\"kind\":\"recommended\"") && found.contains("\"candidate\":\"a\""))
    #expect(
      found.contains("\"qualification\":{\"kind\":\"fails\"}") && found.contains("\"measure\":\"AnswerRelevancy\""))
    #expect(try decided(0.95).contains("\"kind\":\"none-qualifies\",\"nearestMiss\""))
    let few = try Fixture.table([.init(name: "a")], rows: 3)
    #expect(
      try json(try few.recommendation(.maximise(quality), options: options())).contains("\"reason\":\"too-few-rows\""))
    let frontier = try CandidateFrontier(table, quality: quality, cost: .costPerRequest, options: options())
    #expect(!(try JSONEncoder().encode(frontier)).isEmpty)
  }

  /// Two candidates, one truly cheaper by one standard error of the difference: over 200 datasets the stated probability of
  /// being ahead has to be as good as its word. Where it says more than 0.9, the leader is truly the cheaper one in at least 0.85
  /// of the cases.
  @Test func sureMeansSure() throws {
    var (said, right) = (0, 0)
    for seed in 1...200 {
      let table = try Fixture.table(
        [.init(name: "a", cost: 0.001), .init(name: "b", cost: 0.00103)], rows: 40, seed: UInt64(seed))
      let choice = try choice(
        try table.recommendation(.minimise(.costPerRequest), options: options { $0.resamples = 150 }))
      if choice.probabilityBest > 0.9 {
        said += 1
        right += choice.candidate == "a" ? 1 : 0
      }
    }
    #expect(said > 50 && Double(right) > 0.85 * Double(said), "\(right) of \(said)")
  }
}
