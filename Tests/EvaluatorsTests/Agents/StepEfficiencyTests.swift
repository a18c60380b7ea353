import OpenAIWire
import Testing

@testable import Evaluators

@Suite("StepEfficiency")
struct StepEfficiencyTests {
  private func call(_ tool: String, _ arguments: String = "{}") throws -> TrajectoryStep {
    TrajectoryStep(tool: tool, arguments: try json(arguments))
  }

  private func run(_ steps: [TrajectoryStep], references: [[TrajectoryStep]] = [], metadata: [String: JSONValue] = [:])
    -> EvaluationSample
  {
    EvaluationSample(
      input: .text("task"), output: "done", metadata: metadata, trajectory: steps, references: references)
  }

  @Test("repeats are calls with the same arguments as JSON, whatever their order")
  func repeats() async throws {
    let steps = try [
      call("search", #"{"q": "a", "n": 1}"#), call("search", #"{"n": 1.0, "q": "a"}"#), call("search", #"{"q": "b"}"#),
      TrajectoryStep(text: "thinking"),
    ]
    let verdict = try await StepEfficiency().verdict(of: run(steps))
    #expect(TrajectorySummary(steps).repeats == [1])
    // 4 steps, 1 repeat.
    #expect(verdict.outcome == .score(0.75))
    #expect(verdict.reason == "4 steps, 1 of them repeat an earlier call (\"search\"); no reference to compare with")
    #expect(try await StepEfficiency(mayRepeat: ["search"]).score(run(steps)) == 1)
    // 3 calls, 1 repeat.
    #expect(try await StepEfficiency(counting: .toolCalls).score(run(steps)) == 2.0 / 3)
  }

  @Test("the shortest reference counts, and being faster gives no more than 1")
  func reference() async throws {
    let steps = try (0..<6).map { try call("t", "[\($0)]") }
    let short = Array(steps.prefix(3))
    #expect(try await StepEfficiency().score(run(steps, references: [steps, short])) == 0.5)
    #expect(try await StepEfficiency().score(run(short, references: [steps])) == 1)
    #expect(try await StepEfficiency().score(run(steps, metadata: ["reference_steps": .integer(2)])) == 1.0 / 3)
    #expect(try await StepEfficiency().cause(run(steps, references: [[]])) == .noExpectation)
    await #expect(throws: EvaluationError.self) {
      try await StepEfficiency().verdict(of: run(steps, metadata: ["reference_steps": .integer(0)]))
    }
  }

  @Test("the worse of the two parts is the score")
  func worse() async throws {
    let same = try [call("t"), call("t"), call("t"), call("u")]
    // (4 - 2) / 4 against 3 / 4.
    #expect(try await StepEfficiency().score(run(same, references: [Array(same.prefix(3))])) == 0.5)
  }

  @Test("no trajectory, or no call where calls are counted, is an absence")
  func absent() async throws {
    #expect(try await StepEfficiency().cause(run([])) == .noAnswer)
    #expect(try await StepEfficiency(counting: .toolCalls).cause(run([TrajectoryStep(text: "hi")])) == .noAnswer)
  }

  @Test("tokens, seconds and costs are summed, and absent as soon as one step does not say")
  func summary() throws {
    let steps = [
      TrajectoryStep(text: "a", tokens: 10, cost: DecimalAmount("0.1"), seconds: 0.5),
      TrajectoryStep(text: "b", tokens: 5, cost: DecimalAmount("0.2"), seconds: 0.25),
      TrajectoryStep(text: "c", tokens: .max, cost: DecimalAmount("1"), currency: "EUR"),
    ]
    let two = TrajectorySummary(Array(steps.prefix(2)))
    #expect(two.tokens.value == 15)
    #expect(two.seconds.value == 0.75)
    #expect(two.cost.value?["USD"]?.text == "0.3")
    let all = TrajectorySummary(steps)
    #expect(all.tokens.value == .max)
    #expect(all.seconds.value == nil)
    #expect(all.cost.value?["EUR"]?.text == "1")
    #expect(TrajectorySummary([]).tokens.value == nil)
  }

  @Test("steps are read from JSON with what is wrong named")
  func reading() throws {
    let step = try TrajectoryStep(
      JSONField(
        try json(#"{"tool": "t", "arguments": {"a": 1}, "result": {"ok": true}, "cost": "0.01", "seconds": 2}"#)))
    #expect(step.tool == "t")
    #expect(step.result == #"{"ok":true}"#)
    #expect(try TrajectoryStep(JSONField(step.json)) == step)
    for wrong in [#"{"tol": "t"}"#, #"{"cost": 0.1}"#, #"{"tokens": -1}"#, #"[]"#, #"{"seconds": -1}"#] {
      let value = try json(wrong)
      #expect(throws: EvaluationError.self) { try TrajectoryStep(JSONField(value)) }
    }
  }
}
