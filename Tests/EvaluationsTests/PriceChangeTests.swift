import Foundation
import Measures
import OpenAIWire
import Pricing
import Records
import Testing

@testable import Evaluations

/// A plan whose prices are changed under way: no run has costs at two prices.
@Suite struct PriceChangeTests {
  private func held(_ perHour: String, energy: String? = nil, currency: String = "USD") -> PlannedPrice {
    .held(perHour: perHour, perKilowattHour: energy, currency: currency, source: nil)
  }

  private func change(
    _ run: StoredRun, to price: PlannedPrice, table: PriceTable? = nil
  ) throws -> CandidateRecord {
    let table = try table ?? PriceCatalogue.builtIn.table(version: nil)
    let results = try run.results()
    return try PriceChange(
      costing: RequestCosting(table: table, price: price, asked: "model-a"), store: run.store
    ).apply(to: results.candidates[0], now: EvaluationRunner.price(price), stored: results.observations)
  }

  private func run(_ price: PlannedPrice) throws -> StoredRun {
    try StoredRun(
      rows: StoredRun.rows(["r1", "r2", "r3"]),
      manifests: ["a": Manifest(sections: ["price": EvaluationRunner.price(price)])])
  }

  private func cost(seconds: Double, picos: Int64) -> CostRecord {
    .known(
      picos: picos, currency: "USD", priceVersion: "plan",
      price: #"{"hardware":"the plan's","seconds":\#(seconds),"version":"plan"}"#)
  }

  @Test func storedSecondsAreAtTheNewPrice() throws {
    let run = try run(held("3600"))
    try run.add("r1", cost: cost(seconds: 2, picos: 2_000_000_000_000), failure: "timeout")
    try run.add("r1", cost: cost(seconds: 1.5, picos: 1_500_000_000_000))
    // One whose cost could not be made: its time is in its stamps.
    try run.add("r2", cost: .absent(Absence("energy was not measured"))) {
      $0.timeline = #"{"attempts":[{"sent_ns":1,"end_ns":3000000001}]}"#
    }
    try run.add("r3", cost: .absent(Absence("something else")))
    let changed = try change(run, to: held("7200"))
    #expect(changed.manifest.sections["price"]?["per-hour"] == "7200")
    #expect(changed.manifest.sections["earlier price"] == ["per-hour": "3600", "currency": "USD", "version": "plan"])
    let results = try run.results()
    #expect(results.observations.map(\.cost.picos) == [4_000_000_000_000, 3_000_000_000_000, 6_000_000_000_000, nil])
    #expect(
      results.notes.contains(
        "a: its price was changed under way, from currency USD, per-hour 3600, version plan to currency USD, per-hour "
          + "7200: all its requests have costs by the latter"), "\(results.notes)")
    // The same price again changes nothing, and another one is noted too.
    #expect(try change(run, to: held("7200")) == changed)
    _ = try change(run, to: held("3600", currency: "EUR"))
    let last = try run.results()
    #expect(last.observations[0].cost.currency == "EUR")
    #expect(last.notes.contains { $0.contains("from currency USD, per-hour 7200") })
  }

  @Test func energyIsAtTheNewPriceToo() throws {
    let run = try run(held("3600"))
    try run.add("r1", cost: cost(seconds: 1, picos: 1)) { $0.energy = .value(Quantity(3_600_000, count: 1)) }
    try run.add("r2", cost: cost(seconds: 1, picos: 1))
    _ = try change(run, to: held("3600", energy: "0.5"))
    let costs = try run.results().observations.map(\.cost)
    #expect(costs[0].picos == 1_500_000_000_000)
    guard case .absent(let absence) = costs[1] else {
      Issue.record("\(costs[1])")
      return
    }
    #expect(absence.reason.contains("none was measured"))
  }

  @Test func fromTimeToTokensAndBack() throws {
    let json = """
      {"id": "v", "date": "2025-01-01", "complete": true, "source": {"name": "test"}, "providers": [
        {"id": "shop", "models": [{"id": "model-a", "entries": [{"prices": {"input": "1", "output": "10"}}]}]}]}
      """
    let version = try JSONDecoder().decode(PriceVersion.self, from: Data(json.utf8))
    let table = try PriceCatalogue(versions: [version]).table(version: "v")
    let run = try run(held("3600"))
    try run.add("r1", cost: cost(seconds: 1, picos: 1)) {
      $0.usage = #"{"prompt_tokens":1000,"completion_tokens":100}"#
      $0.timeline = #"{"attempts":[{"sent_ns":1,"end_ns":2000000001}]}"#
    }
    try run.add("r2", cost: cost(seconds: 1, picos: 1))
    _ = try change(run, to: .catalogue(provider: "shop", model: nil, conditions: [:]), table: table)
    #expect(try run.results().observations.map(\.cost.picos) == [2_000_000_000, nil])
    _ = try change(run, to: held("3600"), table: table)
    #expect(try run.results().observations.map(\.cost.picos) == [2_000_000_000_000, nil])
  }

  @Test func aRunGoesOnAtTheNewPrice() async throws {
    let fixture = try EvaluationFixture(rows: 4)
    func price(_ perHour: String) -> String { ", price: {per-hour: \"\(perHour)\"}" }
    try await EvaluationFixture.withMock { mock in
      let first = try await fixture.run(try fixture.plan(mock.port, candidate: price("3600")))
      let id = try #require(first.evaluation.id)
      let before = try fixture.store.observations(ofEvaluation: id).compactMap(\.cost.picos)
      let second = try await fixture.run(try fixture.plan(mock.port, candidate: price("7200")))
      #expect(second.evaluation.id == id && second.found == 4)
      #expect(await mock.records().count == 4, "nothing is asked again")
      let after = try fixture.store.observations(ofEvaluation: id).compactMap(\.cost.picos)
      #expect(before.count == 4 && after.count == 4)
      for (old, new) in zip(before, after) { #expect(abs(new - 2 * old) <= 1, "\(old) \(new)") }
      let results = try EvaluationResults("sums", in: fixture.store)
      #expect(results.notes.contains { $0.contains("its price was changed under way") })
    }
  }
}
