import Evaluators
import Testing

/// What a groundedness score has to do, with the real encoder.
@Suite(.serialized, .enabled(if: RealEncoder.isHere))
struct GroundednessFloorTests {
  private static let context = [
    "The warranty covers the pump for five years and all other parts for two. It does not cover damage by frost. Claims "
      + "have to reach the office in Lyon within 30 days; the cost of posting the part is refunded.",
    "In 2022 the company sold 14,000 pumps, 12 percent more than in the year before.",
  ]

  private func part(_ claim: String) async throws -> (score: Double, reason: String) {
    let evaluator = SemanticGroundedness(encoder: try await RealEncoder.encoder())
    let verdict = try await evaluator.verdict(
      of: EvaluationSample(input: .text("What does the warranty cover?"), output: claim, context: Self.context))
    return (try #require(verdict.outcome.score), try #require(verdict.parts.first).reason)
  }

  @Test(
    "paraphrases pass",
    arguments: [
      "The pump has a warranty of five years.", "Frost damage is not covered.",
      "You get the postage for sending in the part back.", "Claims must arrive at the Lyon office within 30 days.",
      "Sales of pumps grew by 12 percent in 2022.",
    ])
  func paraphrase(claim: String) async throws {
    let part = try await part(claim)
    #expect(part.score >= 0.5, "\(part)")
  }

  @Test(
    "a changed number, a denial, an invented name and what is not there do not",
    arguments: [
      ("The pump has a warranty of seven years.", "contradicted"), ("Frost damage is covered.", "contradicted"),
      ("Claims must arrive at the Lyon office within 90 days.", "contradicted"),
      ("Sales of pumps grew by 22 percent in 2022.", "contradicted"),
      ("Claims must arrive at the Marseille office within 30 days.", "not found"),
      ("The cost of posting the part is not refunded.", "contradicted"),
      ("The warranty can be extended online for a fee.", "not found"),
      ("The company was founded by two brothers from Norway.", "not found"),
    ])
  func wrong(claim: String, verdict: String) async throws {
    let part = try await part(claim)
    #expect(part.score < 0.5, "\(part)")
    #expect(part.reason.hasPrefix(verdict), "\(part)")
  }

  @Test("held-out claims: precision, recall and area")
  func heldOut() async throws {
    let claims = try LabelledFile.claims(try RealEncoder.labelled("groundedness.jsonl"), part: .heldOut)
    let evaluator = SemanticGroundedness(encoder: try await RealEncoder.encoder())
    let report = try await EvaluatorCalibration.report(
      evaluator: evaluator, pairs: claims, concurrent: 1, resamples: 200)
    #expect(try #require(report.areaUnderROC).lower >= 0.9, "\(String(describing: report.areaUnderROC))")
    #expect(try #require(report.precision).lower >= 0.85, "\(String(describing: report.precision))")
    #expect(try #require(report.recall).lower >= 0.8, "\(String(describing: report.recall))")
    for kind in report.kinds where ["changed-number", "negation", "invented-entity"].contains(kind.name) {
      #expect(Double(kind.passed) <= 0.1 * Double(kind.count), "\(kind)")
    }
    for kind in report.kinds where ["paraphrase", "verbatim"].contains(kind.name) {
      #expect(Double(kind.passed) >= 0.85 * Double(kind.count), "\(kind)")
    }
  }
}
