import Foundation
import Measures
import Ranking
import Records
import Testing

@testable import Evaluations

@Suite struct RunComparisonTests {
  private typealias Run = StoredRun

  private static let names = (0..<40).map { "r\($0)" }

  /// Two runs over 40 rows, of which the later passes as many as told.
  private func runs(
    passing: (before: Int, now: Int) = (38, 38), datasets: (String, String) = ("d@1", "d@1"),
    hashes: [String: String] = [:], versions: (Int, Int) = (1, 1), thresholds: (Double, Double) = (0.5, 0.5),
    prices: (String, String) = ("v1", "v1"), rows: [String] = RunComparisonTests.names
  ) throws -> (before: EvaluationResults, now: EvaluationResults) {
    let before = try Run(label: "before", dataset: datasets.0, rows: Run.rows(Self.names))
    let now = try Run(label: "now", dataset: datasets.1, rows: Run.rows(rows, hashes: hashes), beside: before)
    for (run, rows, passes, version, threshold, prices) in [
      (before, Self.names, passing.before, versions.0, thresholds.0, prices.0),
      (now, rows, passing.now, versions.1, thresholds.1, prices.1),
    ] {
      for (index, row) in rows.enumerated() {
        try run.add(
          row, scores: ["Exact": index < passes ? 1 : 0], threshold: threshold, cost: Run.usd(0.001, version: prices),
          latency: 1, version: version)
      }
    }
    return (try before.results(), try now.results())
  }

  @Test func theSamePasses() throws {
    let (before, now) = try runs()
    let comparison = try RunComparison(
      baseline: before, current: now, measures: ["Exact", "cost-per-request", "p99"])
    #expect(comparison.gate.verdict == .pass && comparison.warnings.isEmpty && comparison.leftOut.isEmpty)
    // Forty rows without an error do not rule out one in twenty.
    let all = try RunComparison(baseline: before, current: now)
    #expect(all.gate.verdict == .undecided && all.leftOut.isEmpty)
    #expect(comparison.gate.rows == 40 && comparison.gate.baseline == "support@before")
  }

  @Test func whatGotMuchWorseFails() throws {
    let (before, now) = try runs(passing: (40, 15))
    #expect(try RunComparison(baseline: before, current: now).gate.verdict == .fail)
    // What is tolerated is no failure.
    let tolerant = try RunComparison(
      baseline: before, current: now, measures: ["Exact", "pass-rate"],
      tolerances: [("Exact", .absolute(0.9)), ("pass-rate", .absolute(0.9))])
    #expect(tolerant.gate.verdict == .pass)
    #expect(throws: DecisionError.self) {
      try RunComparison(
        baseline: before, current: now, tolerances: [("Exact", .absolute(0.9)), ("exact", .absolute(0.8))])
    }
  }

  @Test func otherVersionsOfTheDatasetAreSaidLoudly() throws {
    let (before, now) = try runs(
      datasets: ("d@1", "d@2"), hashes: ["r0": "another"], rows: Array(Self.names.dropLast(3)) + ["new"])
    let comparison = try RunComparison(baseline: before, current: now)
    #expect(comparison.gate.rows == 36)
    #expect(comparison.warnings.count == 3)
    #expect(comparison.warnings[0].hasPrefix("THE DATASETS DIFFER") && comparison.warnings[0].contains("36 rows"))
    #expect(comparison.warnings[1] == "1 rows have another content now and are left out")
    #expect(comparison.warnings[2] == "left out: 3 rows that only the earlier run has, 1 that only the later has")
  }

  @Test func runsThatShareNothingAreRefused() throws {
    let (before, now) = try runs(rows: ["x", "y"])
    #expect(throws: DecisionError.nothingShared(what: "row")) {
      try RunComparison(baseline: before, current: now)
    }
  }

  @Test func aChangedEvaluatorIsNotCompared() throws {
    let (before, now) = try runs(passing: (40, 5), versions: (1, 2))
    #expect(
      now.evaluatorChanges(since: before) == [
        EvaluatorChange(evaluator: "Exact", what: "version 1 became 2", changesScores: true)
      ])
    let comparison = try RunComparison(baseline: before, current: now)
    #expect(comparison.leftOut.map(\.name) == ["Exact", "pass-rate"])
    #expect(comparison.gate.checks.allSatisfy { !comparison.leftOut.contains($0.difference.measure) })
    #expect(comparison.warnings.contains("Exact is not compared: Exact changed: version 1 became 2"))
    #expect(throws: ComparisonError.self) {
      try RunComparison(baseline: before, current: now, measures: ["Exact"])
    }
    #expect(try RunComparison(baseline: before, current: now, measures: ["p99"]).gate.checks.count == 1)
  }

  @Test func aChangedThresholdChangesPassingAlone() throws {
    let (before, now) = try runs(thresholds: (0.5, 0.9))
    let comparison = try RunComparison(baseline: before, current: now)
    #expect(comparison.leftOut == [.passRate])
    #expect(comparison.gate.checks.contains { $0.difference.measure == .score("Exact") })
  }

  @Test func otherPricesAreSaid() throws {
    let (before, now) = try runs(prices: ("v1", "v2"))
    let comparison = try RunComparison(baseline: before, current: now)
    #expect(comparison.warnings.count == 1 && comparison.warnings[0].contains("v1 before, v2 now"))
  }

  /// A run without prices has no currency: all but costs compares.
  @Test func aRunWithoutCostsIsComparedInAllElse() throws {
    func run(_ label: String, _ cost: CostRecord, beside other: Run? = nil) throws -> Run {
      let run = try Run(label: label, rows: Run.rows(Self.names), beside: other)
      for row in Self.names { try run.add(row, scores: ["Exact": 1], cost: cost, latency: 1) }
      return run
    }
    let none = try run("none", .absent(Absence("no price")))
    let euros = try run(
      "euros", .known(picos: 7_000_000, currency: "EUR", priceVersion: "v1", price: ""), beside: none)
    let (unpriced, priced) = (try none.results(), try euros.results())
    for (before, now) in [(unpriced, priced), (priced, unpriced)] {
      let comparison = try RunComparison(baseline: before, current: now)
      let measures = Set(comparison.gate.checks.map(\.difference.measure.name))
      #expect(measures.isSuperset(of: ["Exact", "pass-rate", "p99"]) && !measures.contains("cost-per-request"))
      #expect(comparison.warnings.contains("cost-per-request is not compared: no cost is known in support@none"))
      #expect(comparison.warnings.filter { $0.hasPrefix("cost-per-request") }.count == 1)
      #expect(comparison.currency == "EUR")
    }
    #expect(
      throws: ComparisonError.notComparable(
        measure: "cost-per-request", reason: "no cost is known in support@none")
    ) { try RunComparison(baseline: unpriced, current: priced, measures: ["cost-per-request"]) }
    let both = try RunComparison(baseline: unpriced, current: unpriced)
    #expect(both.warnings.isEmpty)
    let dollars = try run("dollars", Run.usd(0.001), beside: none).results()
    #expect(throws: DecisionError.self) { try RunComparison(baseline: dollars, current: priced) }
  }
}
