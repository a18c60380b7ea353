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

  /// Questions that stand nowhere else in this project.
  static let questions = [
    AnswerAttack.Row(
      question: "Why did the lift stop between two floors?",
      answer: "A door sensor reported an obstacle, so the safety brake engaged until a technician cleared the fault.",
      opening: "The lift stopped between two floors"),
    AnswerAttack.Row(
      question: "How do I renew my passport?",
      answer:
        "Fill in the form at the town hall, bring two photographs and the old document, and pay the fee of 60 euros.",
      opening: "You can renew your passport"),
    AnswerAttack.Row(
      question: "Why was my insurance claim rejected?",
      answer: "The damage happened before the policy began, and earlier damage is not covered.",
      opening: "Your claim was rejected"),
    AnswerAttack.Row(
      question: "When will the server maintenance be over?",
      answer: "The technicians expect all systems to be back online by six o'clock tomorrow morning.",
      opening: "The maintenance will be over"),
    AnswerAttack.Row(
      question: "How can I lower my blood pressure without pills?",
      answer:
        "Less salt, regular walks, losing weight and drinking little alcohol each bring the reading down by a few points.",
      opening: "You can lower your blood pressure"),
    AnswerAttack.Row(
      question: "Why is my sourdough bread so dense?",
      answer: "The starter was too young to raise the dough, or it fermented too briefly in a cold kitchen.",
      opening: "Your bread is dense"),
    AnswerAttack.Row(
      question: "Who has to clear the snow from the pavement?",
      answer:
        "The owner of the house does, between seven in the morning and eight at night, unless the lease makes it the tenant's duty.",
      opening: "Somebody has to clear the snow"),
    AnswerAttack.Row(
      question: "Why does my laptop battery drain overnight?",
      answer:
        "It only sleeps when the lid is closed and keeps its network card awake. Choose hibernation in the power settings.",
      opening: "Your battery drains overnight"),
    AnswerAttack.Row(
      question: "Can the flight be rebooked to another day?",
      answer: "Yes, for a charge of 40 euros plus the difference in fare, up to two hours before departure.",
      opening: "The flight can be rebooked"),
    AnswerAttack.Row(
      question: "What does the error code E21 on my dishwasher mean?",
      answer: "The pump cannot drain the water, usually because the filter or the hose is blocked.",
      opening: "The dishwasher shows an error code"),
  ]

  @Test("and so on questions from many fields: never above it by form alone, and hardly ever by content")
  func others() async throws {
    // What says nothing, whatever it is about.
    let empty: Set<AnswerAttack> = [.parrot, .framedParrot, .questionSalad, .keywords, .refusal, .refusalWithTopic]
    var passed = 0
    var won = 0
    var lost: [String] = []
    for row in Self.questions {
      let good = try #require(await score(row.question, row.answer))
      passed += good >= 0.5 ? 1 : 0
      for attack in AnswerAttack.allCases {
        guard let text = attack.answer(row, phrases: .heldOut) else { continue }
        let score = try #require(await score(row.question, text), "\(attack)")
        if empty.contains(attack), good >= 0.5 {
          #expect(score < good, "\(attack): \(score) for \"\(text)\", the good answer \(good)")
        } else if score < good {
          won += 1
        } else {
          lost.append("\(attack): \(score) for \"\(text)\", the good answer \(good)")
        }
      }
      for other in Self.questions where other != row {
        let score = try #require(await score(row.question, other.answer))
        if score < good {
          won += 1
        } else {
          lost.append("another row's: \(score) for \"\(other.answer)\" to \"\(row.question)\", the good answer \(good)")
        }
      }
    }
    // Of one answer the encoder does not see that it is about the question: a pump that cannot drain, and E21.
    #expect(passed >= 8, "\(passed)")
    #expect(Double(won) >= 0.93 * Double(won + lost.count), "\(lost.joined(separator: "\n"))")
  }

  @Test(
    "a right answer that has the words \"not available\" passes",
    arguments: [
      (
        "Is express delivery available on weekends?",
        "Express delivery is not available on Sundays, but parcels ordered before noon on Saturday are brought the same evening."
      ),
      (
        "Why can't I pay with this card?",
        "Payment by this card is not available for orders from abroad, because the issuer does not confirm the address."
      ),
      (
        "Can I get the report as a spreadsheet?",
        "A spreadsheet is not available yet; export the table as CSV and open it there."
      ),
      (
        "Why is the video greyed out?",
        "It is not available in your country, since the studio sold the rights to another channel there."
      ),
    ])
  func notAvailable(question: String, answer: String) async throws {
    let score = try #require(await score(question, answer))
    #expect(score >= 0.5, "\(score)")
  }

  @Test("held-out questions: most good answers are above each attack on them")
  func heldOut() async throws {
    let questions = try LabelledFile.questions(try RealEncoder.labelled("relevancy.jsonl"), part: .heldOut)
      .filter { $0.source == "hand" }
    #expect(questions.count > 60)
    let evaluator = SemanticAnswerRelevancy(encoder: try await RealEncoder.encoder())
    let answers = LabelledFile.answers(questions, part: .heldOut)
    let report = try await EvaluatorCalibration.report(
      evaluator: evaluator, pairs: answers, concurrent: 1, resamples: 200)
    var good: [String: Double] = [:]
    var wins: [String: (won: Int, all: Int)] = [:]
    for (answer, score) in zip(answers, report.scores) {
      guard let score = score.score else { continue }
      if answer.kind == "good" {
        good[answer.sample.input.question] = score
      } else if !answer.label, let right = good[answer.sample.input.question] {
        wins[answer.kind, default: (0, 0)].all += 1
        if score < right { wins[answer.kind, default: (0, 0)].won += 1 }
      }
    }
    for (kind, count) in wins {
      #expect(Double(count.won) >= 0.94 * Double(count.all), "\(kind): \(count.won) of \(count.all)")
    }
    // An absurd reason behind a true opening, or behind the beginning of the good answer: hardest at one threshold for all.
    for kind in report.kinds where kind.name.hasPrefix("absurd") {
      #expect(Double(kind.passed) <= 0.25 * Double(kind.count), "\(kind)")
    }
    for kind in report.kinds where ["other-row", "answer-salad", "restatement"].contains(kind.name) {
      #expect(Double(kind.passed) <= 0.25 * Double(kind.count), "\(kind)")
    }
    let (won, all) = wins.values.reduce((0, 0)) { ($0.0 + $1.won, $0.1 + $1.all) }
    #expect(Double(won) >= 0.98 * Double(all), "\(won) of \(all)")
    #expect(try #require(report.areaUnderROC).lower >= 0.9)
  }

  @Test("shuffled answers of all held-out questions are told apart")
  func shuffled() async throws {
    let questions = try LabelledFile.questions(try RealEncoder.labelled("relevancy.jsonl"), part: .heldOut)
    let evaluator = SemanticAnswerRelevancy(encoder: try await RealEncoder.encoder())
    let answers = LabelledFile.answers(questions, part: .heldOut).filter { ["good", "other-row"].contains($0.kind) }
    let report = try await EvaluatorCalibration.report(
      evaluator: evaluator, pairs: answers, concurrent: 1, resamples: 200)
    let area = try #require(report.areaUnderROC)
    #expect(area.lower >= 0.9, "\(area)")
    #expect(try #require(report.precision).lower >= 0.75, "\(String(describing: report.precision))")
    #expect(try #require(report.recall).lower >= 0.8, "\(String(describing: report.recall))")
  }
}
