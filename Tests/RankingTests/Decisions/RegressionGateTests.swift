import Measures
import Ranking
import Testing

@Suite struct RegressionGateTests {
  private typealias Fixture = CandidateFixture
  private let quality = CandidateMeasure.score(CandidateFixture.relevancy)

  private func gate(
    _ before: [Fixture.Dial], _ now: [Fixture.Dial], rows: Int = 300, measures: [CandidateMeasure] = [],
    tolerances: [CandidateMeasure: RegressionGate.Tolerance] = [:], seed: UInt64 = 1
  ) throws -> RegressionGate {
    try RegressionGate(
      baseline: try Fixture.table(before, rows: rows, seed: seed),
      current: try Fixture.table(now, rows: rows, seed: seed + 1000), names: ("v1", "v2"), measures: measures,
      tolerances: tolerances, options: options())
  }

  private func verdicts(_ gate: RegressionGate) -> [String: RegressionGate.Verdict] {
    Dictionary(uniqueKeysWithValues: gate.checks.map { ($0.difference.measure.name, $0.verdict) })
  }

  @Test func theSameRunPasses() throws {
    let table = try Fixture.table([.init(name: "a"), .init(name: "b")], rows: 200)
    let gate = try RegressionGate(baseline: table, current: table, names: ("v1", "v1"), options: options())
    #expect(gate.verdict == .pass && gate.checks.count == 10 && gate.lostRows.isEmpty && gate.notes.isEmpty)
    #expect(gate.checks.allSatisfy { $0.difference.pValue == 1 })
  }

  @Test func eachMeasureHasItsOwnVerdict() throws {
    let gate = try gate(
      [.init(name: "a", quality: 0.8, passRate: 1, cost: 0.001, latency: 0.5)],
      [.init(name: "a", quality: 0.6, passRate: 1, cost: 0.002, latency: 0.5)])
    let found = verdicts(gate)
    #expect(found["AnswerRelevancy"] == .fail && found["cost-per-request"] == .fail)
    #expect(found["pass-rate"] == .pass && found["error-rate"] == .pass && found["p99"] == .pass)
    #expect(gate.verdict == .fail)
  }

  @Test func gettingBetterIsNoRegression() throws {
    let gate = try gate(
      [.init(name: "a", quality: 0.6, passRate: 0.6, cost: 0.002, latency: 2)],
      [.init(name: "a", quality: 0.8, passRate: 0.9, cost: 0.001, latency: 1)])
    #expect(gate.verdict == .pass)
  }

  @Test func fewRowsAreUndecided() throws {
    let gate = try gate([.init(name: "a")], [.init(name: "a", quality: 0.78)], rows: 10)
    #expect(gate.verdict == .undecided && gate.checks.allSatisfy { $0.rowsNeeded == 20 })
  }

  @Test func noisyRatesAreUndecidedAndSayHowManyRowsItWouldTake() throws {
    let gate = try gate(
      [.init(name: "a", passRate: 0.7)], [.init(name: "a", passRate: 0.7)], rows: 60, measures: [.passRate])
    #expect(gate.verdict == .undecided)
    let rows = try #require(gate.checks[0].rowsNeeded)
    #expect(rows > 60)
    #expect(gate.lostRows.count == gate.checks[0].difference.outcomes?.secondOnly)
    #expect(gate.checks[0].difference.test == .mcNemar)
  }

  @Test func whatIsToleratedPasses() throws {
    let (before, now) = ([Fixture.Dial(name: "a", quality: 0.8)], [Fixture.Dial(name: "a", quality: 0.77)])
    #expect(try gate(before, now, measures: [quality], tolerances: [quality: .absolute(0.06)]).verdict == .pass)
    #expect(try gate(before, now, measures: [quality], tolerances: [quality: .absolute(0)]).verdict == .fail)
    #expect(try gate(before, now, measures: [quality], tolerances: [quality: .relative(0.1)]).verdict == .pass)
    #expect(RegressionGate.Tolerance.standard(for: .costPerRequest) == .relative(0.1))
  }

  @Test func failuresFailTheGateThoughTheTailHasNoValue() throws {
    let gate = try gate([.init(name: "a")], [.init(name: "a", errorRate: 0.2)])
    let found = verdicts(gate)
    #expect(found["error-rate"] == .fail && found["p99"] == .undecided && gate.verdict == .fail)
    let tail = try #require(gate.checks.first { $0.difference.measure.name == "p99" })
    #expect(tail.reason.contains("failed") && tail.difference.pValue == nil)
  }

  @Test func manyChecksAreCorrected() throws {
    // Twenty candidates of which none changed: hardly a gate of many finds one that did.
    var failed = 0
    for seed in 1...20 {
      let dials = (0..<20).map { Fixture.Dial(name: "c\($0)", quality: 0.5) }
      let gate = try RegressionGate(
        baseline: try Fixture.table(dials, rows: 14, seed: UInt64(seed)),
        current: try Fixture.table(dials, rows: 14, seed: UInt64(seed + 500)), names: ("v1", "v2"), measures: [quality],
        tolerances: [quality: .absolute(0)],
        options: options {
          $0.resamples = 20
          $0.minimumRows = 10
        })
      failed += gate.verdict == .fail ? 1 : 0
      for check in gate.checks { #expect(check.difference.adjustedPValue! >= check.difference.pValue!) }
    }
    // One in forty is to be expected; more than three have a probability of 0.001.
    #expect(failed <= 3, "\(failed) of 20")
  }

  @Test func onlyWhatIsSharedIsCompared() throws {
    let before = try Fixture.table([
      "a": (0..<30).map { _ in Fixture.answered(score: 0.5) }, "old": (0..<30).map { _ in .missing },
    ])
    let now = try CandidateTable(
      dataset: "hand@2", rows: (5..<40).map { "row \($0)" },
      candidates: [
        .init(name: "new", outcomes: (5..<40).map { _ in Fixture.answered(score: 0.5) }),
        .init(name: "a", outcomes: (5..<40).map { _ in Fixture.answered(score: 0.5) }),
      ])
    let gate = try RegressionGate(baseline: before, current: now, names: ("v1", "v2"), options: options())
    #expect(gate.rows == 25 && Set(gate.checks.map(\.candidate)) == ["a"])
    #expect(gate.notes.contains { $0.contains("hand@1 and hand@2") })
    #expect(gate.notes.contains { $0.contains("5 rows that only the baseline has, and 10") })
    #expect(gate.notes.contains("new is not in the baseline") && gate.notes.contains("old is not in the current run"))
  }

  @Test func nothingSharedIsAnError() throws {
    let one = try Fixture.table(["a": [Fixture.answered()]])
    let other = try Fixture.table(["b": [Fixture.answered()]])
    #expect(throws: DecisionError.nothingShared(what: "candidate")) {
      try RegressionGate(baseline: one, current: other, names: ("v1", "v2"))
    }
    let rows = try CandidateTable(
      dataset: "d", rows: ["x"], candidates: [.init(name: "a", outcomes: [Fixture.answered()])])
    #expect(throws: DecisionError.nothingShared(what: "row")) {
      try RegressionGate(baseline: one, current: rows, names: ("v1", "v2"))
    }
    let euros = try CandidateTable(
      dataset: "hand@1", rows: ["row 0"], currency: "EUR",
      candidates: [.init(name: "a", outcomes: [Fixture.answered()])])
    #expect(throws: DecisionError.mixedCurrencies(first: "USD", second: "EUR")) {
      try RegressionGate(baseline: one, current: euros, names: ("v1", "v2"))
    }
  }
}
