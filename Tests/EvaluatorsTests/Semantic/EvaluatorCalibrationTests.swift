import Testing

@testable import Evaluators

/// Says what a sample's expected value says.
private struct Stated: Evaluator {
  let name = "Stated"
  let version = 1
  let threshold = 0.5

  func verdict(of sample: EvaluationSample) async throws -> Verdict {
    guard let text = sample.expected.first, let score = Double(text) else {
      return .absent("none", cause: .declined)
    }
    return Verdict(score: score, reason: "as stated")
  }
}

@Suite("How an evaluator does on labelled answers")
struct EvaluatorCalibrationTests {
  private func answer(_ score: String, _ label: Bool, _ kind: String) -> LabelledAnswer {
    LabelledAnswer(
      sample: EvaluationSample(input: .text("q"), output: "a", expected: [score]), label: label, kind: kind)
  }

  @Test("figures, kinds and intervals")
  func report() async throws {
    let pairs =
      (0..<8).map { answer($0 < 6 ? "0.9" : "0.2", true, "good") }
      + (0..<4).map { answer($0 < 1 ? "0.8" : "0.1", false, "bad") } + [answer("-", false, "odd")]
    let report = try await EvaluatorCalibration.report(evaluator: Stated(), pairs: pairs, concurrent: 3)
    // 6 good ones and one bad one pass; 2 good ones fail.
    #expect(try #require(report.precision).value == 6.0 / 7)
    #expect(try #require(report.recall).value == 6.0 / 8)
    // Of 32 pairs: 6 good over all 4, and 2 good over 3 of 4.
    #expect(try #require(report.areaUnderROC).value == 30.0 / 32)
    let area = try #require(report.areaUnderROC)
    #expect(area.lower < area.value && area.upper > area.value && area.upper <= 1)
    #expect(report.kinds.map(\.name) == ["good", "bad", "odd"])
    #expect(report.kinds.map(\.passed) == [6, 1, 0])
    #expect(report.kinds.map(\.absent) == [0, 0, 1])
    #expect(report.scores.map(\.score) == (0..<8).map { $0 < 6 ? 0.9 : 0.2 } + [0.8, 0.1, 0.1, 0.1, nil])
    let again = try await EvaluatorCalibration.report(evaluator: Stated(), pairs: pairs, concurrent: 1)
    #expect(again.areaUnderROC == report.areaUnderROC)
  }

  @Test("attacks are the same every time, and need what they are made of")
  func attacks() throws {
    let row = AnswerAttack.Row(
      question: "Why is my transaction marked pending?",
      answer: "It is awaiting batch settlement which usually completes within 24 hours.",
      opening: "Your transaction is pending")
    for attack in AnswerAttack.allCases {
      let fit = attack.answer(row, phrases: .fit)
      #expect(fit == attack.answer(row, phrases: .fit))
      #expect(fit?.isBlank == false, "\(attack)")
      #expect(fit != row.answer)
    }
    #expect(AnswerAttack.parrot.answer(row, phrases: .fit) == row.question)
    #expect(
      AnswerAttack.questionSalad.answer(row, phrases: .fit)?.fields.sorted() == row.question.fields.sorted())
    let plain = AnswerAttack.Row(question: row.question, answer: "No.", opening: nil)
    for attack in [AnswerAttack.restatement, .absurdReason, .absurdReasons, .absurdEnd, .answerSalad] {
      #expect(attack.answer(plain, phrases: .heldOut) == nil, "\(attack)")
    }
    #expect(AnswerAttack.otherAnswer(0, of: [row]) == nil)
    #expect(AnswerAttack.otherAnswer(0, of: [row, plain]) == "No.")
  }

  @Test("a labelled file that is wrong says in which line")
  func malformed() {
    let bytes = [UInt8]("{\"question\":\"q\",\"answer\":\"a\",\"source\":\"s\",\"part\":\"fit\"}\n[]\n".utf8)
    #expect(throws: EvaluationError.malformedSample(place: "line 2", reason: "it is no object")) {
      try LabelledFile.questions(bytes, part: .fit)
    }
    #expect(throws: EvaluationError.self) { try LabelledFile.claims([UInt8]("{}".utf8), part: .fit) }
  }
}
