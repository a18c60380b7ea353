import OpenAIWire
import Testing

@testable import Evaluators

/// Answers by a function instead of a program.
private struct FakeRunner: EvaluationProgram {
  let respond: @Sendable ([UInt8]) throws -> String

  func answer(to line: [UInt8], deadline: Duration) async throws -> [UInt8] { Array(try respond(line).utf8) }
}

@Suite("CustomEvaluation")
struct CustomEvaluationTests {
  private let full = EvaluationSample(
    id: "r1", input: .messages([ChatMessage(role: .user, content: "hi\nthere")]), output: "line\u{2028}two\n\"x\"",
    expected: ["a"], context: ["b", "c"], metadata: ["k": .integer(1), "a": .null],
    trajectory: [TrajectoryStep(tool: "t", arguments: .object(JSONObject()), tokens: 3)],
    references: [[TrajectoryStep(text: "s", cost: DecimalAmount("0.50"), currency: "EUR")], []], model: "m-1")

  @Test("a sample is one line and comes back whole")
  func line() throws {
    for sample in [full, EvaluationSample(input: .text(""), output: nil)] {
      let line = SampleLine.encode(sample)
      #expect(!line.contains(0x0A))
      #expect(try SampleLine.decode(line) == sample)
    }
    for wrong in ["{}", #"{"input": "a", "messages": []}"#, #"{"input": "a", "outptu": "b"}"#, #"{"input": 1}"#, "["] {
      #expect(throws: EvaluationError.self) { try SampleLine.decode(Array(wrong.utf8)) }
    }
  }

  @Test("verdicts")
  func verdicts() throws {
    func decode(_ text: String) throws -> Verdict { try VerdictLine.decode(Array(text.utf8), by: "score.py") }
    #expect(try decode(#"{"score": 0.75, "reason": "good"}"#) == Verdict(score: 0.75, reason: "good"))
    #expect(try decode(#"{"score": 1, "reason": "ok", "parts": [{"name": "p", "score": 0}]}"#).outcome == .score(1))
    let parts = try decode(
      #"{"parts": [{"name": "a", "score": 1}, {"name": "b", "score": 0, "reason": "no"}], "reason": "half"}"#)
    #expect(parts.outcome == .score(0.5))
    #expect(parts.parts.map(\.name) == ["a", "b"])
    let absent = try decode(#"{"absent": "no tool calls", "cost": {"amount": "0.002", "currency": "USD"}}"#)
    #expect(
      absent
        == .absent(
          "no tool calls", cause: .declined, cost: .charged(try #require(DecimalAmount("0.002")), currency: "USD")))
  }

  @Test(
    "what is no verdict is an error that names the program, never a score",
    arguments: [
      "", "null", "0.5", "[]", "{}", #"{"score": 0.5}"#, #"{"reason": "x"}"#, #"{"score": 1.2, "reason": "x"}"#,
      #"{"score": -0.1, "reason": "x"}"#, #"{"score": "1", "reason": "x"}"#, #"{"score": true, "reason": "x"}"#,
      #"{"score": NaN, "reason": "x"}"#, #"{"score": 1e999, "reason": "x"}"#, #"{"score": 1, "reason": " "}"#,
      #"{"parts": [], "reason": "x"}"#, #"{"parts": [], "score": 1, "reason": "x"}"#,
      #"{"parts": [{"name": "a"}], "reason": "x"}"#,
      #"{"score": 1, "reason": "x", "extra": 1}"#, #"{"score": 1, "absent": "x"}"#, #"{"absent": ""}"#,
      #"{"score": 1, "reason": "x"} {"score": 0, "reason": "y"}"#,
      #"{"score": 1, "reason": "x", "cost": {"amount": 1, "currency": "USD"}}"#,
      #"{"score": 1, "reason": "x", "cost": {"amount": "1", "currency": "dollars"}}"#,
    ])
  func malformed(line: String) {
    let error = #expect(throws: EvaluationError.self) { try VerdictLine.decode(Array(line.utf8), by: "score.py") }
    guard case .malformedVerdict(by: "score.py", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("sizes are bounded")
  func sizes() throws {
    let long = String(repeating: "é", count: 5000)
    let verdict = try VerdictLine.decode(Array(#"{"score": 1, "reason": "\#(long)"}"#.utf8), by: "p")
    #expect(verdict.reason.utf8.count <= VerdictLine.longestReason + 8)
    let huge = Array(repeating: UInt8(ascii: " "), count: VerdictLine.longest + 1)
    #expect(throws: EvaluationError.self) { try VerdictLine.decode(huge, by: "p") }
    let many = (0...VerdictLine.mostParts).map { _ in #"{"name": "p", "score": 1}"# }.joined(separator: ",")
    #expect(throws: EvaluationError.self) {
      try VerdictLine.decode(Array(#"{"parts": [\#(many)], "reason": "x"}"#.utf8), by: "p")
    }
  }

  @Test("an evaluator made from a configuration asks its program, but not for an empty answer")
  func evaluation() async throws {
    let registry = EvaluatorRegistry.local.adding([
      CustomEvaluation.kind { command in
        FakeRunner { line in
          let sample = try SampleLine.decode(line)
          return #"{"score": \#(sample.output == "yes" ? 1 : 0), "reason": "\#(command.joined(separator: " "))"}"#
        }
      }
    ])
    let made = try registry.make(
      EvaluatorConfiguration(
        "CustomEvaluation", name: "mine",
        options: ["command": try json(#"["python3", "s.py"]"#), "version": .integer(7)]))
    let evaluation = try await made.evaluate(sample("yes"))
    #expect(evaluation.passed == true)
    #expect(evaluation.reason == "python3 s.py")
    #expect(evaluation.evaluator == "mine")
    #expect(evaluation.version == 7)
    #expect(try await made.score(sample("no")) == 0)
    #expect(try await made.cause(sample("")) == .noAnswer)
    #expect(throws: EvaluationError.self) { try registry.make(EvaluatorConfiguration("CustomEvaluation")) }
  }
}
