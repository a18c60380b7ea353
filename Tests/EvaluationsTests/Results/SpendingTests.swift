import Evaluations
import Foundation
import Measures
import Pricing
import Ranking
import Records
import Testing

@Suite struct SpendingTests {
  private typealias Run = StoredRun

  private func group(_ spending: Spending, _ value: String?) throws -> Spending.Group {
    try #require(spending.groups.first { $0.value == value })
  }

  @Test func keysAreRead() {
    #expect(SpendingKey("route") == .route && SpendingKey("customer") == .customer)
    #expect(SpendingKey("candidate") == .candidate && SpendingKey("model") == .model)
    #expect(SpendingKey("tag.team") == .tag("team") && SpendingKey("tag.a.b") == .tag("a.b"))
    #expect(SpendingKey("tag.") == nil && SpendingKey("team") == nil && SpendingKey("") == nil)
    for key in [SpendingKey.route, .customer, .candidate, .model, .tag("x")] {
      #expect(SpendingKey(key.description) == key)
    }
  }

  @Test func everyDollarHasItsCustomerAndItsQuality() throws {
    let run = try Run(rows: Run.rows((0..<6).map { "r\($0)" }))
    for index in 0..<6 {
      try run.add("r\(index)", scores: ["Exact": index < 3 ? 1 : 0], cost: Run.usd(0.002), judgeCost: Run.usd(0.0005)) {
        $0.customer = index < 4 ? "acme" : nil
        $0.route = index % 2 == 0 ? "even" : "odd"
        $0.tags = ["team": index == 0 ? "red" : "blue"]
      }
    }
    let results = [try run.results()]
    let byCustomer = Spending(results, by: .customer)
    let acme = try group(byCustomer, "acme")
    #expect(acme.requests == 4 && acme.failed == 0)
    #expect(acme.cost.known == [Money(picos: 8_000_000_000)] && acme.cost.unknown == 0)
    #expect(acme.judgeCost.known == [Money(picos: 2_000_000_000)])
    #expect(acme.scores.first?.mean.quantity?.value == 0.75)
    let rate = try #require(acme.passRate.quantity)
    #expect(rate.value == 0.75 && rate.interval == Proportion.wilson(3, of: 4))
    // 0.008 dollars for three passes, those that failed paid for too.
    let perPass = try #require(acme.costPerPassingRequest.quantity)
    #expect(abs(perPass.value - 0.008 / 3) < 1e-15 && perPass.interval != nil)
    #expect(acme.currency == "USD")
    #expect(byCustomer.groups.map(\.value) == ["acme", nil], "the dearest first")
    #expect(byCustomer.total.requests == 6 && byCustomer.total.cost.known == [Money(picos: 12_000_000_000)])
    #expect(try group(byCustomer, nil).costPerPassingRequest.quantity == nil, "nothing passed")

    #expect(try group(Spending(results, by: .route), "odd").requests == 3)
    #expect(try group(Spending(results, by: .tag("team")), "red").requests == 1)
    #expect(try group(Spending(results, by: .tag("other")), nil).requests == 6)
    #expect(try group(Spending(results, by: .candidate), "a").requests == 6)
    #expect(try group(Spending(results, by: .model), "model-a").requests == 6)
    // Judges included: 0.010 dollars for the same three.
    let together = try group(Spending(results, by: .customer, judgeCost: .include), "acme")
    #expect(abs(try #require(together.costPerPassingRequest.quantity).value - 0.01 / 3) < 1e-15)
    #expect(together.cost == acme.cost)
  }

