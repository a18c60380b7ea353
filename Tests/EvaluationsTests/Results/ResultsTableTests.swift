import Evaluations
import Measures
import Ranking
import Records
import Testing

@Suite struct ResultsTableTests {
  private typealias Run = StoredRun

  private func outcome(
    _ table: CandidateTable, _ row: String, of candidate: String = "a"
  ) throws -> CandidateTable.Outcome {
    let place = try #require(table.rows.firstIndex(of: row))
    return try #require(table.candidates.first { $0.name == candidate }).outcomes[place]
  }

  private func answered(_ outcome: CandidateTable.Outcome) throws -> CandidateTable.Observation {
    guard case .answered(let observation) = outcome else { throw Unexpected(outcome: outcome) }
    return observation
  }

  private struct Unexpected: Error { var outcome: CandidateTable.Outcome }

  @Test func anAnswerBecomesAnObservation() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002), latency: 1.5) {
      $0.latencies.timeToFirstToken = 0.25
      $0.latencies.timePerOutputToken = 0.01
      $0.energy = .value(Quantity(12, count: 1, isEstimate: true))
    }
    let results = try run.results()
    let table = try results.table()
    let observation = try answered(outcome(table, "r1"))
    #expect(observation.scores == ["Exact": .value(1)])
    #expect(observation.passed == true)
    #expect(observation.cost == .exact(picos: 2_000_000_000))
    #expect(observation.latencies == ["latency": 1.5, "TTFT": 0.25, "TPOT": 0.01])
    #expect(observation.energy == .value(12))
    #expect(table.dataset == "d@sha256:aa" && table.currency == "USD" && table.clusters == nil)
    #expect(results.notes.contains { $0.contains("energy is estimated") })
  }

  @Test func aFailedRequestKeepsWhatItCost() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", cost: Run.usd(0.001), failure: "timeout")
    try run.add("r2", failure: "status_500")
    let table = try run.results().table()
    #expect(try outcome(table, "r1") == .failed(error: "timeout", cost: .exact(picos: 1_000_000_000)))
    #expect(try outcome(table, "r2") == .failed(error: "status_500", cost: .absent(Absence("no price"))))
  }

  @Test func aBlankAnswerIsNone() throws {
    let run = try Run(rows: Run.rows(["blank", "said", "tools", "scored", "unjudged"]))
    try run.add("blank") { $0.text = " \n" }
    try run.add("said", outcomes: ["Exact": .absent(Absence("the answer is empty"), cause: "no-answer")]) {
      $0.text = nil
    }
    try run.add("tools", scores: ["Exact": 0]) {
      $0.text = ""
      $0.toolCalls = "[]"
    }
    try run.add("scored", scores: ["Exact": 0]) { $0.text = "" }
    // An imported result may have no text at all.
    try run.add("unjudged") { $0.text = nil }
    let table = try run.results().table()
    for row in ["blank", "said"] {
      #expect(try outcome(table, row) == .failed(error: "no-answer", cost: .absent(Absence("no price"))))
    }
    for row in ["tools", "scored"] { #expect(try answered(outcome(table, row)).scores["Exact"] == .value(0)) }
    #expect(try answered(outcome(table, "unjudged")).scores.isEmpty)
  }

  @Test func whatWasNeverAskedIsMissing() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]), candidates: ["a", "b"], finished: false)
    try run.add("r1", scores: ["Exact": 1])
    let results = try run.results()
    let table = try results.table()
    #expect(try outcome(table, "r2") == .missing)
    #expect(try outcome(table, "r1", of: "b") == .missing)
    #expect(results.notes.contains("3 of 4 requests have no result: the run is not finished"))
  }

  @Test func theLastAttemptCounts() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", cost: Run.usd(0.5), failure: "timeout")
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.25))
    let table = try run.results().table()
    // What the first cost is spend, and no part of what a request costs.
    #expect(try answered(outcome(table, "r1")).cost == .exact(picos: 250_000_000_000))
  }

  @Test func absentAndFailedVerdictsAreNoScores() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]), settings: ["passes": "Judge"])
    try run.add(
      "r1", scores: ["Exact": 1],
      outcomes: ["Judge": .failed(message: "unreadable"), "Match": .absent(Absence("no key"), cause: "no-expectation")])
    try run.add("r2", scores: ["Exact": 0, "Judge": 0.9, "Match": 1])
    let results = try run.results()
    let observation = try answered(outcome(try results.table(), "r1"))
    #expect(observation.scores["Judge"] == .absent(Absence("Judge failed: unreadable")))
    #expect(observation.scores["Match"] == .absent(Absence("no key")))
    #expect(observation.passed == nil)
    #expect(results.notes.contains("Judge failed at 1 answers, which are left out of its score"))
    #expect(
      results.notes.contains { $0.hasPrefix("Match has no score for some answers") && $0.hasSuffix("1 no-expectation") }
    )
    let use = try #require(results.evaluators.first { $0.name == "Match" })
    #expect(use.scored == 1 && use.absent == ["no-expectation": 1] && use.failed == 0)
  }

  @Test func evaluatorsThatThePlanDroppedSayNothingMore() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]), settings: ["evaluators": "Exact\nJudge", "passes": "Exact"])
    try run.add("r1", scores: ["Exact": 1, "Old": 0])
    try run.add("r2", scores: ["Exact": 1, "acc": 1]) { $0.origin = "lm-evaluation-harness" }
    let results = try run.results()
    #expect(results.evaluators.map(\.name) == ["Exact", "acc"])
    #expect(try answered(outcome(results.table(), "r1")).scores == ["Exact": .value(1)])
  }

  @Test func whatPassesIsSaidByTheNamedEvaluator() throws {
    let run = try Run(rows: Run.rows(["r1"]), settings: ["passes": "Judge"])
    try run.add("r1", scores: ["Exact": 0, "Judge": 0.5])
    #expect(try answered(outcome(run.results().table(), "r1")).passed == true)
  }

  @Test func severalEvaluatorsHaveToAgree() throws {
    let absent = VerdictRecord.Outcome.absent(Absence("?"), cause: "undecidable")
    let run = try Run(rows: Run.rows(["both", "one", "open", "against"]))
    try run.add("both", scores: ["Exact": 1, "Judge": 0.5])
    try run.add("one", scores: ["Exact": 1, "Judge": 0.4])
    try run.add("open", scores: ["Exact": 1], outcomes: ["Judge": absent])
    try run.add("against", scores: ["Exact": 0], outcomes: ["Judge": absent])
    let results = try run.results()
    let table = try results.table()
    #expect(results.passingEvaluator == nil)
    #expect(try answered(outcome(table, "both")).passed == true)
    #expect(try answered(outcome(table, "one")).passed == false)
    #expect(try answered(outcome(table, "open")).passed == nil)
    #expect(try answered(outcome(table, "against")).passed == false)
  }

  @Test func theOnlyEvaluatorSaysWhatPasses() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", scores: ["Exact": 0.49])
    let results = try run.results()
    #expect(results.passingEvaluator == "Exact")
    #expect(try answered(outcome(results.table(), "r1")).passed == false)
  }

  @Test func repetitionsAreRowsOfOneCluster() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    for (row, latencies) in [("r1", [1.0, 2, 9]), ("r2", [1, 1])] {
      for (repetition, latency) in latencies.enumerated() {
        try run.add(row, scores: ["Exact": repetition == 0 ? 1 : 0], latency: latency) { $0.repetition = repetition }
      }
    }
    let results = try run.results()
    let table = try results.table()
    #expect(
      table.rows == [
        "r1", "r1, repetition 2", "r1, repetition 3", "r2", "r2, repetition 2", "r2, repetition 3",
      ])
    #expect(table.clusters == ["row r1", "row r1", "row r1", "row r2", "row r2", "row r2"])
    #expect(try outcome(table, "r2, repetition 3") == .missing)
    // The slowest is a request, and not a mean over repetitions: p99 lies near 9 s.
    let value = table.summary(of: [.latency("latency", .quantile(0.99))]).lines[0].values[0]
    #expect(try #require(value.quantity).value > 8)
    #expect(results.notes.contains { $0.hasPrefix("each row was asked 3 times") })
  }

  @Test func clustersOfThePlanAreKept() throws {
    let run = try Run(
      rows: [
        EvaluationRow(identity: "r1", hash: "1", cluster: "talk"),
        EvaluationRow(identity: "r2", hash: "2", cluster: "talk"),
        EvaluationRow(identity: "talk", hash: "3"),
      ])
    for row in ["r1", "r2", "talk"] { try run.add(row, scores: ["Exact": 1]) }
    // A row that is called as a cluster is does not belong to it.
    #expect(try run.results().table().clusters == ["cluster talk", "cluster talk", "row talk"])
  }

  @Test func judgesAreApartUnlessAskedFor() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", scores: ["Judge": 1], cost: Run.usd(0.002), judgeCost: Run.usd(0.001))
    try run.add("r2", scores: ["Judge": 1], cost: Run.usd(0.002), judgeCost: .absent(Absence("unknown model")))
    let results = try run.results()
    #expect(try answered(outcome(results.table(), "r1")).cost == .exact(picos: 2_000_000_000))
    let together = try results.table(judgeCost: .include)
    #expect(try answered(outcome(together, "r1")).cost == .exact(picos: 3_000_000_000))
    #expect(try answered(outcome(together, "r2")).cost == .absent(Absence("unknown model")))
  }

  @Test func oneTableHasOneCurrency() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", cost: Run.usd(0.002))
    try run.add("r2", cost: .known(picos: 5, currency: "EUR", priceVersion: "v1", price: ""))
    #expect(throws: DecisionError.self) { try run.results().table() }

    let free = try Run(rows: Run.rows(["r1", "r2"]))
    try free.add("r1", cost: .known(picos: 0, currency: "", priceVersion: "", price: ""))
    try free.add("r2", cost: .known(picos: 5, currency: "EUR", priceVersion: "v1", price: ""))
    // Nothing costs the same in every currency.
    #expect(try free.results().table().currency == "EUR")
  }

  @Test func amountsBeyondRangeAreAbsent() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    let most = CostRecord.known(picos: .max, currency: "USD", priceVersion: "v1", price: "")
    try run.add("r1", scores: ["Judge": 1], cost: most, judgeCost: most)
    #expect(try answered(outcome(run.results().table(judgeCost: .include), "r1")).cost.picos == nil)
  }

  @Test func whatIsStoredWrongIsRefused() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", latency: -1)
    #expect(throws: DecisionError.self) { try run.results().table() }
    let empty = try Run(rows: [])
    #expect(throws: DecisionError.noRows) { try empty.results().table() }
  }

  @Test func whoAnsweredIsNamed() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1") { $0.answeredBy = "fallback" }
    #expect(
      try run.results().notes.contains("a: asked for model-a, answered by fallback, which is what is priced"))
  }

  @Test func rowsSayWhereCandidatesPart() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]), candidates: ["a", "b"])
    try run.add("r1", scores: ["Exact": 1])
    try run.add("r1", to: "b", scores: ["Exact": 0])
    try run.add("r2", scores: ["Exact": 1])
    try run.add("r2", to: "b", failure: "timeout")
    let rows = try run.results().rowResults()
    #expect(rows.map(\.isDisputed) == [true, true] && rows.map(\.spread) == [1, 1])
    #expect(rows[1].answers[1].status == "failed" && rows[1].answers[1].failure == "timeout")
  }
}
