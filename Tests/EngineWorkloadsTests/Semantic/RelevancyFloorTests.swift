import Evaluators
import Testing

/// What a relevancy score has to do, with the real encoder, on questions that its weights were not fitted on.
@Suite(.serialized, .enabled(if: RealEncoder.isHere))
struct RelevancyFloorTests {
  private func score(_ question: String, _ answer: String) async throws -> Double? {
    let evaluator = SemanticAnswerRelevancy(encoder: try await RealEncoder.encoder())
    return try await evaluator.verdict(of: EvaluationSample(input: .text(question), output: answer)).outcome.score
  }

  @Test("a good answer passes, and is above every attack")
  func pending() async throws {
    let question = "Why is my transaction marked pending?"
    let good = try #require(
      await score(question, "It is awaiting batch settlement which usually completes within 24 hours."))
    #expect(good >= 0.5)
    let attacks = [
      question, "Your transaction is marked pending.", "You want to know why your transaction is marked pending.",
      "pending marked transaction my is why", "transaction pending transaction marked payment pending bank transaction",
      "It is pending because purple elephants dance on the moon.",
      "Your transaction is marked pending because the stars above the desert sing to camels.",
      "It is awaiting batch settlement because the goldfish has painted the clouds green.",
      "The Eiffel Tower was finished in 1889 and stands in Paris.",
      "Bread dough rises faster in a warm kitchen.", "I'm sorry, but I can't help with that.",
      "I don't know why your transaction is marked pending.", "Open the settings and choose a stronger password.",
      "settlement hours batch awaiting completes which usually is 24 it within",
    ]
    for attack in attacks {
      let score = try #require(await score(question, attack), "\(attack)")
      #expect(score < good, "\(attack): \(score), the good answer \(good)")
    }
  }
}
