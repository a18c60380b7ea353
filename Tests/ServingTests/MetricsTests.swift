import OpenAIWire
import Testing

@testable import Serving

@Suite struct MetricsTests {
  @Test func histogramsCountFromBelow() {
    var histogram = Histogram(bounds: [1, 2, 5])
    for value in [0.5, 1, 1.5, 4, 100] { histogram.add(value) }
    var text = PrometheusText()
    text.family("h", "histogram", "Help.")
    text.histogram("h", ["m": "a\"b\\c\nd"], histogram)
    let name = #"m="a\"b\\c\nd""#
    #expect(
      text.text == """
        # HELP h Help.
        # TYPE h histogram
        h_bucket{\(name),le="1"} 2
        h_bucket{\(name),le="2"} 3
        h_bucket{\(name),le="5"} 4
        h_bucket{\(name),le="+Inf"} 5
        h_sum{\(name)} 107
        h_count{\(name)} 5

        """)
  }

  @Test func latenciesAreMeasuredFromTheArrival() {
    let metrics = ServingMetrics()
    let start = ContinuousClock.now
    func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }
    var meter = RequestMeter(metrics: metrics, model: "m", samples: 2, choices: 2, arrival: start)
    meter.take(.started(promptTokens: 7, cachedTokens: 3, echo: nil), choice: 0, at: at(100))
    meter.take(.started(promptTokens: 7, cachedTokens: 3, echo: nil), choice: 1, at: at(100))
    meter.take(.token(GeneratedPiece(text: "a")), choice: 0, at: at(200))
    meter.take(.token(GeneratedPiece(text: "b")), choice: 0, at: at(300))
    meter.take(.token(GeneratedPiece(text: "c")), choice: 0, at: at(600))
    meter.take(.finished(.stop, completionTokens: 3), choice: 0, at: at(600))
    meter.abort()
    metrics.update("m") { counts in
      #expect(counts.promptTokens == 7 && counts.cachedTokens == 3 && counts.generatedTokens == 3)
      #expect(counts.finished == ["stop": 1, "abort": 1])
      #expect(abs(counts.firstToken.sum - 0.2) < 1e-9 && counts.firstToken.count == 1)
      #expect(abs(counts.betweenTokens.sum - 0.4) < 1e-9 && counts.betweenTokens.count == 2)
      #expect(abs(counts.perToken.sum - 0.2) < 1e-9 && counts.perToken.count == 1)
      #expect(abs(counts.wholeRequest.sum - 0.6) < 1e-9)
      #expect(abs(counts.inQueue.sum - 0.2) < 1e-9 && counts.inQueue.count == 2)
    }
  }

  @Test func metricsAreServed() async throws {
    try await withServer(FakeService()) { client, _ in
      _ = try await client.post(
        "/v1/chat/completions", #"{"model":"fake","messages":[{"role":"user","content":"one two three"}]}"#)
      _ = try await client.post("/v1/embeddings", #"{"model":"vectors","input":"a b"}"#)
      _ = try await client.get("/nowhere")
      let answer = try await client.get("/metrics")
      #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
      let lines = Set(answer.text.split(separator: "\n").map(String.init))
      for line in [
        #"vllm:num_requests_running{model_name="fake"} 0"#, #"vllm:num_requests_waiting{model_name="fake"} 0"#,
        #"vllm:kv_cache_usage_perc{model_name="fake"} 0.25"#, #"vllm:prompt_tokens_total{model_name="fake"} 3"#,
        #"vllm:generation_tokens_total{model_name="fake"} 3"#,
        #"vllm:prefix_cache_queries_total{model_name="fake"} 40"#,
        #"vllm:prefix_cache_hits_total{model_name="fake"} 10"#,
        #"vllm:request_success_total{model_name="fake",finished_reason="stop"} 1"#,
        #"vllm:time_to_first_token_seconds_count{model_name="fake"} 1"#,
        #"vllm:inter_token_latency_seconds_count{model_name="fake"} 2"#,
        #"vllm:e2e_request_latency_seconds_count{model_name="fake"} 1"#,
        #"vllm:request_queue_time_seconds_count{model_name="fake"} 1"#,
        #"efficientllm:embedded_tokens_total{model_name="vectors"} 2"#,
        #"efficientllm:http_responses_total{route="other",status="404"} 1"#,
        #"efficientllm:http_responses_total{route="/v1/chat/completions",status="200"} 1"#,
        "# TYPE vllm:time_to_first_token_seconds histogram",
      ] { #expect(lines.contains(line), "\(line)") }
    }
  }
}
