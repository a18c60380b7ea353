import Foundation
import Measures
import MeasuringClient
import OpenAIWire
import Pricing
import Records
import Testing

@testable import Evaluations

/// What attempts cost that came to nothing: it was paid, and either it is known or it is said that it is not.
@Suite struct AttemptCostTests {
  private func costing() throws -> RequestCosting {
    let json = """
      {"id": "v", "date": "2025-01-01", "complete": true, "source": {"name": "test"}, "providers": [
        {"id": "shop", "models": [
          {"id": "m", "entries": [{"prices": {"input": "1", "output": "10"}}]},
          {"id": "dear", "entries": [{"prices": {"input": "100", "output": "100"}}]}]}]}
      """
    let version = try JSONDecoder().decode(PriceVersion.self, from: Data(json.utf8))
    return RequestCosting(
      table: try PriceCatalogue(versions: [version]).table(version: "v"),
      price: .catalogue(provider: "shop", model: nil, conditions: [:]), asked: "m")
  }

  private let usage = JSONValue.members(["prompt_tokens": .integer(1000), "completion_tokens": .integer(100)])
  private let date = Date(timeIntervalSince1970: 1_763_700_000)

  /// An attempt that was sent, and broke off where there is a failure.
  private func attempt(
    _ failure: RequestFailure?, at begin: UInt64 = 100, tokens: Int = 0, usage: JSONValue? = nil, model: String? = nil
  ) -> AttemptTimeline {
    var attempt = AttemptTimeline(began: begin)
    attempt.sent = begin + 1
    attempt.arrivals = (0..<tokens).map { begin + 2 + UInt64($0) }
    attempt.end = begin + 50
    attempt.failure = failure
    attempt.usage = usage
    attempt.answeredBy = model
    return attempt
  }

  private func observation(_ attempts: [AttemptTimeline], usage: JSONValue? = nil) -> Observation {
    var observation = Observation(index: 0, identifier: "c-0", scheduled: 1)
    observation.attempts = attempts
    observation.usage = usage
    return observation
  }

  /// The same as the records have it.
  private func stored(_ observation: Observation, _ cost: CostRecord) -> ObservationRecord {
    ObservationRecord(
      observation, candidate: 1, row: "r", repetition: 0,
      attribution: EvaluationWork.RowAttribution(route: "x", customer: nil, tags: [:]), startedAt: date, cost: cost,
      energy: .absent("none"))
  }

  @Test func usageThatWasSaidBeforeAnAttemptBrokeOffIsAdded() throws {
    let costing = try costing()
    let whole = observation([attempt(nil)], usage: usage)
    #expect(costing.cost(of: whole, at: date).picos == 2_000_000_000)
    let twice = observation(
      [attempt(.truncated(afterChunks: 3), tokens: 3, usage: usage), attempt(nil, at: 200)], usage: usage)
    let cost = costing.cost(of: twice, at: date)
    #expect(cost.picos == 4_000_000_000)
    #expect(stored(twice, cost).unpricedAttempts == 0)
    // A fallback that broke off is priced as itself.
    let other = observation(
      [attempt(.truncated(afterChunks: 3), usage: usage, model: "dear"), attempt(nil, at: 200)], usage: usage)
    #expect(costing.cost(of: other, at: date).picos == 112_000_000_000)
    // From the records the same, and at other prices too.
    #expect(costing.cost(of: stored(twice, cost), tier: nil) == cost)
    #expect(costing.cost(of: stored(other, cost), tier: nil).picos == 112_000_000_000)
    // Nothing was answered, and what had come was paid for.
    let failed = observation([attempt(.truncated(afterChunks: 3), usage: usage)])
    #expect(costing.cost(of: failed, at: date).picos == 2_000_000_000)
    #expect(costing.cost(of: stored(failed, cost), tier: nil).picos == 2_000_000_000)
  }

