import Evaluators
import Foundation
public import OpenAIWire
import Pricing
public import Records

/// An evaluation's observations as spans of OpenTelemetry, with the names of its conventions for generative AI.
///
/// Each observation is a trace: one span from when the request was to be sent to its end, `chat MODEL`, or
/// `invoke_agent CANDIDATE` with a span below it for each step. Verdicts are events `gen_ai.evaluation.result` of that
/// span. What the conventions have no name for stands under `efficientllm.`.
///
/// ```swift
/// let document = EvaluationSpans.document(
///   evaluation, candidates: candidates, observations: observations, verdicts: verdicts)
/// ```
public enum EvaluationSpans {
  static let schema = "https://opentelemetry.io/schemas/1.41.0"

  /// A document of OTLP/JSON: `{"resourceSpans": [...]}`, one for each candidate.
  /// - Parameter texts: what was answered too; an input is not in the records.
  public static func document(
    _ evaluation: EvaluationRecord, candidates: [CandidateRecord], observations: [ObservationRecord],
    verdicts: [VerdictRecord], texts: Bool = true
  ) -> JSONValue {
    let byObservation = Dictionary(grouping: verdicts, by: \.observationID)
    let byCandidate = Dictionary(grouping: observations, by: \.candidateID)
    let groups = candidates.map { candidate -> JSONValue in
      let spans = (candidate.id.flatMap { byCandidate[$0] } ?? []).flatMap { observation in
        ObservationSpans(
          evaluation: evaluation, candidate: candidate, observation: observation,
          verdicts: observation.id.flatMap { byObservation[$0] } ?? [], texts: texts
        ).spans
      }
      var resource = OTLPAttributes()
      resource.add("service.name", text: "efficientllm")
      resource.add("efficientllm.evaluation", text: evaluation.reference)
      resource.add("efficientllm.dataset", text: evaluation.dataset)
      resource.add("efficientllm.candidate", text: candidate.name)
      return .members([
        "resource": .members(["attributes": resource.json]),
        "scopeSpans": .array([
          .members([
            "scope": .members(["name": .string("efficientllm")]), "spans": .array(spans), "schemaUrl": .string(schema),
          ])
        ]),
      ])
    }
    return .members(["resourceSpans": .array(groups)])
  }
}

/// One observation's spans: the whole first, then its steps.
struct ObservationSpans {
  let evaluation: EvaluationRecord
  let candidate: CandidateRecord
  let observation: ObservationRecord
  let verdicts: [VerdictRecord]
  let texts: Bool

  /// The same for the same observation of the same evaluation, in whatever order they are exported.
  private var name: String {
    "\(evaluation.digest) \(evaluation.reference) \(candidate.name) \(observation.row) \(observation.repetition) "
      + "\(observation.attempt)"
  }

  private var start: UInt64 { Self.nanoseconds(observation.startedAt) }

  private static func nanoseconds(_ date: Date) -> UInt64 {
    let seconds = date.timeIntervalSince1970
    guard seconds > 0, seconds < 1.8e10 else { return 0 }
    return UInt64((seconds * 1e6).rounded()) * 1_000
  }

  private func time(_ seconds: Double?) -> UInt64 {
    guard let seconds, seconds >= 0, seconds < 1e9 else { return start }
    let (end, overflows) = start.addingReportingOverflow(UInt64((seconds * 1e9).rounded()))
    return overflows ? .max : end
  }

  private var steps: [TrajectoryStep] {
    guard let text = observation.trajectory, let value = try? JSONReader.value(of: Array(text.utf8)),
      let elements = value.array
    else { return [] }
    return elements.compactMap { try? TrajectoryStep(JSONField($0)) }
  }

  var spans: [JSONValue] {
    let steps = steps
    let trace = SpanIdentifier.trace(name)
    let root = SpanIdentifier.span(name)
    let isAgent = !steps.isEmpty
    let model = candidate.model
    let title = isAgent ? "invoke_agent \(candidate.name)" : model.isEmpty ? "chat" : "chat \(model)"
    let failed = observation.status == .failed
    var spans: [JSONValue] = [
      .members([
        "traceId": .string(trace), "spanId": .string(root), "name": .string(title),
        "kind": .integer(isAgent ? 1 : 3), "startTimeUnixNano": .string("\(start)"),
        "endTimeUnixNano": .string("\(time(observation.latencies.endToEnd))"),
        "attributes": attributes(isAgent: isAgent).json, "events": .array(verdicts.map(event)),
        "status": failed
          ? .members(["code": .integer(2), "message": observation.failureMessage.map { .string($0) }]) : .members([:]),
      ])
    ]
    // When steps began is not in the records: they are laid one after the other from the beginning.
    var passed = 0.0
    for (index, step) in steps.enumerated() {
      spans.append(span(step, index: index, trace: trace, root: root, from: passed))
      passed += step.seconds ?? 0
    }
    return spans
  }

