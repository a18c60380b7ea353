import Measures
import Ranking
import Testing

@Suite struct CandidateTableTests {
  private typealias Fixture = CandidateFixture

  private func value(
    _ measure: CandidateMeasure, _ outcomes: [CandidateTable.Outcome],
    _ change: (inout DecisionOptions) -> Void = { _ in }
  ) throws -> MeasuredValue {
    let summary = try Fixture.table(["a": outcomes]).summary(of: [measure], options: options(change))
    return summary.lines[0].values[0]
  }

  @Test func refusesWhatIsNotSo() {
    func make(
      rows: [String] = ["r"], clusters: [String]? = nil, _ candidates: [(String, [CandidateTable.Outcome])]
    ) throws -> CandidateTable {
      try CandidateTable(
        dataset: "d", rows: rows, clusters: clusters, candidates: candidates.map { .init(name: $0.0, outcomes: $0.1) })
    }
    let good = Fixture.answered(score: 0.5)
    #expect(throws: DecisionError.noRows) { try make(rows: [], [("a", [])]) }
    #expect(throws: DecisionError.noCandidates) { try make([]) }
    #expect(throws: DecisionError.duplicate(what: "row", name: "r")) {
      try make(rows: ["r", "r"], [("a", [good, good])])
    }
    #expect(throws: DecisionError.duplicate(what: "candidate", name: "a")) { try make([("a", [good]), ("a", [good])]) }
    #expect(throws: DecisionError.outcomeCount(candidate: "a", found: 2, expected: 1)) {
      try make([("a", [good, good])])
    }
    #expect(throws: DecisionError.outcomeCount(candidate: "clusters", found: 0, expected: 1)) {
      try make(clusters: [], [("a", [good])])
    }
    for bad in [
      Fixture.answered(score: 1.2), Fixture.answered(score: -0.1), Fixture.answered(score: .nan),
      Fixture.answered(latency: -1), Fixture.answered(latency: .infinity), Fixture.answered(energy: -3),
      Fixture.answered(cost: -1), .failed(error: "e", cost: .exact(picos: -1)),
    ] {
      #expect(throws: DecisionError.self) { try make([("a", [bad])]) }
    }
    #expect(throws: DecisionError.mixedCurrencies(first: "USD", second: "EUR")) {
      try CandidateTable.currency(of: ["USD", "USD", "EUR"])
    }
  }

  @Test func valuesAreThoseOfHand() throws {
    let outcomes = [
      Fixture.answered(score: 0.5, passed: true, cost: 0.002, latency: 1, energy: 10),
      Fixture.answered(score: 1.0, passed: true, cost: 0.004, latency: 3, energy: 20),
      Fixture.answered(score: 0.0, passed: false, cost: 0.006, latency: 2, energy: 60),
      Fixture.answered(score: 0.5, passed: false, cost: 0.004, latency: 4, energy: 30),
    ]
    func number(_ measure: CandidateMeasure) throws -> Double? { try value(measure, outcomes).quantity?.value }
    #expect(try number(.score(Fixture.relevancy)) == 0.5)
    #expect(try number(.passRate) == 0.5)
    #expect(try number(.errorRate) == 0)
    #expect(abs(try number(.costPerRequest)! - 0.004) < 1e-15)
    // 0.016 dollars for two passes: not the mean cost of the two that passed.
    #expect(abs(try number(.costPerPassingRequest)! - 0.008) < 1e-15)
    #expect(try number(.energyPerRequest) == 30)
    #expect(try number(.energyPerPassingRequest) == 60)
    #expect(try number(.latency("latency", .mean)) == 2.5)
    #expect(try number(.latency("latency", .quantile(0.5))) == 2.5)
    #expect(abs(try number(.latency("latency", .quantile(0.9)))! - 3.7) < 1e-12)
    let summary = try Fixture.table(["a": outcomes]).summary(of: [.passRate], options: options())
    #expect(summary.lines[0].totalCostPicos == 16_000_000_000)
    #expect(summary.lines[0].values[0].quantity?.interval == Proportion.wilson(2, of: 4))
  }

  @Test func quantilesOfResamplesAreThoseOfTheMultiset() throws {
    // The interval is of draws: with all latencies equal but one, an end is that one or the others.
    var generator = SeededGenerator(seed: 3)
    let seconds = (0..<37).map { _ in generator.unit() }
    for probability in [0.01, 0.5, 0.9, 0.99] {
      let found = try value(.latency("latency", .quantile(probability)), seconds.map { Fixture.answered(latency: $0) })
      let quantity = try #require(found.quantity)
      #expect(quantity.value == Statistics.quantile(seconds, probability))
      let interval = try #require(
        ConfidenceInterval.percentile(seconds, resamples: 300, seed: 1) { Statistics.quantile($0, probability)! })
      // The same draws of the same rows.
      #expect(quantity.interval == interval)
    }
  }

  @Test func meansHaveTheBootstrapsInterval() throws {
    var generator = SeededGenerator(seed: 3)
    let scores = (0..<50).map { _ in generator.unit() }
    let found = try value(.score(Fixture.relevancy), scores.map { Fixture.answered(score: $0) }).quantity?.interval
    let expected = ConfidenceInterval.biasCorrected(scores, resamples: 300, seed: 1) { Statistics.mean($0)! }
    #expect(abs(found!.lower - expected!.lower) < 1e-12 && abs(found!.upper - expected!.upper) < 1e-12)
  }

  @Test func failuresCountAsTheWorstUnlessLeftOut() throws {
    let outcomes =
      Array(repeating: Fixture.answered(score: 1, passed: true, cost: 0.001, latency: 1), count: 90)
      + Array(repeating: .failed(error: "timeout", cost: Fixture.cost(0.001)), count: 10)
    #expect(try value(.score(Fixture.relevancy), outcomes).quantity?.value == 0.9)
    #expect(try value(.score(Fixture.relevancy), outcomes) { $0.failures = .leftOut }.quantity?.value == 1)
    #expect(try value(.passRate, outcomes).quantity?.value == 0.9)
    #expect(try value(.passRate, outcomes) { $0.failures = .leftOut }.quantity?.value == 1)
    #expect(try value(.errorRate, outcomes) { $0.failures = .leftOut }.quantity?.value == 0.1)
    // A tenth never came: the 99th percentile is not that of the nine tenths that did.
    #expect(try value(.latency("latency", .quantile(0.99)), outcomes).quantity == nil)
    #expect(try value(.latency("latency", .quantile(0.5)), outcomes).quantity?.value == 1)
    #expect(try value(.latency("latency", .quantile(0.99)), outcomes) { $0.failures = .leftOut }.quantity?.value == 1)
    // What was paid for nothing is part of what a pass costs.
    #expect(abs(try value(.costPerPassingRequest, outcomes).quantity!.value - 0.1 / 90) < 1e-15)
  }

  @Test func whatWasDrawnForNothingIsPartOfWhatAPassDraws() throws {
    let answered = CandidateTable.Outcome.answered(
      CandidateTable.Observation(passed: true, cost: Fixture.cost(0.001), energy: .value(2)))
    let failed = CandidateTable.Outcome.failed(error: "no-answer", cost: Fixture.cost(0.001), energy: .value(1))
    let outcomes = Array(repeating: answered, count: 60) + Array(repeating: failed, count: 40)
    #expect(abs(try value(.energyPerPassingRequest, outcomes).quantity!.value - 160.0 / 60) < 1e-12)
    #expect(abs(try value(.energyPerRequest, outcomes).quantity!.value - 1.6) < 1e-12)
  }

  @Test func absentIsNotZero() throws {
    let unpriced = [Fixture.answered(score: 1, passed: true), Fixture.answered(score: 1, passed: true, cost: nil)]
    guard case .absent(let absence) = try value(.costPerRequest, unpriced) else {
      Issue.record("an unknown price is no zero")
      return
    }
    #expect(absence.reason.contains("price of the model"))
    #expect(try value(.costPerPassingRequest, unpriced).quantity == nil)
    #expect(try value(.energyPerRequest, unpriced).quantity == nil)
    #expect(try value(.score("Nothing"), unpriced).quantity == nil)
    let neverPassed = Array(repeating: Fixture.answered(score: 0, passed: false), count: 30)
    #expect(try value(.costPerPassingRequest, neverPassed).quantity == nil)
    #expect(try value(.passRate, neverPassed).quantity?.value == 0)
  }

  @Test func aJudgeThatCouldNotBeReadIsLeftOutAndNoted() throws {
    let outcomes = [
      Fixture.answered(score: 0.5, passed: true), Fixture.answered(score: 0.7, passed: false),
      .answered(.init(scores: [Fixture.relevancy: .absent(Absence("unreadable"))], cost: Fixture.cost(0.001))),
    ]
    let summary = try Fixture.table(["a": outcomes]).summary(
      of: [.score(Fixture.relevancy), .passRate, .costPerPassingRequest], options: options())
    #expect(abs(summary.lines[0].values[0].quantity!.value - 0.6) < 1e-12)
    #expect(summary.lines[0].values[0].quantity!.count == 2)
    #expect(summary.lines[0].values[1].quantity!.value == 0.5)
    #expect(abs(summary.lines[0].values[2].quantity!.value - 0.002) < 1e-15)
    #expect(summary.notes.count == 2 && summary.notes.allSatisfy { $0.contains("1 of 3") })
  }

  @Test func rowsThatOneHasNotRunAreLeftOutForAll() throws {
    let table = try Fixture.table([
      "a": [Fixture.answered(score: 1), Fixture.answered(score: 0), Fixture.answered(score: 0.5)],
      "b": [Fixture.answered(score: 0.2), .missing, Fixture.answered(score: 0.4)],
    ])
    let summary = table.summary(of: [.score(Fixture.relevancy)], options: options())
    #expect(summary.rows == 2 && summary.rowsLeftOut == 1)
    #expect(summary.lines.map { $0.values[0].quantity!.value }.first == 0.75)
    #expect(summary.notes.first?.contains("b lacks 1") == true)
  }

  @Test func aFailureOfUnknownCostIsLeftOutOfIt() throws {
    let outcomes: [CandidateTable.Outcome] =
      Array(repeating: Fixture.answered(passed: true, cost: 0.003), count: 3)
      + [.failed(error: "reset", cost: .absent(Absence("no usage came")))]
    let summary = try Fixture.table(["a": outcomes]).summary(of: [.costPerRequest], options: options())
    #expect(abs(summary.lines[0].values[0].quantity!.value - 0.003) < 1e-15)
    #expect(summary.notes.count == 1 && summary.lines[0].totalCostPicos == nil && summary.lines[0].errors == 1)
  }

  @Test func clustersWidenTheInterval() throws {
    let scores = (0..<10).flatMap { cluster in Array(repeating: Double(cluster % 5) / 5, count: 20) }
    let outcomes = ["a": scores.map { Fixture.answered(score: $0, passed: $0 > 0.5) }]
    let clusters = scores.indices.map { "c\($0 / 20)" }
    for measure in [CandidateMeasure.score(Fixture.relevancy), .passRate] {
      let plain = try Fixture.table(outcomes).summary(of: [measure], options: options())
      let clustered = try Fixture.table(outcomes, clusters: clusters).summary(of: [measure], options: options())
      let (narrow, wide) = (
        plain.lines[0].values[0].quantity!.interval!, clustered.lines[0].values[0].quantity!.interval!
      )
      #expect(wide.upper - wide.lower > 2.5 * (narrow.upper - narrow.lower))
    }
  }

  @Test func namesAreFoundAsPeopleWriteThem() throws {
    let table = try CandidateFixture.table([.init(name: "a")], rows: 3)
    func named(_ name: String) throws -> CandidateMeasure { try table.measure(named: name, askedBy: "--quality") }
    #expect(try named("answerrelevancy") == .score("AnswerRelevancy"))
    #expect(try named("cost_per_passing_request") == .costPerPassingRequest)
    #expect(try named("p99") == .latency("latency", .quantile(0.99)))
    #expect(try named("latency.P99.9") == .latency("latency", .quantile(0.999)))
    #expect(try named("p99.9").name == "p99.9" && named("p50").name == "p50" && named("mean").name == "mean")
    for name in ["p100", "p0", "pp", "p", "quality", "TTFT.p99", "p1e1", ""] {
      #expect(throws: DecisionError.self, "\(name)") { try named(name) }
    }
    do {
      _ = try named("Relevance")
    } catch let error as DecisionError {
      #expect("\(error)".contains("'AnswerRelevancy'") && "\(error)".contains("--quality"))
    }
    for measure in table.measures { #expect(try named(measure.name) == measure) }
  }

  @Test func p99OfTwoKindsIsAskedAbout() throws {
    let both = CandidateTable.Outcome.answered(.init(cost: Fixture.cost(0), latencies: ["TTFT": 1, "TPOT": 2]))
    let table = try Fixture.table(["a": [both]])
    #expect(throws: DecisionError.ambiguousMeasure(name: "p99", askedBy: "x", candidates: ["TPOT.p99", "TTFT.p99"])) {
      try table.measure(named: "p99", askedBy: "x")
    }
    #expect(try table.measure(named: "ttft.p99", askedBy: "x") == .latency("TTFT", .quantile(0.99)))
  }
}
