import OpenAIWire
import Testing

@testable import Evaluators

@Suite("IFEval's instructions")
struct InstructionConstraintsTests {
  @Test(
    "every instruction agrees with lm-eval's task on every answer",
    arguments: [InstructionConstraints.Mode.strict, .loose])
  func oracle(mode: InstructionConstraints.Mode) async throws {
    let fixture = try #require(try fixture("instructions").object)
    let answers = try #require(fixture["answers"]?.array).compactMap(\.string)
    let rows = try #require(fixture["instructions"]?.array)
    var ids: Set<String> = []
    for row in rows {
      let object = try #require(row.object)
      let id = try #require(object["id"]?.string)
      ids.insert(id)
      let instruction = Instruction(id, try #require(object["kwargs"]?.object))
      let constraints = InstructionConstraints(mode: mode, instructions: [instruction])
      for (answer, expected) in zip(answers, try #require(object[mode.rawValue]?.string)) {
        let verdict = try await constraints.verdict(of: sample(answer))
        // The published check says no to an empty answer, and ours that there is none.
        let score = verdict.outcome.score ?? (answer.isBlank ? 0 : -1)
        #expect(score == (expected == "1" ? 1 : 0), "\(id) \(instruction.arguments) of \(answer): \(verdict.reason)")
      }
    }
    let unchecked = Set(Instruction.known).subtracting(ids)
    #expect(
      unchecked == [
        "language:response_language", "change_case:english_capital", "change_case:english_lowercase",
        "length_constraints:number_sentences",
      ])
  }

  @Test("sentences are cut, and capital words counted, as in the published code")
  func pieces() throws {
    let fixture = try #require(try fixture("instructions").object)
    let answers = try #require(fixture["answers"]?.array).compactMap(\.string)
    let sentences = try #require(fixture["sentences"]?.array)
    let capitals = try #require(fixture["capitals"]?.array)
    for (index, answer) in answers.enumerated() {
      #expect(
        try SentenceSplitter.sentences(of: answer) == sentences[index].array?.compactMap(\.string), "\(answer)")
      #expect(
        try TreebankTokenizer.tokens(of: answer).count(where: \.isUpperCase) == capitals[index].integer, "\(answer)")
    }
  }

  @Test("what takes a language detector is an absence that names it")
  func languages() async throws {
    let french = InstructionConstraints(instructions: [
      Instruction("language:response_language", ["language": .string("fr")]), Instruction("punctuation:no_comma"),
    ])
    let verdict = try await french.verdict(of: sample("Bonjour"))
    #expect(verdict.outcome.score == nil)
    #expect(verdict.reason.contains("language:response_language"))
    #expect(verdict.parts.map(\.outcome.score) == [nil, 1])
    let capitals = InstructionConstraints(instructions: [Instruction("change_case:english_capital")])
    #expect(try await capitals.score(sample("not capitals")) == 0)
    #expect(try await capitals.cause(sample("IN CAPITALS")) == .unsupported)
    let small = InstructionConstraints(instructions: [Instruction("change_case:english_lowercase")])
    #expect(try await small.score(sample("Not small")) == 0)
    #expect(try await small.cause(sample("all small")) == .unsupported)
  }

  @Test("sentences are counted by rules")
  func sentences() async throws {
    let few = InstructionConstraints(instructions: [
      Instruction(
        "length_constraints:number_sentences", ["num_sentences": .integer(3), "relation": .string("less than")])
    ])
    #expect(try await few.score(sample("Dr. Smith came. He left.")) == 1)
    #expect(try await few.score(sample("One. Two. Three.")) == 0)
  }

  @Test("the row's own instructions, as IFEval's dataset has them, nulls and all")
  func metadata() async throws {
    let ids = #"["punctuation:no_comma", "length_constraints:number_words"]"#
    let kwargs = #"[{"num_words": null}, {"num_words": 3, "relation": "at least", "keyword": null}]"#
    let lists = sample("one two", metadata: ["instruction_id_list": try json(ids), "kwargs": try json(kwargs)])
    let verdict = try await InstructionConstraints().verdict(of: lists)
    #expect(verdict.outcome == .score(0.5))
    #expect(verdict.reason == "length_constraints:number_words: 2 words, at least 3 are needed")
    let texts = sample("one, two, three", metadata: ["instruction_id_list": .string(ids), "kwargs": .string(kwargs)])
    #expect(try await InstructionConstraints().score(texts) == 0.5)
    #expect(try await InstructionConstraints().cause(sample("x")) == .noExpectation)
    let short = sample("x", metadata: ["instruction_id_list": try json(ids), "kwargs": .array([])])
    await #expect(throws: EvaluationError.self) { try await InstructionConstraints().verdict(of: short) }
  }

  @Test("instructions that lack what they need are errors that name them")
  func errors() async throws {
    for instruction in [
      Instruction("length_constraints:number_words"), Instruction("keywords:existence", ["keywords": .array([])]),
      Instruction(
        "keywords:letter_frequency",
        ["letter": .string("ab"), "let_frequency": .integer(1), "let_relation": .string("at least")]),
      Instruction("length_constraints:number_words", ["num_words": .integer(-1), "relation": .string("at least")]),
      Instruction("length_constraints:number_words", ["num_words": .integer(1), "relation": .string("about")]),
      Instruction("punctuation:no_commas"), Instruction("punctuation:no_comma", ["extra": .integer(1)]),
      Instruction("keywords:existence", ["keywords": .array([.string("(")])]),
    ] {
      let error = await #expect(throws: EvaluationError.self) {
        try await InstructionConstraints(instructions: [instruction]).verdict(of: sample("text"))
      }
      if case .badPattern = error { continue }
      #expect(error?.description.contains(instruction.id) == true)
    }
    #expect(throws: EvaluationError.self) {
      try evaluator("InstructionConstraints", ["instructions": .array([.members(["id": .string("punctuation:none")])])])
    }
  }
}