  private func attributes(isAgent: Bool) -> OTLPAttributes {
    var result = OTLPAttributes()
    result.add("gen_ai.operation.name", text: isAgent ? "invoke_agent" : "chat")
    result.add("gen_ai.provider.name", text: priceMember("provider"))
    if isAgent { result.add("gen_ai.agent.name", text: candidate.name) }
    result.add("gen_ai.request.model", text: candidate.model)
    result.add("gen_ai.response.model", text: observation.answeredBy)
    if let reason = observation.finishReason { result.add("gen_ai.response.finish_reasons", texts: [reason]) }
    result.add("gen_ai.usage.input_tokens", integer: observation.promptTokens)
    result.add("gen_ai.usage.output_tokens", integer: observation.completionTokens)
    if let text = observation.usage, let usage = try? UsageDocument(json: Array(text.utf8)).usage {
      if usage.cachedInput > 0 { result.add("gen_ai.usage.cache_read.input_tokens", integer: usage.cachedInput) }
      let written = usage.cacheWrite + usage.cacheWrite1h
      if written > 0 { result.add("gen_ai.usage.cache_creation.input_tokens", integer: written) }
      if usage.outputReasoning > 0 {
        result.add("gen_ai.usage.reasoning.output_tokens", integer: usage.outputReasoning)
      }
    }
    result.add("gen_ai.response.time_to_first_chunk", number: observation.latencies.timeToFirstToken)
    addServer(to: &result)
    if observation.status == .failed { result.add("error.type", text: observation.failureKind ?? "_OTHER") }
    if texts { result.add("gen_ai.output.messages", text: outputMessages?.text) }
    addOwn(to: &result)
    return result
  }

  private func addOwn(to result: inout OTLPAttributes) {
    result.add("efficientllm.evaluation", text: evaluation.reference)
    result.add("efficientllm.dataset", text: evaluation.dataset)
    result.add("efficientllm.candidate", text: candidate.name)
    result.add(ImportOptions.standardRowAttribute, text: observation.row)
    result.add("efficientllm.repetition", integer: observation.repetition)
    result.add("efficientllm.attempt", integer: observation.attempt)
    result.add("efficientllm.origin", text: observation.origin)
    result.add("efficientllm.route", text: observation.route)
    result.add("efficientllm.customer", text: observation.customer)
    for (name, value) in observation.tags.sorted(by: { $0.key < $1.key }) {
      result.add("efficientllm.tag.\(name)", text: value)
    }
    result.add("efficientllm.request.id", text: observation.requestID)
    result.add("efficientllm.retries", integer: observation.retries)
    result.add("efficientllm.refusal", flag: observation.isRefusal ? true : nil)
    result.add("efficientllm.token.source", text: observation.tokenSource)
    result.add("efficientllm.time_per_output_token", number: observation.latencies.timePerOutputToken)
    result.add("efficientllm.service.duration", number: observation.latencies.serviceEndToEnd)
    result.add("efficientllm.service.time_to_first_token", number: observation.latencies.serviceTimeToFirstToken)
    // An end has to stand in a span: without this one that took no time could not be told from one that was not timed.
    if observation.latencies.endToEnd == nil { result.add("efficientllm.duration.absent", flag: true) }
    switch observation.cost {
    case .known(let picos, let currency, let version, _):
      result.add("efficientllm.cost", text: Money(picos: Int128(picos)).decimalText)
      result.add("efficientllm.cost.currency", text: currency)
      result.add("efficientllm.price.version", text: version)
    case .absent(let absence): result.add("efficientllm.cost.absence", text: absence.reason)
    }
    if let joules = observation.energy.quantity?.value { result.add("efficientllm.energy.joules", number: joules) }
  }

  private func priceMember(_ name: String) -> String? {
    guard case .known(_, _, _, let price) = observation.cost,
      let value = try? JSONReader.value(of: Array(price.utf8))
    else { return nil }
    return value.object?[name]?.string
  }

  /// The endpoint's host and port; where a command serves the candidate there is none to name.
  private func addServer(to result: inout OTLPAttributes) {
    guard let url = URL(string: candidate.endpoint), let host = url.host, url.scheme != nil else { return }
    result.add("server.address", text: host)
    result.add("server.port", integer: url.port ?? (url.scheme == "http" ? 80 : 443))
  }