  @Test func whatWasSentAgainIsPaidForToo() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", cost: Run.usd(0.001), failure: "timeout")
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002))
    try run.add("r2", scores: ["Exact": 1], cost: Run.usd(0.002))
    let spending = Spending([try run.results()], by: .candidate)
    let all = spending.total
    #expect(all.requests == 3 && all.superseded == 1 && all.failed == 1)
    #expect(all.cost.known == [Money(picos: 5_000_000_000)])
    #expect(all.passRate.quantity?.value == 1 && all.passRate.quantity?.count == 2)
    #expect(abs(try #require(all.costPerPassingRequest.quantity).value - 0.0025) < 1e-15)
    #expect(spending.notes.contains { $0.hasPrefix("1 requests were sent again") })
  }

  /// A judge's verdict that another takes the place of was paid for, and so was one whose evaluator the plan has no more.
  @Test func verdictsThatAreNotReadAnyMoreWerePaidFor() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]), settings: ["evaluators": "Kept"])
    for row in ["r1", "r2"] {
      let stored = try run.add(row, scores: ["Kept": 1, "Dropped": 1], cost: Run.usd(0.002), judgeCost: Run.usd(0.001))
      try run.store.storeVerdict(
        VerdictRecord(
          observationID: try #require(stored.id), evaluator: "Kept", version: 1, configuration: "another",
          threshold: 0.5, outcome: .score(1), reason: "", cost: Run.usd(0.003), seconds: 1, decidedAt: Run.start))
    }
    let results = try run.results()
    #expect(results.verdicts.map(\.configuration) == ["another", "another"])
    #expect(results.supersededVerdicts.map(\.evaluator).sorted() == ["Dropped", "Dropped", "Kept", "Kept"])
    let spending = Spending([results], by: .candidate)
    #expect(spending.total.judgeCost.known == [Money(picos: 10_000_000_000)] && spending.total.judgeCost.unknown == 0)
    #expect(spending.calibration == nil && spending.total.scores.map(\.evaluator) == ["Kept"])
    #expect(try EvaluationSummary(results).candidates[0].judgeSpent == spending.total.judgeCost)
    let all = Spending(try EvaluationResults.all(in: run.store), by: .candidate)
    #expect(all.total.judgeCost == spending.total.judgeCost)
    // With judges in it a pass costs all that was paid for: 0.014 dollars for two.
    let together = Spending([results], by: .candidate, judgeCost: .include).total.costPerPassingRequest
    #expect(abs(try #require(together.quantity).value - 0.007) < 1e-15)
    // A table of candidates has what a request costs as it is judged now.
    let table = try results.table(judgeCost: .include)
    for outcome in table.candidates[0].outcomes {
      guard case .answered(let observation) = outcome else {
        Issue.record("\(outcome)")
        continue
      }
      #expect(observation.cost == .exact(picos: 5_000_000_000))
    }
  }

  /// What judges cost that were held against people is spent too, and no request of anybody.
  @Test func calibrationIsSpentAndIsNoRequest() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", scores: ["Judge": 1], cost: Run.usd(0.002), judgeCost: Run.usd(0.001))
    let calibration = try Run(
      name: "support.calibration", rows: Run.rows(["l1", "l2"]), candidates: ["labelled answers"], beside: run)
    for row in ["l1", "l2"] {
      try calibration.add(row, to: "labelled answers", scores: ["Judge": 0], judgeCost: Run.usd(0.004)) {
        $0.origin = "judged"
      }
    }
    let spending = Spending(try EvaluationResults.all(in: run.store), by: .candidate)
    #expect(spending.groups.map(\.value) == ["a"] && spending.total.requests == 1)
    #expect(spending.total.judgeCost.known == [Money(picos: 1_000_000_000)] && spending.evaluations == ["support@1"])
    let found = try #require(spending.calibration)
    #expect(found.answers == 2 && found.judgeCost.known == [Money(picos: 8_000_000_000)])
    #expect(found.evaluations == ["support.calibration@1"])
    #expect(spending.total.scores.first?.mean.quantity?.value == 1, "answers of the dataset are nobody's quality")
    #expect(spending.notes.contains { $0.contains("0.008 USD for 2 answers (support.calibration@1)") })
    let alone = Spending([try calibration.results()], by: .candidate)
    #expect(alone.groups.isEmpty && alone.total.requests == 0 && alone.calibration == spending.calibration)
  }

  @Test func currenciesOfEarlierAttemptsAreNotAddedUp() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    let euros = CostRecord.known(picos: 7, currency: "EUR", priceVersion: "v1", price: "")
    try run.add("r1", cost: euros, failure: "timeout")
    try run.add("r1", cost: Run.usd(0.001), failure: "timeout")
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002))
    let total = Spending([try run.results()], by: .candidate).total
    #expect(total.cost.known.map(\.currency.code) == ["EUR", "USD"])
    #expect(total.costPerPassingRequest.quantity == nil && total.currency == nil)
    let dollars = try Run(rows: Run.rows(["r1"]))
    try dollars.add("r1", cost: Run.usd(0.001), failure: "timeout")
    try dollars.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002))
    let sum = Spending([try dollars.results()], by: .candidate).total.costPerPassingRequest
    #expect(abs(try #require(sum.quantity).value - 0.003) < 1e-15)
  }

  @Test func unknownCostsAreCountedAndNotAddedUp() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002))
    try run.add("r2", scores: ["Exact": 1])
    let spending = Spending([try run.results()], by: .candidate)
    #expect(spending.total.cost.known == [Money(picos: 2_000_000_000)] && spending.total.cost.unknown == 1)
    #expect(spending.total.costPerPassingRequest.quantity == nil)
    #expect(spending.notes.contains("1 of 2 requests are of unknown cost and in no sum"))
  }

  @Test func whatHasNoPriceAtAllHidesNoOther() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]), candidates: ["a", "own"])
    for row in ["r1", "r2"] {
      try run.add(row, scores: ["Exact": row == "r1" ? 1 : 0], cost: Run.usd(0.002))
      try run.add(row, to: "own", scores: ["Exact": 1])
    }
    let spending = Spending([try run.results()], by: .route)
    // Two requests at 0.002 dollars for one pass; what passed without a known cost is no bargain.
    #expect(abs(try #require(spending.total.costPerPassingRequest.quantity).value - 0.004) < 1e-15)
    #expect(spending.total.passRate.quantity?.value == 0.75)
    #expect(spending.notes.contains("costs by passing request are without what has no known cost at all: own"))
    let own = try #require(Spending([try run.results()], by: .candidate).groups.first { $0.value == "own" })
    #expect(own.costPerPassingRequest == .absent("no cost is known"))
  }

  @Test func currenciesStandBesideEachOther() throws {
    let run = try Run(rows: Run.rows(["r1", "r2", "r3"]))
    let euros = CostRecord.known(picos: 7, currency: "EUR", priceVersion: "v1", price: "")
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002)) { $0.customer = "one" }
    try run.add("r2", scores: ["Exact": 1], cost: euros) { $0.customer = "two" }
    try run.add("r3", scores: ["Exact": 1], cost: .known(picos: 3, currency: "no code", priceVersion: "", price: ""))
    let spending = Spending([try run.results()], by: .customer)
    #expect(spending.total.cost.known.map(\.currency.code) == ["EUR", "USD"] && spending.total.cost.unknown == 1)
    #expect(spending.total.costPerPassingRequest.quantity == nil)
    // A group whose costs are all in one has its own.
    #expect(try group(spending, "two").currency == "EUR")
    #expect(try group(spending, "two").costPerPassingRequest.quantity?.value == 7e-12)
    #expect(spending.notes.contains { $0.contains("EUR, USD") })
  }

  @Test func aFailedRequestSaysNothingOfEvaluatorsThatItsRunLacks() throws {
    let first = try Run(label: "1", dataset: "d@sha256:aa", rows: Run.rows(["r1"]))
    try first.add("r1", scores: ["Exact": 1])
    let second = try Run(label: "2", dataset: "d@sha256:bb", rows: Run.rows(["r1", "r2"]), beside: first)
    try second.add("r1", scores: ["Judge": 1])
    try second.add("r2", failure: "timeout")
    let spending = Spending(try EvaluationResults.all(in: first.store), by: .route)
    let scores = Dictionary(
      uniqueKeysWithValues: spending.total.scores.map { ($0.evaluator, $0.mean.quantity?.value) })
    #expect(scores == ["Exact": 1, "Judge": 0.5])
    #expect(spending.evaluations == ["support@1", "support@2"])
    #expect(spending.notes.contains { $0.contains("2 versions of datasets") && $0.contains("d@sha256:bb") })
  }

  @Test func aSpanOfTimeHasItsOwnRequests() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", scores: ["Exact": 1], cost: Run.usd(0.002))
    try run.add("r2", scores: ["Exact": 0], cost: Run.usd(0.002)) { $0.startedAt = Run.start.addingTimeInterval(3_600) }
    let later = try EvaluationResults.all(in: run.store, from: Run.start.addingTimeInterval(1))
    #expect(later.count == 1 && later[0].observations.map(\.row) == ["r2"] && later[0].verdicts.count == 1)
    #expect(Spending(later, by: .route).total.passRate.quantity?.value == 0)
    #expect(try EvaluationResults.all(in: run.store, until: Run.start).isEmpty)
  }

  @Test func requestsOfOneRowAreNoIndependentEvidence() throws {
    let run = try Run(rows: Run.rows((0..<10).map { "r\($0)" }), candidates: ["a", "b", "c"])
    for index in 0..<10 {
      for candidate in ["a", "b", "c"] { try run.add("r\(index)", to: candidate, scores: ["Exact": 1]) }
    }
    let rate = try #require(Spending([try run.results()], by: .route).total.passRate.quantity)
    #expect(rate.value == 1 && rate.count == 30)
    // Thirty passes over ten rows are as sure as ten.
    #expect(rate.interval == Proportion.wilson(10, of: 10))
  }

  @Test func nothingJudgedHasNoQuality() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", cost: Run.usd(0.002))
    let total = Spending([try run.results()], by: .route).total
    #expect(total.passRate == .absent("nothing was judged") && total.scores.isEmpty)
    let none = Spending([], by: .route)
    #expect(none.groups.isEmpty && none.total.requests == 0)
  }
}
