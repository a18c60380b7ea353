import Evaluators
import Foundation
import OpenAIWire
import Pricing

/// A report of GuideLLM in JSON: `benchmarks.json` of 0.3 to 0.8.
///
/// Each request that it kept is an observation. Its figures over all requests become reported scores: it may have kept
/// but a sample of the requests.
struct GuideLLMReader {
  private let options: ImportOptions
  private var run = ImportedRun(form: .guideLLM, source: "GuideLLM")
  private var incomplete = 0

  static func read(_ files: [ImportFile], _ options: ImportOptions) throws(ImportError) -> ImportedRun {
    var reader = GuideLLMReader(options: options)
    for file in files {
      let clean = ImportFile(name: file.name, bytes: file.bytes.withoutNotNumbers)
      let notes = try JSONDocuments(clean, options.limits).forEach { document throws(ImportError) in
        guard let report = document.value.object, let benchmarks = report["benchmarks"]?.array,
          benchmarks.allSatisfy({ $0.object?["requests"] != nil || $0.object?["metrics"] != nil })
        else {
          throw .notOfForm(
            file: file.name, form: .guideLLM,
            expected: "a benchmarks.json of GuideLLM, with benchmarks and their requests")
        }
        reader.take(report, benchmarks)
      }
      reader.run.notes += notes
    }
    return reader.finished()
  }

  private init(options: ImportOptions) { self.options = options }

  private func finished() -> ImportedRun {
    var run = run
    if incomplete > 0 {
      run.notes.append("\(incomplete) requests were still under way when a benchmark ended and were left out.")
    }
    run.startedAt = run.observations.compactMap(\.startedAt).min() ?? run.startedAt
    return run
  }

  private mutating func take(_ report: JSONObject, _ benchmarks: [JSONValue]) {
    run.toolVersion = report["metadata"]?.object?["guidellm_version"]?.string?.cut(toBytes: 64) ?? run.toolVersion
    let specification = report["config"]?.object?["spec"]?.object ?? report["args"]?.object
    let backend = specification?["backend"]?.object
    let model = backend?["model"]?.string ?? specification?["model"]?.string
    let target = (backend?["target"]?.string ?? specification?["target"]?.string).map(Self.withoutSecrets)
    if let target { run.settings["target"] = target }
    for name in ["profile", "constraints", "data", "seed"] {
      if let value = specification?[name], !value.isNull { run.settings[name] = value.text.cut(toBytes: 1_024) }
    }
    for value in benchmarks {
      guard let benchmark = value.object else { continue }
      let strategy = Strategy(benchmark)
      let name = { (model: String) in benchmarks.count > 1 ? "\(model) \(strategy.name)" : model }
      run.startedAt = run.startedAt ?? ISOTime.date(benchmark["start_time"])
      let requests = benchmark["requests"]?.object
      var kept = 0
      var asked: String?
      for status in ["successful", "errored"] {
        for request in requests?[status]?.array ?? [] {
          guard let request = request.object else { continue }
          let observation = observation(
            request, isError: status == "errored", model: model, target: target, strategy: strategy, name: name)
          asked = asked ?? observation.calls.first?.modelAsked
          run.observations.append(observation)
          kept += 1
        }
      }
      incomplete += requests?["incomplete"]?.array?.count ?? 0
      readFigures(benchmark, candidate: name(model.flatMap { $0.isEmpty ? nil : $0 } ?? asked ?? "unnamed"), strategy)
      let made =
        benchmark["scheduler_metrics"]?.object?["requests_made"]?.object
        ?? benchmark["run_stats"]?.object?["requests_made"]?.object
      let parts = made.map { ($0["successful"]?.integer ?? 0).addingReportingOverflow($0["errored"]?.integer ?? 0) }
      if let parts, !parts.overflow, case let all = parts.partialValue, all > kept {
        run.notes.append("Of \(all) requests of \(strategy.name) the file kept \(kept); its own figures are over all.")
      }
    }
  }

  /// How requests were sent.
  private struct Strategy {
    var name: String
    /// Whether requests were due at times of their own, so that their latency counts from then.
    var isOpen: Bool

    init(_ benchmark: JSONObject) {
      let strategy =
        benchmark["config"]?.object?["strategy"]?.object ?? benchmark["scheduler"]?.object?["strategy"]?.object
        ?? benchmark["args"]?.object?["strategy"]?.object
      let type = strategy?["type_"]?.string ?? "unnamed"
      let size = ["streams", "rate", "max_concurrency"].lazy.compactMap { strategy?[$0] }.first { !$0.isNull }
      name = (size.map { "\(type) \($0.text)" } ?? type).cut(toBytes: 64)
      isOpen = ["constant", "poisson", "async", "replay"].contains(type)
    }
  }

  /// A URL without user, password and what follows a question mark.
  private static func withoutSecrets(_ url: String) -> String {
    var text = url.prefix { $0 != "?" && $0 != "#" }[...]
    if let scheme = text.range(of: "://") {
      let host = text[scheme.upperBound...].prefix { $0 != "/" }
      if let at = host.lastIndex(of: "@") {
        text = text[..<scheme.upperBound] + text[text.index(after: at)...]
      }
    }
    return String(text).cut(toBytes: 512)
  }

