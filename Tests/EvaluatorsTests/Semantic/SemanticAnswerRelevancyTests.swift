import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Relevancy over an encoder that knows words alone")
struct SemanticAnswerRelevancyTests {
  private let evaluator = SemanticAnswerRelevancy(encoder: HashingEncoder())

  private func verdict(_ question: String, _ answer: String?) async throws -> Verdict {
    try await evaluator.verdict(of: EvaluationSample(input: .text(question), output: answer))
  }

  private func cause(_ question: String, _ answer: String?) async throws -> AbsenceCause? {
    if case .absent(_, let cause) = try await verdict(question, answer).outcome { cause } else { nil }
  }

  @Test("nothing to score is no score")
  func absences() async throws {
    #expect(try await cause("Why is it late?", nil) == .noAnswer)
    #expect(try await cause("Why is it late?", " \n") == .noAnswer)
    #expect(try await cause(" ", "It is late.") == .noExpectation)
    #expect(try await cause("Why is it late?", "...!?") == .undecidable)
    #expect(try await cause("Is it late?", "Yes.") == .undecidable)
    #expect(try await cause("How many are there?", "42") == .undecidable)
    #expect(try await cause("Why is it late?", "因为下雨了，所以公共汽车晚点了。") == .unsupported)
  }

  @Test("what says nothing scores nothing, and says which nothing")
  func nothing() async throws {
    let question = "Why is my transaction marked pending?"
    let refusal = try await verdict(question, "I'm sorry, but I cannot answer that. I don't know.")
    #expect(refusal.outcome == .score(0))
    #expect(refusal.reason == "the answer declines to answer")
    #expect(refusal.parts.map(\.reason) == ["declines to answer", "declines to answer"])
    let echo = try await verdict(question, "Why is my transaction marked pending?")
    #expect(echo.outcome == .score(0))
    #expect(echo.reason == "the answer asks the question again")
  }

  @Test("a low score names its cause, and each clause is a part")
  func reasons() async throws {
    let question = "Why is my transaction marked pending?"
    let salad = try await verdict(question, "pending transaction marked settlement pending batch transaction waiting")
    #expect(try #require(salad.outcome.score) < 0.5)
    let stray = try await verdict(question, "Penguins sleep on the ice while the old lighthouse is painted.")
    #expect(try #require(stray.outcome.score) < 0.5)
    #expect(stray.reason.contains("question"))
    #expect(!stray.parts.isEmpty)
    #expect(stray.parts.allSatisfy { !$0.name.isEmpty && !$0.reason.isEmpty })
  }

  @Test("the built-in texts are encoded once")
  func anchors() async throws {
    let encoder = HashingEncoder()
    let evaluator = SemanticAnswerRelevancy(encoder: encoder)
    let sample = EvaluationSample(input: .text("How do I pay?"), output: "Scan the code at the till with your phone.")
    _ = try await evaluator.verdict(of: sample)
    let first = encoder.count
    _ = try await evaluator.verdict(of: sample)
    #expect(encoder.count - first < 12)
    let english = EnglishWords.shared
    let anchors = english.refusals.count + english.courtesies.count + english.neutral.count + english.cohort.count
    #expect(first == encoder.count - first + anchors)
  }

  @Test("what is encoded of an answer grows with its clauses, not with their square")
  func bounded() throws {
    func count(_ clauses: Int) throws -> Int {
      let answer = (0..<clauses).map { "Gate \($0) opens to platform \($0) at hour \($0)." }.joined(separator: " ")
      return RelevancyFeatures.texts(try Substance(of: answer, to: "How do I leave?").sentences).count
    }
    #expect(try count(1) == 4)
    // Two of each clause, the whole with its rest, and the answer without each of at most 8 parts, and before 7 of them.
    #expect(try count(8) == 16 + 2 + 15)
    #expect(try count(300) == 600 + 2 + 15)
  }

  @Test("a part that leads away from the question costs, and is named")
  func aside() async throws {
    let question = "How do I pay at the till?"
    let answer = "Scan the code at the till to pay with your phone"
    let good = try await evaluator.features(of: sample(question, answer + "."))
    let bad = try await evaluator.features(
      of: sample(question, answer + ". Penguins sleep on cold ice beside whales near frozen ships."))
    #expect(try #require(good?["aside"]) == 0)
    #expect(try #require(bad?["aside"]) > 0.1)
    #expect(try #require(bad?["opening"]) > 0.1)
    let verdict = try await verdict(question, answer + ". Penguins sleep on cold ice beside whales near frozen ships.")
    #expect(
      try #require(verdict.outcome.score) < (try #require(await self.verdict(question, answer + ".").outcome.score)))
  }

  private func sample(_ question: String, _ answer: String) -> EvaluationSample {
    EvaluationSample(input: .text(question), output: answer)
  }

  @Test("the engine names the weights that scores depend on")
  func engine() {
    #expect(evaluator.engine == "local by hashing@sha256:0123456789ab")
    #expect(SemanticGroundedness(encoder: HashingEncoder()).engine == evaluator.engine)
  }

  @Test("the same sample gets the same verdict")
  func deterministic() async throws {
    let first = try await verdict("How do I pay?", "Scan the code at the till, then confirm the sum with your thumb.")
    let second = try await SemanticAnswerRelevancy(encoder: HashingEncoder()).verdict(
      of: EvaluationSample(
        input: .text("How do I pay?"), output: "Scan the code at the till, then confirm the sum with your thumb."))
    #expect(first == second)
  }

  @Test(
    "an encoder that breaks its promise is an error",
    arguments: [BrokenEncoder.Fault.tooFew, .notUnit, .notNumbers, .ragged])
  func brokenEncoder(fault: BrokenEncoder.Fault) async {
    let evaluator = SemanticAnswerRelevancy(encoder: BrokenEncoder(fault: fault))
    await #expect(throws: EvaluationError.self) {
      try await evaluator.verdict(of: EvaluationSample(input: .text("Why is it late?"), output: "It snowed all night."))
    }
  }

  @Test("an encoder's own error comes through, each time")
  func failingEncoder() async {
    let evaluator = SemanticAnswerRelevancy(encoder: BrokenEncoder(fault: .fails))
    for _ in 0..<2 {
      await #expect(throws: BrokenEncoder.Failure.self) {
        try await evaluator.verdict(of: EvaluationSample(input: .text("Why is it late?"), output: "It snowed."))
      }
    }
  }

  @Test("a configuration makes both, with the encoder that is there")
  func kinds() throws {
    let registry = EvaluatorRegistry.standard(encoder: HashingEncoder())
    let made = try registry.make(EvaluatorConfiguration("AnswerRelevancy", name: "on topic", threshold: 0.7))
    #expect(made is SemanticAnswerRelevancy)
    #expect(made.name == "on topic")
    #expect(made.threshold == 0.7)
    let grounded = try registry.make(EvaluatorConfiguration("Groundedness", options: ["engine": .string("local")]))
    #expect(grounded is SemanticGroundedness)
    #expect(grounded.threshold == 0.5)
    for kind in ["AnswerRelevancy", "Groundedness"] {
      #expect(throws: EvaluationError.self) {
        try EvaluatorRegistry.standard().make(EvaluatorConfiguration(kind, options: ["engine": .string("local")]))
      }
    }
  }
}