  private var outputMessages: JSONValue? {
    var parts: [JSONValue] = []
    if let text = observation.text { parts.append(.members(["type": .string("text"), "content": .string(text)])) }
    if let text = observation.toolCalls, let calls = try? JSONReader.value(of: Array(text.utf8)).array {
      for call in calls {
        let function = call.object?["function"]?.object
        parts.append(
          .members([
            "type": .string("tool_call"), "id": call.object?["id"], "name": function?["name"],
            "arguments": function?["arguments"],
          ]))
      }
    }
    guard !parts.isEmpty else { return nil }
    return .array([
      .members([
        "role": .string("assistant"), "parts": .array(parts),
        "finish_reason": .string(observation.finishReason ?? "stop"),
      ])
    ])
  }

  private static func message(_ text: String) -> JSONValue {
    .array([
      .members([
        "role": .string("assistant"),
        "parts": .array([.members(["type": .string("text"), "content": .string(text)])]),
      ])
    ])
  }

  private func event(_ verdict: VerdictRecord) -> JSONValue {
    var result = OTLPAttributes()
    result.add("gen_ai.evaluation.name", text: verdict.evaluator)
    result.add("gen_ai.evaluation.score.value", number: verdict.score)
    if let passed = verdict.passed { result.add("gen_ai.evaluation.score.label", text: passed ? "pass" : "fail") }
    result.add("gen_ai.evaluation.explanation", text: verdict.reason)
    result.add("efficientllm.evaluation.threshold", number: verdict.threshold)
    result.add("efficientllm.evaluation.version", integer: verdict.version)
    result.add("efficientllm.evaluation.configuration", text: verdict.configuration)
    switch verdict.outcome {
    case .score: break
    case .absent(let absence, let cause):
      result.add("efficientllm.evaluation.absence", text: absence.reason)
      result.add("efficientllm.evaluation.absence.cause", text: cause)
    case .failed(let message):
      result.add("error.type", text: "evaluator_error")
      result.add("efficientllm.evaluation.failure", text: message)
    }
    return .members([
      "timeUnixNano": .string("\(Self.nanoseconds(verdict.decidedAt))"), "name": .string("gen_ai.evaluation.result"),
      "attributes": result.json,
    ])
  }

  private func span(_ step: TrajectoryStep, index: Int, trace: String, root: String, from begin: Double) -> JSONValue {
    var result = OTLPAttributes()
    let title: String
    if let tool = step.tool {
      title = "execute_tool \(tool)"
      result.add("gen_ai.operation.name", text: "execute_tool")
      result.add("gen_ai.tool.name", text: tool)
      if texts {
        result.add("gen_ai.tool.call.arguments", text: step.arguments?.text)
        result.add("gen_ai.tool.call.result", text: step.result)
      }
    } else {
      let model = step.model ?? candidate.model
      title = model.isEmpty ? "chat" : "chat \(model)"
      result.add("gen_ai.operation.name", text: "chat")
      result.add("gen_ai.request.model", text: model)
      if texts, let text = step.text { result.add("gen_ai.output.messages", text: Self.message(text).text) }
    }
    // How a step's tokens fall to input and output is not in the records.
    result.add("efficientllm.step.tokens", integer: step.tokens)
    result.add("efficientllm.cost", text: step.cost?.text)
    result.add("efficientllm.cost.currency", text: step.cost == nil ? nil : step.currency ?? "USD")
    if step.seconds == nil { result.add("efficientllm.duration.absent", flag: true) }
    // The kind alone, as the conventions have it; what was said stands in the status.
    let status: JSONValue? = step.error.map { error in
      let mark = error.firstRange(of: ": ")
      let kind = mark.map { String(error[..<$0.lowerBound]) } ?? error
      result.add("error.type", text: kind.isEmpty ? "_OTHER" : kind)
      return .members([
        "code": .integer(2), "message": texts ? mark.map { .string(String(error[$0.upperBound...])) } : nil,
      ])
    }
    return .members([
      "traceId": .string(trace), "spanId": .string(SpanIdentifier.span("\(name) \(index)")),
      "parentSpanId": .string(root), "name": .string(title), "kind": .integer(1),
      "startTimeUnixNano": .string("\(time(begin))"),
      "endTimeUnixNano": .string("\(time(begin + (step.seconds ?? 0)))"), "attributes": result.json, "status": status,
    ])
  }
}