  private func observation(
    _ request: JSONObject, isError: Bool, model: String?, target: String?, strategy: Strategy, name: (String) -> String
  ) -> ImportedObservation {
    let limits = options.limits
    let body = Self.arguments(request, limits: limits)
    let asked = body?["model"]?.string ?? model
    let identifier = request["request_id"]?.string ?? "\(run.observations.count)"
    var observation = ImportedObservation(
      candidate: name(asked.flatMap { $0.isEmpty ? nil : $0 } ?? "unnamed").cut(toBytes: 256),
      identifier: identifier.cut(toBytes: 256))
    observation.input = Self.input(request, body, limits: limits)
    observation.output = request["output"]?.string?.cut(toBytes: limits.textBytes)
    observation.toolCalls = request["tool_calls"].flatMap { $0.array?.isEmpty == false ? $0 : nil }
    observation.startedAt = ISOTime.date(request["request_start_time"] ?? request["start_time"])
    observation.endedAt = ISOTime.date(request["request_end_time"] ?? request["end_time"])
    observation.latencies = Self.latencies(request, isOpen: strategy.isOpen)
    observation.tags["strategy"] = strategy.name
    var call = ModelCall()
    call.modelAsked = asked
    call.endpoint = target
    call.startedAt = observation.startedAt
    readUsage(request, into: &call, &observation)
    observation.calls = [call]
    if isError {
      let info = request["info"]?.object ?? request["scheduler_info"]?.object
      let message = info?["error"]?.string ?? request["error"]?.string ?? ""
      observation.failure = ImportedObservation.Failure(kind: "error", message: message.cut(toBytes: 2_000))
    }
    return observation
  }

  private func readUsage(_ request: JSONObject, into call: inout ModelCall, _ observation: inout ImportedObservation) {
    let input = request["prompt_tokens"]?.integer
    let output = request["output_tokens"]?.integer
    observation.promptTokens = input.flatMap { $0 >= 0 ? $0 : nil }
    observation.completionTokens = output.flatMap { $0 >= 0 ? $0 : nil }
    // GuideLLM takes the server's usage where there is one, else its tokenizer's count, and does not say which.
    observation.tokenSource = input == nil && output == nil ? nil : "guidellm"
    guard let input, let output else {
      call.usageProblem = "GuideLLM's report does not say how many tokens the request used"
      return
    }
    let cached = request["cached_tokens"]?.integer ?? 0
    do throws(UsageError) {
      for (name, count) in [("prompt_tokens", input), ("output_tokens", output), ("cached_tokens", cached)] {
        if count < 0 { throw .negative(name, count) }
        if count > Pricing.Usage.most { throw .tooLarge(name, count) }
      }
      guard cached <= input else {
        throw .exceeds(part: "cached_tokens", count: cached, whole: "prompt_tokens", of: input)
      }
      call.usage = try Pricing.Usage(input: input - cached, cachedInput: cached, output: output)
    } catch {
      call.usageProblem = error.description
    }
  }

  /// What was sent: an object, or JSON in a string, with the request's body in it.
  private static func arguments(_ request: JSONObject, limits: ImportLimits) -> JSONObject? {
    guard let value = request["request_args"] else { return nil }
    let object = GenAIMessages.decoded(value, limits: limits).object
    return object?["body"]?.object ?? object?["payload"]?.object ?? object
  }

  private static func input(
    _ request: JSONObject, _ body: JSONObject?, limits: ImportLimits
  ) -> EvaluationSample.Input? {
    if let text = body?["prompt"]?.string ?? request["prompt"]?.string {
      return .text(text.cut(toBytes: limits.textBytes))
    }
    let elements = body?["messages"]?.array ?? []
    let messages = elements.compactMap { try? ChatMessage(JSONField($0)) }
    guard !messages.isEmpty, messages.count == elements.count else { return nil }
    if messages.count == 1, messages[0].role == .user, let text = messages[0].content { return .text(text) }
    return .messages(messages)
  }

  /// GuideLLM's `time_per_output_token_ms` holds the first token too; what we call so is its `inter_token_latency_ms`.
  private static func latencies(_ request: JSONObject, isOpen: Bool) -> ImportedObservation.Latencies {
    func seconds(_ name: String, _ scale: Double) -> Double? {
      request[name]?.double.flatMap { $0 >= 0 && $0.isFinite ? $0 / scale : nil }
    }
    let service = seconds("request_latency", 1)
    let first = seconds("time_to_first_token_ms", 1_000)
    let scheduled = isOpen ? seconds("request_scheduled_latency", 1) ?? service : service
    var waited = 0.0
    if let scheduled, let service { waited = max(0, scheduled - service) }
    return ImportedObservation.Latencies(
      endToEnd: scheduled, timeToFirstToken: first.map { $0 + waited },
      timePerOutputToken: seconds("inter_token_latency_ms", 1_000), serviceEndToEnd: service,
      serviceTimeToFirstToken: first)
  }

  private static let figures = [
    "requests_per_second", "request_latency", "time_to_first_token_ms", "inter_token_latency_ms",
    "output_tokens_per_second", "prompt_token_count", "output_token_count",
  ]

  private mutating func readFigures(_ benchmark: JSONObject, candidate: String, _ strategy: Strategy) {
    for metric in Self.figures {
      let figure = benchmark["metrics"]?.object?[metric]?.object
      guard let distribution = figure?["successful"]?.object else { continue }
      let count = distribution["count"]?.integer
      let percentiles = distribution["percentiles"]?.object
      for (name, value) in [
        ("mean", distribution["mean"]), ("p50", percentiles?["p50"]), ("p99", percentiles?["p99"]),
      ] {
        guard let value = value?.double, count != 0 else { continue }
        run.reported.append(
          ReportedScore(
            candidate: candidate, subject: strategy.name, metric: "\(metric) \(name)", value: value, count: count))
      }
    }
  }
}
