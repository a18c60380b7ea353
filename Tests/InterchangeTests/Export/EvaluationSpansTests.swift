import Evaluators
import Foundation
import Interchange
import Measures
import OpenAIWire
import Pricing
import Records
import Testing

@Suite struct EvaluationSpansTests {
  /// One of a kind each: a plain answer, a failed one, one of an agent.
  static let evaluation = EvaluationRecord(
    id: 1, name: "support", label: "2026-11", digest: "d1", plan: "", command: "", dataset: "transactions@sha256:0f3a",
    createdAt: Date(timeIntervalSince1970: 1_763_719_000))
  static let candidates = [
    CandidateRecord(
      id: 1, evaluationID: 1, name: "mini", digest: "c1", model: "gpt-5-mini", endpoint: "https://api.example.com/v1"),
    CandidateRecord(id: 2, evaluationID: 1, name: "agent", digest: "c2", model: "gpt-5-mini", endpoint: ""),
  ]
  static let observations = [
    ObservationRecord(
      id: 1, candidateID: 1, row: "a", status: .answered, route: "chat", customer: "ada", tags: ["team": "support"],
      startedAt: Date(timeIntervalSince1970: 1_763_719_200.25), requestID: "r-1",
      text: "Pending means \"not settled\".",
      finishReason: "stop", answeredBy: "gpt-5-mini-2025-08-07", promptTokens: 24, completionTokens: 9,
      tokenSource: "usage",
      usage:
        #"{"prompt_tokens":24,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":4}}"#,
      latencies: ObservationRecord.Latencies(
        endToEnd: 1.5, timeToFirstToken: 0.5, timePerOutputToken: 0.125, serviceEndToEnd: 1.25,
        serviceTimeToFirstToken: 0.25),
      retries: 1,
      cost: .known(
        picos: 20_400_000, currency: "USD", priceVersion: "genai-prices-0.2.4", price: #"{"provider":"openai"}"#),
      energy: .value(Quantity(2.5, count: 1))),
    ObservationRecord(
      id: 2, candidateID: 1, row: "b", repetition: 1, attempt: 2, status: .failed, failureKind: "status_500",
      failureMessage: "the server fell over", route: "chat", startedAt: Date(timeIntervalSince1970: 1_763_719_210),
      cost: .absent(Absence("the request failed"))),
    ObservationRecord(
      id: 3, candidateID: 2, row: "a", status: .answered, origin: "opentelemetry", route: "chat",
      startedAt: Date(timeIntervalSince1970: 1_763_719_220), text: "Refund issued.", promptTokens: 3_000,
      completionTokens: 150, latencies: ObservationRecord.Latencies(endToEnd: 4),
      cost: .known(picos: 1_050_000_000, currency: "EUR", priceVersion: "reported", price: "{}"),
      trajectory:
        #"[{"tool":"find_order","arguments":{"order":7},"result":"returned","tokens":0,"cost":"0","currency":"EUR","seconds":1},{"text":"Refund issued.","tokens":3150,"cost":"0.00105","currency":"EUR","seconds":0.5}]"#
    ),
  ]
  static let verdicts = [
    verdict(1, "ExactMatch", .score(1)), verdict(1, "Relevancy", .score(0.25)),
    verdict(2, "ExactMatch", .absent(Absence("there is no answer"), cause: "no-answer")),
    verdict(3, "ExactMatch", .failed(message: "it crashed")),
  ]

  static func verdict(_ observation: Int64, _ evaluator: String, _ outcome: VerdictRecord.Outcome) -> VerdictRecord {
    VerdictRecord(
      observationID: observation, evaluator: evaluator, version: 1, configuration: "f00", threshold: 0.5,
      outcome: outcome, reason: "because", cost: .absent(Absence("free")), seconds: 0.1,
      decidedAt: Date(timeIntervalSince1970: 1_763_719_300))
  }

  private func document(texts: Bool = true) -> JSONValue {
    EvaluationSpans.document(
      Self.evaluation, candidates: Self.candidates, observations: Self.observations, verdicts: Self.verdicts,
      texts: texts)
  }

  /// What opentelemetry-proto's reader makes of the document stands in the fixture beside it.
  @Test func theDocumentIsTheOneThatTheProtocolsReaderTook() throws {
    #expect(document().text + "\n" == String(decoding: try fixture("export.otlp.json").bytes, as: UTF8.self))
    let parsed = try JSONReader.value(of: try fixture("export.parsed.json").bytes)
    let spans = try #require(parsed.array).compactMap(\.object)
    #expect(
      spans.map { $0["name"]?.string } == [
        "chat gpt-5-mini", "chat gpt-5-mini", "invoke_agent agent", "execute_tool find_order", "chat gpt-5-mini",
      ])
    #expect(spans.map { $0["kind"]?.integer } == [3, 3, 1, 1, 1])
    #expect(spans.map { $0["status"]?.integer } == [0, 2, 0, 0, 0])
    #expect(spans[0]["start"]?.integer == 1_763_719_200_250_000_000)
    #expect(spans[0]["end"]?.integer == 1_763_719_201_750_000_000)
    let attributes = try #require(spans[0]["attributes"]?.object)
    func text(_ name: String) -> String? { attributes[name]?.object?["stringValue"]?.string }
    #expect(text("gen_ai.operation.name") == "chat" && text("gen_ai.provider.name") == "openai")
    #expect(text("gen_ai.response.model") == "gpt-5-mini-2025-08-07")
    #expect(attributes["gen_ai.usage.input_tokens"]?.object?["intValue"]?.string == "24")
    #expect(attributes["gen_ai.usage.cache_read.input_tokens"]?.object?["intValue"]?.string == "16")
    #expect(attributes["gen_ai.response.time_to_first_chunk"]?.object?["doubleValue"]?.double == 0.5)
    #expect(text("efficientllm.cost") == "0.0000204" && text("efficientllm.cost.currency") == "USD")
    #expect(text("server.address") == "api.example.com" && attributes["server.port"] != nil)
    let event = try #require(spans[0]["events"]?.array?.first?.object)
    #expect(event["name"]?.string == "gen_ai.evaluation.result")
    #expect(event["attributes"]?.object?["gen_ai.evaluation.score.value"]?.object?["doubleValue"]?.double == 1)
    #expect(
      event["attributes"]?.object?["gen_ai.evaluation.score.label"]?.object?["stringValue"]?.string == "pass")
    let failed = try #require(spans[1]["attributes"]?.object)
    #expect(failed["error.type"]?.object?["stringValue"]?.string == "status_500")
  }

  @Test func whatIsExportedComesBack() throws {
    let run = try Importer.read(
      form: .openTelemetry, files: [ImportFile(name: "export.json", bytes: document().bytes)]
    ).priced(by: try PriceCatalogue.builtIn.table())
    #expect(run.observations.map(\.row) == ["a", "b", "a"])
    #expect(run.observations.map(\.candidate) == ["mini", "mini", "agent"])
    for (back, sent) in zip(run.observations, Self.observations) {
      #expect(back.output == sent.text && back.route == sent.route && back.customer == sent.customer)
      #expect(back.tags == sent.tags && back.retries == sent.retries)
      #expect(back.promptTokens == sent.promptTokens && back.completionTokens == sent.completionTokens)
      #expect(back.latencies.endToEnd == sent.latencies.endToEnd)
      #expect(back.latencies.timeToFirstToken == sent.latencies.timeToFirstToken)
      #expect(back.latencies.timePerOutputToken == sent.latencies.timePerOutputToken)
      #expect(back.latencies.serviceEndToEnd == sent.latencies.serviceEndToEnd)
      #expect(back.latencies.serviceTimeToFirstToken == sent.latencies.serviceTimeToFirstToken)
      #expect(back.startedAt == sent.startedAt)
      #expect((back.cost.money?.picos).map { Int64($0) } == sent.cost.picos)
      #expect(back.cost.money?.currency.code == sent.cost.currency)
      #expect(back.failure?.kind == sent.failureKind)
    }
    let sent = try JSONReader.value(of: Array((Self.observations[2].trajectory ?? "").utf8))
    // A span of a call names a model: where the step does not, the candidate's.
    var steps = try (sent.array ?? []).map { try TrajectoryStep(JSONField($0)) }
    steps[1].model = "gpt-5-mini"
    #expect(run.observations[2].steps == steps)
    #expect(run.observations[0].calls[0].usage?.cachedInput == 16)
    #expect(
      run.scores.map(\.evaluator)
        == ["ExactMatch", "Relevancy", "ExactMatch", "ExactMatch"].map { "opentelemetry/\($0)" })
    #expect(run.scores.map(\.value) == [1, 0.25, nil, nil])
    #expect(run.scores.map(\.threshold) == [0.5, 0.5, 0.5, 0.5])
    #expect(run.scores[3].failure == "evaluator_error")
  }

  @Test func whatAStepFailedOfComesBackWithItsModel() throws {
    var observation = Self.observations[2]
    observation.trajectory =
      #"[{"tool":"find","seconds":1,"tokens":0,"error":"timeout: it took too long"},{"text":"x","model":"gpt-5","tokens":5,"seconds":1,"error":"refused"}]"#
    func document(texts: Bool) -> JSONValue {
      EvaluationSpans.document(
        Self.evaluation, candidates: Self.candidates, observations: [observation], verdicts: [], texts: texts)
    }
    let run = try Importer.read(
      form: .openTelemetry, files: [ImportFile(name: "export.json", bytes: document(texts: true).bytes)])
    #expect(run.observations[0].steps.map(\.error) == ["timeout: it took too long", "refused"])
    #expect(run.observations[0].steps.map(\.model) == [nil, "gpt-5"])
    // An agent whose steps failed need not have failed.
    #expect(run.observations[0].failure == nil)
    let bare = document(texts: false).text
    #expect(bare.contains("\"timeout\"") && !bare.contains("too long"))
  }

  @Test func textsCanBeLeftOut() {
    let text = document(texts: false).text
    for word in ["settled", "Refund issued", "returned", "\"order\""] { #expect(!text.contains(word)) }
    #expect(document().text.contains("settled"))
  }

  @Test func idsAreTheSameEachTimeAndNoTwoAreEqual() throws {
    #expect(document() == document())
    let text = document().text
    let ids = text.matches(of: /"spanId":"([0-9a-f]{16})"/).map { String($0.1) }
    #expect(ids.count == 5 && Set(ids).count == 5)
    #expect(Set(text.matches(of: /"traceId":"([0-9a-f]{32})"/).map { String($0.1) }).count == 3)
  }
}
