import Measures
import Pricing
import Ranking
import Records
import Testing

@testable import Evaluations

@Suite struct EvaluationSummaryTests {
  private typealias Run = StoredRun

  @Test func everythingOfACandidateIsSaid() throws {
    let run = try Run(rows: Run.rows((0..<8).map { "r\($0)" }), candidates: ["a", "b"])
    for index in 0..<8 {
      try run.add(
        "r\(index)", scores: ["Exact": index < 6 ? 1 : 0], cost: Run.usd(0.001), latency: Double(index + 1),
        judgeCost: Run.usd(0.0001)
      ) {
        $0.retries = index == 0 ? 2 : 0
        $0.answeredBy = "model-a"
        $0.energy = .value(Quantity(6, count: 1))
      }
    }
    try run.add("r0", to: "b", cost: Run.usd(0.5), failure: "timeout")
    for index in 0..<7 {
      if index < 2 {
        try run.add("r\(index)", to: "b", failure: index == 0 ? "timeout" : "status_429")
      } else {
        try run.add(
          "r\(index)", to: "b", cost: Run.usd(0.0005),
          outcomes: ["Exact": .absent(Absence("no key"), cause: "no-expectation")])
      }
    }
    let summary = try EvaluationSummary(run.results())
    #expect(
      summary.measures.map(\.name).prefix(5) == [
        "Exact", "pass-rate", "error-rate", "cost-per-request", "cost-per-passing-request",
      ])
    #expect(
      summary.measures.contains { $0.name == "p99" } && summary.measures.last?.name == "energy-per-passing-request")
    let (a, b) = (summary.candidates[0], summary.candidates[1])
    func value(_ candidate: EvaluationSummary.Candidate, _ name: String) -> MeasuredValue? {
      candidate.figures.first { $0.measure.name == name }?.value
    }
    // Over the seven rows that both were asked.
    #expect(summary.comparedRows == 7 && summary.rows == 8)
    #expect(abs(try #require(value(a, "pass-rate")?.quantity?.value) - 6.0 / 7) < 1e-12)
    #expect(abs(try #require(value(a, "cost-per-passing-request")?.quantity?.value) - 0.007 / 6) < 1e-12)
    #expect(abs(try #require(value(a, "energy-per-passing-request")?.quantity?.value) - 42.0 / 6) < 1e-12)
    #expect(a.retries == 2 && a.failed == 0 && a.requests == 8 && a.answeredBy == ["model-a"])
    #expect(a.judgeSpent.known == [Money(picos: 800_000_000)])
    #expect(b.failed == 2 && b.missing == 1 && b.superseded == 1)
    #expect(b.failures == [.init(kind: "status_429", count: 1), .init(kind: "timeout", count: 1)])
    #expect(b.absences == [.init(evaluator: "Exact", cause: "no-expectation", count: 5)])
    // What the first attempt cost is spent, though it counts for nothing.
    #expect(b.spent.known == [Money(picos: 502_500_000_000)] && b.spent.unknown == 2)
    #expect(value(b, "p99")?.quantity == nil)
    #expect(summary.notes.contains { $0.contains("1 of 16 requests have no result") })
  }

  @Test func namedMeasuresAreTheOnlyOnes() throws {
    let run = try Run(rows: Run.rows(["r1", "r2"]))
    for row in ["r1", "r2"] { try run.add(row, scores: ["Exact": 1], latency: 1) }
    let results = try run.results()
    let p90 = try results.table().measure(named: "p90", askedBy: "test")
    #expect(try EvaluationSummary(results, measures: [p90]).measures == [p90])
  }
}
