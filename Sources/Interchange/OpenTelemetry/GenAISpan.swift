import Evaluators
import OpenAIWire
import Pricing

/// What a span means by the semantic conventions for generative AI, of OpenTelemetry 1.27 to 1.44 and of the repository
/// they have moved to since; and by the names that came before them.
///
/// Names: `gen_ai.provider.name` was `gen_ai.system`, `gen_ai.usage.input_tokens` was `gen_ai.usage.prompt_tokens`,
/// contents were events (`gen_ai.user.message`, `gen_ai.choice`) before they were attributes (`gen_ai.input.messages`).
/// OpenLLMetry's `gen_ai.prompt.0.content` and `traceloop.span.kind` are read too.
struct GenAISpan {
  enum Operation {
    /// A request to a model.
    case call
    /// An agent or a workflow: what is below it is its work.
    case agent
    case tool
  }

  /// Nil for a span that is about something else.
  static func operation(of span: OTLPSpan) -> Operation? {
    switch span.text("gen_ai.operation.name") {
    case "chat", "text_completion", "generate_content", "embeddings", "completion", "responses": return .call
    case "invoke_agent", "invoke_workflow": return .agent
    case "execute_tool", "retrieval": return .tool
    case "create_agent": return nil
    case nil: break
    case _?:
      // Systems may have operations of their own; what used tokens was a request.
      return usesTokens(span) ? .call : nil
    }
    switch span.text("traceloop.span.kind") {
    case "tool": return .tool
    case "agent", "workflow": return .agent
    default: break
    }
    if span.text("llm.request.type") != nil { return .call }
    let isRequest =
      span.text("gen_ai.system", "gen_ai.provider.name") != nil && span.text("gen_ai.request.model") != nil
    return isRequest || usesTokens(span) ? .call : nil
  }

  private static func usesTokens(_ span: OTLPSpan) -> Bool {
    span.count(
      "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "gen_ai.usage.output_tokens",
      "gen_ai.usage.completion_tokens") != nil
  }

  /// The kind of what went wrong; nil for a span that did not fail.
  static func failure(of span: OTLPSpan) -> ImportedObservation.Failure? {
    let exception = span.events.last { $0.name == "exception" }
    let type = span.text("error.type")
    guard type != nil || span.status == .error else { return nil }
    let message = span.statusMessage ?? exception?.attributes["exception.message"]?.string ?? ""
    return ImportedObservation.Failure(
      kind: (type ?? exception?.attributes["exception.type"]?.string ?? "error").cut(toBytes: 200),
      message: message.cut(toBytes: 2_000))
  }

  /// What a step of an agent failed of, in one text; nil for one that did not.
  static func stepError(of span: OTLPSpan) -> String? {
    failure(of: span).map { $0.message.isEmpty ? $0.kind : "\($0.kind): \($0.message)" }
  }

  /// The call of a model that a span is.
  static func call(of span: OTLPSpan) -> ModelCall {
    var call = ModelCall()
    call.modelAsked = span.text("gen_ai.request.model", "llm.request.model")
    call.modelAnswered = span.text("gen_ai.response.model", "llm.response.model")
    call.provider = span.text("gen_ai.provider.name", "gen_ai.system")
    call.serviceTier = span.text("openai.response.service_tier", "gen_ai.openai.response.service_tier")
    if let host = span.text("server.address") {
      call.endpoint = (host + (span.count("server.port").map { ":\($0)" } ?? "")).cut(toBytes: 256)
    }
    call.startedAt = span.start.map(ISOTime.date)
    call.reportedCost = reportedCost(of: span)
    do throws(UsageError) {
      call.usage = try usage(of: span)
      if call.usage == nil { call.usageProblem = "the span does not say what it used" }
    } catch {
      call.usageProblem = error.description
    }
    return call
  }

  /// By the conventions cached tokens are part of the input, and reasoning tokens of the output.
  static func usage(of span: OTLPSpan) throws(UsageError) -> Pricing.Usage? {
    guard
      let input = span.count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens")
    else { return nil }
    let output =
      span.count("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens") ?? 0
    let read =
      span.count(
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.input_tokens.cached", "gen_ai.usage.details.cached_tokens") ?? 0
    let written =
      span.count("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens") ?? 0
    let reasoning =
      span.count(
        "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens") ?? 0
    for (name, count) in [
      ("input_tokens", input), ("output_tokens", output), ("cache_read.input_tokens", read),
      ("cache_creation.input_tokens", written), ("reasoning.output_tokens", reasoning),
    ] {
      if count < 0 { throw .negative(name, count) }
      if count > Pricing.Usage.most / 100 { throw .tooLarge(name, count) }
    }
    guard read + written <= input else {
      throw .exceeds(part: "cached tokens", count: read + written, whole: "input_tokens", of: input)
    }
    guard reasoning <= output else {
      throw .exceeds(part: "reasoning tokens", count: reasoning, whole: "output_tokens", of: output)
    }
    return try Pricing.Usage(
      input: input - read - written, cachedInput: read, cacheWrite: written, output: output - reasoning,
      outputReasoning: reasoning)
  }

  /// What the span itself says it cost, by our own attributes; other programs' are binary fractions of an unnamed
  /// currency.
  static func reportedCost(of span: OTLPSpan) -> Money? {
    guard let text = span.text("efficientllm.cost"),
      let currency = try? Currency(span.text("efficientllm.cost.currency") ?? "USD"),
      let money = try? Money(text, currency: currency), money.picos >= 0
    else { return nil }
    return money
  }

  /// The tool's call as a step; its result and arguments are JSON where they read as such.
  static func toolStep(of span: OTLPSpan, limits: ImportLimits) -> TrajectoryStep {
    let arguments = span.attribute(
      "gen_ai.tool.call.arguments", "traceloop.entity.input", "gen_ai.retrieval.query.text")
    let result = span.attribute("gen_ai.tool.call.result", "traceloop.entity.output", "gen_ai.retrieval.documents")
    return TrajectoryStep(
      tool: (span.text("gen_ai.tool.name", "traceloop.entity.name") ?? span.text("gen_ai.data_source.id") ?? span.name)
        .cut(toBytes: 512),
      arguments: arguments.map { GenAIMessages.decoded($0, limits: limits) },
      result: result.map { ($0.string ?? $0.text).cut(toBytes: limits.textBytes) },
      // No model was asked in it: what is below it has steps of its own.
      tokens: span.count("efficientllm.step.tokens") ?? 0, seconds: span.seconds, error: stepError(of: span))
  }
}
