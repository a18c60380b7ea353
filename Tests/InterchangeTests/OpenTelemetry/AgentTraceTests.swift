import Evaluators
import Foundation
import Interchange
import Pricing
import Testing

/// Traces that the Python SDK made and its exporters wrote.
@Suite struct AgentTraceTests {
  @Test(arguments: ["agent.otlp.jsonl", "agent.otlp.json", "agent.protobuf.json", "agent.console.json"])
  func everyFormOfTheSameSpansIsTheSame(_ name: String) throws {
    let run = try read(.openTelemetry, name)
    let expected = try read(.openTelemetry, "agent.otlp.json")
    #expect(run.observations == expected.observations)
    #expect(run.scores == expected.scores)
    #expect(run.source == "support-bot" && run.toolVersion == "1.2" && run.notes.isEmpty)
  }

  @Test func aTraceIsOneObservation() throws {
    let run = try read(.openTelemetry, "agent.otlp.jsonl")
    #expect(run.observations.map(\.row) == ["refund-1", "refund-2", "refund-3"])
    #expect(run.observations.map(\.candidate) == ["support", "support", "gpt-4o-mini"])
    let first = run.observations[0]
    #expect(first.startedAt == Date(timeIntervalSince1970: 1_763_719_200))
    #expect(first.input == .text("Where is my refund for order 7?"))
    #expect(first.output == "Refund of $20 issued.")
    #expect(first.finishReason == "stop")
    #expect(first.failure == nil)
  }

  /// The wall time is the root's; tokens are those of the three calls, not what the agents' own spans say on top.
  @Test func parallelAndNestedStepsCountOnce() throws {
    let first = try read(.openTelemetry, "agent.otlp.jsonl").observations[0]
    #expect(first.latencies.endToEnd == 4)
    #expect(first.steps.map(\.tool) == [nil, "find_order", "find_customer", nil, nil])
    #expect(first.steps.map(\.tokens) == [1050, 0, 0, 840, 1260])
    #expect(first.steps.map(\.seconds) == [0.9, 1, 0.5, 0.8, 0.9])
    #expect(abs((first.stepSeconds.value ?? 0) - 4.1) < 1e-9)
    #expect(first.promptTokens == 3_000 && first.completionTokens == 150)
    #expect(first.calls.count == 3)
    #expect(first.calls[2].usage?.cachedInput == 1_000 && first.calls[2].usage?.input == 200)
    #expect(first.steps[1].arguments?.object?["order"]?.integer == 7)
    #expect(first.steps[1].result == #"{"status": "returned", "paid": 20}"#)
    #expect(first.steps[3].text == "Refund $20.")
    #expect(first.steps.map(\.model).map { $0 == nil } == [false, true, true, false, false])
    #expect(first.steps.allSatisfy { $0.error == nil })
  }

  /// gpt-5-mini in November 2025: $0.25, $0.025 cached and $2 for a million tokens.
  /// 2,000 x 0.25 + 1,000 x 0.025 + 150 x 2 = 825 millionths of a dollar.
  @Test func eachCallIsPricedByTheModelThatAnswered() throws {
    let run = try read(.openTelemetry, "agent.otlp.jsonl").priced(by: try PriceCatalogue.builtIn.table())
    let first = run.observations[0]
    #expect(first.cost.money?.decimalText == "0.000825")
    #expect(first.steps.map { $0.cost?.text } == ["0.00035", "0", "0", "0.00028", "0.000195"])
    #expect(TrajectorySummary(first.steps).cost.value?["USD"]?.text == "0.000825")
    // 500 x 0.25: a failed request's input was paid for.
    #expect(run.observations[1].cost.money?.decimalText == "0.000125")
    // gpt-4o-mini: 100 x 0.15 + 20 x 0.6.
    #expect(run.observations[2].cost.money?.decimalText == "0.000027")
  }

  @Test func aFailedAgentIsAFailure() throws {
    let second = try read(.openTelemetry, "agent.otlp.jsonl").observations[1]
    #expect(second.failure == ImportedObservation.Failure(kind: "timeout", message: "the call took too long"))
    #expect(second.latencies.endToEnd == 1.5)
    #expect(second.output == nil)
  }

  @Test func aFailedStepSaysOfWhat() throws {
    var scene = SpanScene()
    scene.add(1, from: 1, to: 4, SpanScene.agent)
    scene.add(2, parent: 1, from: 1, to: 2, SpanScene.chat().merging(["error.type": "status_500"]) { $1 }, status: 2)
    scene.add(3, parent: 1, from: 2, to: 3, ["gen_ai.operation.name": "execute_tool"], status: 2)
    let run = try read(.openTelemetry, text: scene.text)
    #expect(run.observations[0].steps.map(\.error) == ["status_500", "error"])
    #expect(run.observations[0].steps.map(\.model) == ["gpt-5-mini", nil])
  }

  @Test func olderNamesAndEventsAreRead() throws {
    let run = try read(.openTelemetry, "agent.otlp.jsonl")
    let third = run.observations[2]
    #expect(third.input == .text("Is my card blocked?") && third.output == "No.")
    #expect(third.promptTokens == 100 && third.completionTokens == 20 && third.steps.isEmpty)
    #expect(third.calls[0].modelAnswered == "gpt-4o-mini-2024-07-18" && third.calls[0].provider == "openai")
    #expect(
      run.scores == [
        ImportedScore(
          observation: 2, evaluator: "opentelemetry/Relevance", value: 0.75, label: "relevant",
          explanation: "It answers the question.")
      ])
  }

  @Test func anotherAttributeCanNameTheRow() throws {
    let run = try read(.openTelemetry, "agent.otlp.jsonl", rowAttribute: "gen_ai.conversation.id")
    #expect(run.observations.map(\.row) == ["conv-1", "conv-2", nil])
    let none = try read(.openTelemetry, "agent.otlp.jsonl", rowAttribute: "no.such")
    #expect(none.observations.map(\.row) == ["conv-1", "conv-2", nil])
  }

  /// The instrumentation of OpenAI's client, with what was said in log records and in spans.
  @Test func theRealInstrumentationIsRead() throws {
    let events = try read(.openTelemetry, "openai-v2.events.spans.jsonl", "openai-v2.events.logs.jsonl")
    let contents = try read(.openTelemetry, "openai-v2.contents.spans.jsonl")
    for run in [events, contents] {
      #expect(run.observations.map(\.row) == ["fr", "it", "bad"])
      #expect(run.observations.map(\.output) == ["Paris", "Milan", nil])
      #expect(run.observations[0].input == .text("the capital of France?"))
      #expect(run.observations.map { $0.failure == nil } == [true, true, false])
      #expect(run.observations[2].failure?.kind.contains("InternalServerError") == true)
      #expect(run.observations[0].calls[0].model == "gpt-5-mini-2025-08-07")
      #expect(run.observations[0].calls[0].serviceTier == "default")
      #expect(run.observations[0].promptTokens == 24 && run.observations[0].completionTokens == 9)
      #expect(run.observations[0].calls[0].endpoint == "127.0.0.1:8080")
    }
    // Without the log records nothing is known of what was said.
    let spans = try read(.openTelemetry, "openai-v2.events.spans.jsonl")
    #expect(spans.observations.map(\.output) == [nil, nil, nil])
    #expect(spans.observations.map(\.row) == ["fr", "it", "bad"])
  }
}
