import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Task completion by a judge")
struct JudgedTaskCompletionTests {
  private func finding(_ requirement: String, _ status: String) -> String {
    #"{"requirement": "\#(requirement)", "reason": "because", "status": "\#(status)"}"#
  }

  private func reply(_ findings: String...) -> String {
    #"{"requirements": [\#(findings.joined(separator: ","))], "cannot_tell": null}"#
  }

  private func named(_ findings: [(String, String)]) -> String {
    let list = findings.map { #""\#($0.0)": {"reason": "because", "status": "\#($0.1)"}"# }.joined(separator: ",")
    return "{\"requirements\": {\(list)}, \"cannot_tell\": null}"
  }

  @Test("given requirements are each judged once, in any order")
  func given() async throws {
    let judge = ScriptedJudge(texts: named([("r2", "unmet"), ("r1", "met")]))
    let evaluator = JudgedTaskCompletion(judge: judge)
    let evaluation = try await evaluator.evaluate(asked("Done.", expected: ["Refund issued", "Mail sent"]))
    #expect(evaluation.score == 0.5)
    #expect(evaluation.parts.map(\.name) == ["Refund issued", "Mail sent"])
    #expect(evaluation.parts.map(\.outcome.score) == [1, 0])
    #expect(evaluation.reason == "Mail sent: because")
    #expect(judge.requests[0].section("the requirements") == "r1: Refund issued\nr2: Mail sent")
  }

  @Test(
    "a requirement left out, twice there or made up is no verdict",
    arguments: [
      [("r1", "met")], [("r1", "met"), ("r1", "met")], [("r1", "met"), ("r2", "met"), ("r3", "met")],
      [("r1", "met"), ("Mail sent", "met")], [("r1", "met"), ("r2", "done")], [],
    ])
  func coverage(findings: [(String, String)]) async throws {
    let evaluator = JudgedTaskCompletion(judge: ScriptedJudge(texts: named(findings)))
    await #expect(throws: EvaluationError.self) {
      try await evaluator.evaluate(asked("Done.", expected: ["Refund issued", "Mail sent"]))
    }
  }

  @Test("one that the judge cannot tell leaves the row without a score, and keeps the parts")
  func open() async throws {
    let judge = ScriptedJudge(texts: named([("r1", "met"), ("r2", "cannot_tell")]))
    let evaluation = try await JudgedTaskCompletion(judge: judge).evaluate(
      asked("Done.", expected: ["Refund issued", "Mail sent"]))
    #expect(evaluation.score == nil)
    #expect(evaluation.parts.map(\.outcome.score) == [1, nil])
    #expect(evaluation.outcome.absence?.reason == "the judge cannot tell 1 of 2 requirements: Mail sent: because")
  }

  @Test("without any, the judge takes them from the task; the steps are shown a line each")
  func trajectory() async throws {
    let judge = ScriptedJudge(texts: reply(finding("the refund is paid", "met"), finding("a mail goes out", "met")))
    let sample = EvaluationSample(
      input: .text("Refund order 7 and tell her."), output: "Done.",
      trajectory: [
        TrajectoryStep(tool: "refund", arguments: .members(["order": .integer(7)]), result: "ok\nnot really"),
        TrajectoryStep(text: "Mailing."),
      ])
    let evaluation = try await JudgedTaskCompletion(judge: judge).evaluate(sample)
    #expect(evaluation.score == 1)
    #expect(evaluation.reason == "all 2 requirements are met")
    let lines = try #require(judge.requests[0].section("what was done, a step a line")).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(judge.requests[0].section("the requirements") == nil)
  }

  @Test("options name what is required and what is forbidden, and engines are told apart")
  func options() async throws {
    let judge = ScriptedJudge(texts: named([("r1", "met"), ("r2", "met")]))
    let registry = EvaluatorRegistry.standard(judge: judge)
    let made = try registry.make(
      EvaluatorConfiguration(
        "TaskCompletion",
        options: [
          "engine": .string("judge"), "required": try json(#"[["Refund issued", "money back"]]"#),
          "forbidden": .string("It cannot be done"),
        ]))
    #expect(made.engine == "judge judge-1")
    #expect(try await made.score(asked("Refund issued.")) == 1)
    #expect(
      judge.requests[0].section("the requirements")
        == "r1: Refund issued (or: money back)\nr2: It is not said and not done: It cannot be done")
    let rules = try registry.make(EvaluatorConfiguration("TaskCompletion"))
    #expect(rules.engine == "rules")
    #expect(try await rules.score(asked("The refund has been issued.", expected: ["Refund issued"])) == 1)
    #expect(judge.requests.count == 1)
  }
}
