import Foundation
import Measures
import Ranking

/// Candidates with dialled behaviour over the same rows: what a test says of them is known.
struct CandidateFixture {
  struct Dial {
    var name: String
    /// The mean of its relevancy scores; rows vary around it.
    var quality = 0.8
    var passRate = 0.9
    /// In US dollars.
    var cost = 0.001
    /// Seconds, the median of the end-to-end latency.
    var latency = 0.5
    /// The share of requests without an answer.
    var errorRate = 0.0
  }

  static let relevancy: MeasureID = "AnswerRelevancy"

  static func table(
    _ dials: [Dial], rows: Int = 200, seed: UInt64 = 1, clusters: [String]? = nil
  ) throws -> CandidateTable {
    var generator = SeededGenerator(seed: seed)
    // What is hard is hard for everyone: half of a row's deviation is the row's.
    let difficulty = (0..<rows).map { _ in generator.unit() - 0.5 }
    return try CandidateTable(
      dataset: "support@1", rows: (0..<rows).map { "row \($0)" }, clusters: clusters,
      candidates: dials.map { dial in
        CandidateTable.Candidate(
          name: dial.name,
          outcomes: difficulty.map { hard in
            if generator.unit() < dial.errorRate { return .failed(error: "timeout", cost: cost(0)) }
            let score = dial.quality + 0.15 * hard + 0.15 * (generator.unit() - 0.5)
            return answered(
              score: min(1, max(0, score)), passed: generator.unit() < dial.passRate,
              cost: dial.cost * (0.8 + 0.4 * generator.unit()),
              latency: dial.latency * exp(0.8 * (generator.unit() - 0.5)))
          })
      })
  }

  static func cost(_ dollars: Double) -> CandidateTable.Cost { .exact(picos: Int64((dollars * 1e12).rounded())) }

  static func answered(
    score: Double? = nil, passed: Bool? = nil, cost dollars: Double? = 0.001, latency: Double? = nil,
    energy: Double? = nil
  ) -> CandidateTable.Outcome {
    .answered(
      .init(
        scores: score.map { [relevancy: .value($0)] } ?? [:], passed: passed,
        cost: dollars.map { cost($0) } ?? .absent(Absence("the price of the model is not known")),
        latencies: latency.map { [CandidateTable.endToEnd: $0] } ?? [:],
        energy: energy.map { .value($0) } ?? .absent(Absence("no counter"))))
  }

  static func table(_ outcomes: [String: [CandidateTable.Outcome]], clusters: [String]? = nil) throws -> CandidateTable
  {
    let names = outcomes.keys.sorted()
    return try CandidateTable(
      dataset: "hand@1", rows: outcomes[names[0]]!.indices.map { "row \($0)" }, clusters: clusters,
      candidates: names.map { .init(name: $0, outcomes: outcomes[$0]!) })
  }
}

/// Few resamples: tests are about which and what, not about the last digit.
func options(_ change: (inout DecisionOptions) -> Void = { _ in }) -> DecisionOptions {
  var options = DecisionOptions()
  options.resamples = 300
  options.flips = 1000
  change(&options)
  return options
}
