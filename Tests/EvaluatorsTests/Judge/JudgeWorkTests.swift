import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("The account of a judge")
struct JudgeWorkTests {
  private var full: JudgeWork {
    var work = JudgeWork()
    work.requests = 3
    work.problems = [JudgeProblem(.truncated, "the reply was cut"), JudgeProblem(.emptyList, "claims is empty\n")]
    work.cost = .charged(DecimalAmount("0.000000123456789")!, currency: "USD")
    work.latency = .seconds(61) + .nanoseconds(7)
    work.models = ["judge-1", "judge-2"]
    work.usage = [.members(["prompt_tokens": .integer(10)]), .null, .members([:])]
    work.positions = .favouredFirst
    work.isSelfJudged = true
    work.unpricedAttempts = 2
    return work
  }

  @Test("comes back whole, also from its text")
  func roundTrip() throws {
    var unknown = full
    unknown.cost = .unknown(Absence("no price"))
    for work in [JudgeWork(), full, unknown] {
      #expect(try JudgeWork(work.json) == work)
      #expect(try JudgeWork(json(work.json.text)) == work)
    }
  }

  @Test("of an evaluator's verdict and of its error comes back too")
  func real() async throws {
    let judge = ScriptedJudge(.text("hm"), .text(mark(4)))
    let work = try #require(try await JudgedAnswerRelevancy(judge: judge).evaluate(asked("In 5 days.")).work)
    #expect(try JudgeWork(work.json) == work)
    let error = await #expect(throws: EvaluationError.self) {
      try await JudgedAnswerRelevancy(judge: ScriptedJudge(texts: "hm")).evaluate(asked("In 5 days."))
    }
    let spent = try #require(error?.judgeWork)
    #expect(spent.requests == 3)
    #expect(try JudgeWork(spent.json) == spent)
    #expect(EvaluationError.noRunner(evaluator: "x").judgeWork == nil)
  }

  @Test(
    "that is none is an error",
    arguments: [
      "null", "[]", "{}", #"{"requests": 1}"#, #"{"requests": -1, "nanoseconds": 0}"#,
      #"{"requests": 1, "nanoseconds": -1}"#,
      #"{"requests": 1, "nanoseconds": 0, "positions": "left"}"#, #"{"requests": 1, "nanoseconds": 0, "cost": {}}"#,
      #"{"requests": 1, "nanoseconds": 0, "cost": {"amount": "-1", "currency": "USD"}}"#,
      #"{"requests": 1, "nanoseconds": 0, "problems": [{"kind": "tired", "detail": "x"}]}"#,
      #"{"requests": 1, "nanoseconds": 0, "models": [1]}"#,
    ])
  func malformed(text: String) throws {
    let value = try json(text)
    #expect(throws: EvaluationError.self) { try JudgeWork(value) }
  }

  @Test("a latency beyond all clocks does not overflow")
  func latency() throws {
    var work = JudgeWork()
    work.latency = .seconds(Int64.max)
    #expect(work.json.object?["nanoseconds"] == .integer(.max))
  }
}
