import Evaluations
import Foundation
import Measures
import Pricing
import Records
import Testing

@Suite struct RepricingTests {
  private typealias Run = StoredRun

  /// Two versions: what an input token of `m` costs at the shop, and an output token of it.
  private func tables() throws -> (old: PriceTable, new: PriceTable) {
    func version(_ id: String, _ date: String, input: String, models: String) throws -> PriceVersion {
      let json = """
        {"id": "\(id)", "date": "\(date)", "complete": true, "source": {"name": "test"}, "providers": [
          {"id": "shop", "models": [
            {"id": "m", "entries": [{"prices": {"input": "\(input)", "output": "10"}}]}\(models)]}],
         "hardware": [{"id": "rack", "per_hour": "3.6"}]}
        """
      return try JSONDecoder().decode(PriceVersion.self, from: Data(json.utf8))
    }
    let catalogue = try PriceCatalogue(versions: [
      version("old", "2025-01-01", input: "1", models: ""),
      version(
        "new", "2025-06-01", input: "2",
        models: #", {"id": "fallback", "entries": [{"prices": {"input": "100", "output": "100"}}]}"#),
    ])
    return (try catalogue.table(version: "old"), try catalogue.table(version: "new"))
  }

  private let usage = #"{"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}"#
  private let price = #"{"provider": "shop", "model": "m", "version": "old", "conditions": {}, "parts": []}"#

  private func cost(_ results: EvaluationResults, _ row: String) throws -> CostRecord {
    try #require(results.observations.last { $0.row == row }).cost
  }

  @Test func theSameAnswersAtAnotherVersion() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", cost: Run.usd(0.002, version: "old", price: price)) {
      $0.usage = usage
      $0.answeredBy = "m"
    }
    let (old, new) = try tables()
    let results = try run.results()
    // 1,000 x $1 and 100 x $10 for a million tokens; then 1,000 x $2.
    #expect(try cost(results.repriced(by: old), "r1").picos == 2_000_000_000)
    let repriced = results.repriced(by: new)
    #expect(try cost(repriced, "r1").picos == 3_000_000_000)
    #expect(repriced.priceVersions == ["new"])
    // And back again, from what repricing left.
    #expect(try cost(repriced.repriced(by: old), "r1").picos == 2_000_000_000)
    #expect(try cost(results, "r1").picos == 2_000_000_000, "the records stay what they are")
  }

  @Test func aFallbackIsPricedAsItself() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", cost: Run.usd(0.002, price: price)) {
      $0.usage = usage
      $0.answeredBy = "fallback"
    }
    let (old, new) = try tables()
    #expect(try cost(run.results().repriced(by: new), "r1").picos == 110_000_000_000)
    guard case .absent(let why) = try cost(run.results().repriced(by: old), "r1") else {
      Issue.record("a model that the version does not have was given a price")
      return
    }
    #expect(why.reason.contains("fallback"))
  }

  @Test func theNameItWasPricedUnderIsKept() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", cost: Run.usd(0.002, price: price)) {
      $0.usage = usage
      $0.answeredBy = "model-a"
    }
    #expect(try cost(run.results().repriced(by: tables().new), "r1").picos == 3_000_000_000)
  }

  @Test func whatIsNotKnownStaysAbsent() throws {
    let run = try Run(rows: Run.rows(["unknown", "kept", "unused", "broken"]))
    try run.add("unknown")
    try run.add("kept", cost: Run.usd(0.002, price: price))
    try run.add("unused", cost: Run.usd(0.002, price: price)) {
      $0.usage = #"{"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 7}"#
    }
    try run.add("broken", cost: Run.usd(0.002, price: price)) { $0.usage = "}{" }
    let results = try run.results().repriced(by: tables().new)
    #expect(try cost(results, "unknown") == .absent(Absence("no price")))
    for row in ["kept", "unused", "broken"] { #expect(try cost(results, row).picos == nil) }
  }

  @Test func aProviderOfTheSameCandidateServes() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", cost: Run.usd(0.002, price: price)) { $0.usage = usage }
    try run.add("r2") {
      $0.usage = usage
      $0.answeredBy = "m"
    }
    #expect(try cost(run.results().repriced(by: tables().new), "r2").picos == 3_000_000_000)
  }

  @Test func hardwareIsPricedByItsTime() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    try run.add("r1", cost: Run.usd(1, price: #"{"hardware": "rack", "seconds": 2}"#))
    try run.add("r2", cost: Run.usd(1, price: #"{"hardware": "rack"}"#))
    let results = try run.results().repriced(by: tables().new)
    #expect(try cost(results, "r1").picos == 2_000_000_000)
    #expect(try cost(results, "r2").picos == nil)
  }

  @Test func whatThePlanSaidHasNoOtherVersion() throws {
    let run = try Run(rows: Run.rows(["r1"]))
    try run.add("r1", cost: Run.usd(1, version: "plan", price: #"{"hardware": "the plan's", "seconds": 2}"#))
    #expect(
      try cost(run.results().repriced(by: tables().new), "r1")
        == Run.usd(
          1, version: "plan", price: #"{"hardware": "the plan's", "seconds": 2}"#))
  }

  @Test func hostilePricesAreNoPrices() {
    for text in ["", "[]", "null", "{}", #"{"provider": 3}"#, String(repeating: "[", count: 100_000)] {
      #expect(StoredPrice(json: text) == nil)
    }
    #expect(StoredPrice(json: #"{"reference": {"provider": "shop"}}"#)?.provider == "shop")
  }
}
