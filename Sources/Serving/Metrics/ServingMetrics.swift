internal import OpenAIWire
internal import Synchronization

/// What the server counts of its requests. Names are vLLM's where they fit, so that its dashboards work; what has no
/// name there has ours.
final class ServingMetrics: Sendable {
  /// The counts of one model.
  struct ModelCounts: Sendable {
    var promptTokens = 0
    var cachedTokens = 0
    var generatedTokens = 0
    /// By finish reason, and `abort` for what was interrupted.
    var finished: [String: Int] = [:]
    var firstToken = Histogram(bounds: Histogram.firstToken)
    var betweenTokens = Histogram(bounds: Histogram.perToken)
    var perToken = Histogram(bounds: Histogram.perToken)
    var wholeRequest = Histogram(bounds: Histogram.request)
    var inQueue = Histogram(bounds: Histogram.request)
    var promptLength = Histogram(bounds: Histogram.tokens)
    var generatedLength = Histogram(bounds: Histogram.tokens)
    var embeddings = 0
    var embeddedTokens = 0
  }

  private struct Endpoint: Hashable {
    let route: String
    let status: Int
  }

  private struct State: Sendable {
    var models: [String: ModelCounts] = [:]
    var answers: [Endpoint: Int] = [:]
  }

  private let state = Mutex(State())

  func update(_ model: String, _ change: (inout ModelCounts) -> Void) {
    state.withLock { change(&$0.models[model, default: ModelCounts()]) }
  }

  func answered(route: String, status: Int) {
    state.withLock { $0.answers[Endpoint(route: route, status: status), default: 0] += 1 }
  }

  /// Everything as Prometheus reads it.
  /// - Parameter models: those that are served, so that each is there before its first request.
  func text(statistics: [ServiceStatistics], models: [ServedModel], inFlight: Int) -> String {
    let (counts, answers) = state.withLock { ($0.models, $0.answers) }
    var text = PrometheusText()
    Self.writeEngines(statistics, into: &text)
    func named(_ models: [ServedModel]) -> [(String, ModelCounts)] {
      models.map { ($0.name, counts[$0.name] ?? ModelCounts()) }
    }
    let decoders = named(models.filter(\.generates))
    Self.writeCounters(decoders, into: &text)
    Self.writeHistograms(decoders, into: &text)
    Self.writeEmbeddings(named(models.filter { !$0.generates }), into: &text)
    text.family("efficientllm:http_requests_in_flight", "gauge", "Requests that are being answered.")
    text.sample("efficientllm:http_requests_in_flight", [:], inFlight)
    text.family("efficientllm:http_responses_total", "counter", "Answers by route and status.")
    for (endpoint, count) in answers.sorted(by: { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }) {
      text.sample(
        "efficientllm:http_responses_total", ["route": endpoint.route, "status": "\(endpoint.status)"], count)
    }
    return text.text
  }

  private static func writeEngines(_ statistics: [ServiceStatistics], into text: inout PrometheusText) {
    let gauges: [(String, String, String, (ServiceStatistics) -> Double)] = [
      ("vllm:num_requests_running", "gauge", "Sequences in the running batch.", { Double($0.running) }),
      ("vllm:num_requests_waiting", "gauge", "Sequences waiting to run.", { Double($0.waiting) }),
      (
        "vllm:kv_cache_usage_perc", "gauge", "Share of the cache's memory in use; 1 is all.",
        { $0.cacheBytesLimit > 0 ? Double($0.cacheBytes) / Double($0.cacheBytesLimit) : 0 }
      ),
      (
        "vllm:prefix_cache_queries_total", "counter", "Prompt tokens looked up among kept prefixes.",
        { Double($0.prefixQueries) }
      ),
      (
        "vllm:prefix_cache_hits_total", "counter", "Prompt tokens found among kept prefixes.", { Double($0.prefixHits) }
      ),
      ("efficientllm:kv_cache_bytes", "gauge", "Bytes of cache in use.", { Double($0.cacheBytes) }),
      (
        "efficientllm:kv_cache_limit_bytes", "gauge", "Bytes of cache that may be in use.",
        { Double($0.cacheBytesLimit) }
      ),
      ("efficientllm:engine_steps_total", "counter", "Steps of the engine.", { Double($0.steps) }),
    ]
    for (name, kind, help, value) in gauges {
      text.family(name, kind, help)
      for one in statistics { text.sample(name, ["model_name": one.model], value(one)) }
    }
  }

  private static func writeCounters(_ models: [(String, ModelCounts)], into text: inout PrometheusText) {
    let counters: [(String, String, (ModelCounts) -> Int)] = [
      ("vllm:prompt_tokens_total", "Prompt tokens of the requests that began.", { $0.promptTokens }),
      ("vllm:generation_tokens_total", "Tokens generated.", { $0.generatedTokens }),
      ("efficientllm:cached_prompt_tokens_total", "Prompt tokens that were not computed anew.", { $0.cachedTokens }),
    ]
    write(counters, of: models, into: &text)
    text.family("vllm:request_success_total", "counter", "Continuations that ended, by reason.")
    for (model, counts) in models {
      for reason in Set(counts.finished.keys).union(["stop", "length", "abort"]).sorted() {
        text.sample(
          "vllm:request_success_total", ["model_name": model, "finished_reason": reason], counts.finished[reason] ?? 0)
      }
    }
  }

  private static func writeEmbeddings(_ models: [(String, ModelCounts)], into text: inout PrometheusText) {
    let counters: [(String, String, (ModelCounts) -> Int)] = [
      ("efficientllm:embeddings_total", "Inputs embedded.", { $0.embeddings }),
      ("efficientllm:embedded_tokens_total", "Tokens of the inputs embedded.", { $0.embeddedTokens }),
    ]
    write(counters, of: models, into: &text)
  }

  private static func write(
    _ counters: [(String, String, (ModelCounts) -> Int)], of models: [(String, ModelCounts)],
    into text: inout PrometheusText
  ) {
    guard !models.isEmpty else { return }
    for (name, help, value) in counters {
      text.family(name, "counter", help)
      for (model, counts) in models { text.sample(name, ["model_name": model], value(counts)) }
    }
  }

  private static func writeHistograms(_ models: [(String, ModelCounts)], into text: inout PrometheusText) {
    let histograms: [(String, String, (ModelCounts) -> Histogram)] = [
      ("vllm:time_to_first_token_seconds", "From a request's arrival to its first token.", { $0.firstToken }),
      ("vllm:inter_token_latency_seconds", "From a token to the next.", { $0.betweenTokens }),
      (
        "vllm:request_time_per_output_token_seconds", "Mean time of a token after a continuation's first.",
        { $0.perToken }
      ),
      ("vllm:e2e_request_latency_seconds", "From a request's arrival to a continuation's end.", { $0.wholeRequest }),
      ("vllm:request_queue_time_seconds", "From a request's arrival until it ran.", { $0.inQueue }),
      ("vllm:request_prompt_tokens", "Tokens of a prompt.", { $0.promptLength }),
      ("vllm:request_generation_tokens", "Tokens of a continuation.", { $0.generatedLength }),
    ]
    for (name, help, value) in histograms {
      text.family(name, "histogram", help)
      for (model, counts) in models { text.histogram(name, ["model_name": model], value(counts)) }
    }
  }
}