  @Test(arguments: [
    (RequestFailure.truncated(afterChunks: 2), 2, 1), (.malformedChunk(afterChunks: 0, reason: "x"), 0, 1),
    (.serverEvent(message: "x"), 0, 1), (.timeout(seconds: 1), 0, 1), (.reset(afterChunks: 2), 2, 1),
    (.reset(afterChunks: 0), 0, 0), (.status(429, retryAfterSeconds: nil, message: ""), 0, 0),
    (.status(500, retryAfterSeconds: nil, message: ""), 0, 0), (.connect(reason: "x"), 0, 0),
  ])
  func whatIsNotKnownMakesALowerBound(_ failure: RequestFailure, _ tokens: Int, _ unknown: Int) throws {
    let costing = try costing()
    let request = observation([attempt(failure, tokens: tokens), attempt(nil, at: 200)], usage: usage)
    let cost = costing.cost(of: request, at: date)
    #expect(cost.picos == 2_000_000_000)
    #expect(stored(request, cost).unpricedAttempts == unknown)
    guard case .known(_, _, _, let price) = cost else { return }
    #expect(price.contains("lower_bound") == (unknown > 0))
    let alone = observation([attempt(failure, tokens: tokens)])
    #expect(costing.cost(of: alone, at: date).picos == nil, "nothing is known of it at all")
  }

  @Test func lowerBoundsAreSaidWhereCostsAreShown() throws {
    let run = try StoredRun(rows: StoredRun.rows(["r1", "r2", "r3"]))
    func timeline(_ error: String, _ more: String = "") -> String {
      #"{"attempts":[{"sent_ns":1,"token_ns":[2],"end_ns":3,"status":200,"error":"\#(error)"\#(more)},{"sent_ns":4,"end_ns":5}]}"#
    }
    try run.add("r1", scores: ["Exact": 1], cost: StoredRun.usd(0.001)) {
      $0.retries = 1
      $0.timeline = timeline("truncated")
    }
    try run.add("r2", scores: ["Exact": 1], cost: StoredRun.usd(0.001)) {
      $0.retries = 1
      $0.timeline = timeline("truncated", #","usage":{"prompt_tokens":1}"#)
    }
    try run.add("r3", scores: ["Exact": 1], cost: StoredRun.usd(0.001, price: #"{"hardware":"rack","seconds":1}"#)) {
      $0.retries = 1
      $0.timeline = timeline("truncated")
    }
    let results = try run.results()
    #expect(results.notes.contains { $0.hasPrefix("a: the costs of 1 requests are lower bounds") }, "\(results.notes)")
    let spending = Spending([results], by: .candidate)
    #expect(spending.total.lowerBounds == 1)
    #expect(spending.notes.contains { $0.hasPrefix("the costs of 1 requests are lower bounds") })
  }

  /// A request that ended with the run held the server beside the others: its part is not theirs.
  @Test func requestsThatEndedWithTheRunHaveTheirPart() throws {
    let run = try StoredRun(rows: StoredRun.rows(["r1"]))
    let stored = try run.add("r1") {
      $0.timeline = #"{"attempts":[{"sent_ns":0,"end_ns":4000000000}]}"#
    }
    let costing = RequestCosting(
      table: try costing().table, price: .held(perHour: "3600", perKilowattHour: nil, currency: "USD", source: nil),
      asked: "m")
    let settlement = Settlement(costing: costing, store: run.store)
    let energy = EnergyEvidence.absent(Absence("none"))
    try settlement.settle([stored], energy: energy)
    #expect(try run.results().observations[0].cost.picos == 4_000_000_000_000)
    try settlement.settle(
      [stored], beside: [SharedOccupancy.Span(begin: 2_000_000_000, end: 9_000_000_000)], energy: energy)
    #expect(try run.results().observations[0].cost.picos == 3_000_000_000_000)
    #expect(observation([attempt(.cancelled), attempt(.cancelled, at: 200)]).spans.count == 2)
  }
}
