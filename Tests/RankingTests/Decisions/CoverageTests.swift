import Foundation
import Measures
import Ranking
import Testing

/// Whether intervals hold what they are of as often as they say. The bounds are binomial: outside of them lies a probability
/// of 0.001 on each side. A bootstrap of so few rows is known to fall a little short, which the lower bounds allow for.
@Suite struct CoverageTests {
  private typealias Fixture = CandidateFixture

  private func hits(
    _ rounds: Int, _ measure: CandidateMeasure, truth: Double, outcomes: () -> [CandidateTable.Outcome]
  ) throws -> Int {
    try (0..<rounds).count { round in
      let summary = try Fixture.table(["a": outcomes()]).summary(
        of: [measure],
        options: options {
          $0.seed = UInt64(round)
          $0.resamples = 200
        })
      let interval = try #require(summary.lines[0].values[0].quantity?.interval)
      return interval.lower <= truth && truth <= interval.upper
    }
  }

  /// A ratio of two sums: costs are higher where rows fail, and so is the cost per pass. Of 400 intervals at 0.95, 367 to 393
  /// hold it; the lower bound is that of 0.93.
  @Test func costPerPassingRequest() throws {
    var generator = SeededGenerator(seed: 41)
    let found = try hits(400, .costPerPassingRequest, truth: (0.6 * 0.001 + 0.4 * 0.002) / 0.6) {
      (0..<80).map { _ in
        let passed = generator.unit() < 0.6
        return Fixture.answered(passed: passed, cost: (passed ? 0.001 : 0.002) * (0.5 + generator.unit()))
      }
    }
    #expect((356...393).contains(found), "\(found) of 400")
  }

  /// The 90th percentile of exponential latencies, by 100 requests. Of 250 intervals at 0.95, 227 to 248 hold it; the lower
  /// bound is that of 0.91.
  @Test func latencyQuantile() throws {
    var generator = SeededGenerator(seed: 43)
    let found = try hits(250, .latency("latency", .quantile(0.9)), truth: -log(0.1)) {
      (0..<100).map { _ in Fixture.answered(latency: -log(1 - generator.unit())) }
    }
    #expect((213...248).contains(found), "\(found) of 250")
  }

  /// Wilson's interval of a pass rate. Of 400 intervals at 0.95, 367 to 393 hold it, and a few more as counts are whole.
  @Test func passRate() throws {
    var generator = SeededGenerator(seed: 47)
    let found = try hits(400, .passRate, truth: 0.9) {
      (0..<50).map { _ in Fixture.answered(passed: generator.unit() < 0.9) }
    }
    #expect((367...396).contains(found), "\(found) of 400")
  }
}
