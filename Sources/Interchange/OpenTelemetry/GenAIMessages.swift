import Evaluators
import OpenAIWire

/// What was said to a model and what it answered, in any of the forms in which spans have had it.
struct GenAIMessages {
  var input: [ChatMessage] = []
  /// The first choice's text.
  var output: String?
  var toolCalls: [JSONValue] = []
  var finishReason: String?

  init(_ span: OTLPSpan, logs: [OTLPSpan.Event], limits: ImportLimits) {
    readAttributes(span, limits: limits)
    for event in span.events + logs { read(event, limits: limits) }
    readIndexed(span, limits: limits)
    if let reasons = span.attribute("gen_ai.response.finish_reasons"), finishReason == nil {
      finishReason = reasons.array?.first?.string ?? reasons.string
    }
  }

  /// The input as evaluators take it: a single question as text, anything else as messages.
  var evaluated: EvaluationSample.Input? {
    guard !input.isEmpty else { return nil }
    if input.count == 1, input[0].role == .user, let text = input[0].content { return .text(text) }
    return .messages(input)
  }

  /// JSON that stands in a string, as attributes have to carry it; the string itself where it reads as none.
  static func decoded(_ value: JSONValue, limits: ImportLimits) -> JSONValue {
    guard let text = value.string, let first = text.utf8.first(where: { $0 != 0x20 && $0 != 0x0A }),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
      let inner = try? JSONReader.value(
        of: Array(text.utf8), limits: JSONLimits(bytes: limits.textBytes, depth: limits.depth))
    else { return value }
    return inner
  }

  private mutating func readAttributes(_ span: OTLPSpan, limits: ImportLimits) {
    take(
      instructions: span.attribute("gen_ai.system_instructions"), input: span.attribute("gen_ai.input.messages"),
      output: span.attribute("gen_ai.output.messages"), limits: limits)
  }

  private mutating func take(
    instructions: JSONValue?, input messages: JSONValue?, output answers: JSONValue?, limits: ImportLimits
  ) {
    if let instructions, input.isEmpty {
      let text = Self.text(ofParts: Self.decoded(instructions, limits: limits))
      if let text { input.append(ChatMessage(role: .system, content: text.cut(toBytes: limits.textBytes))) }
    }
    if let messages {
      for message in (Self.decoded(messages, limits: limits).array ?? []).prefix(limits.steps) {
        if let read = Self.message(message, limits: limits) { input.append(read) }
      }
    }
    if let answers, output == nil, toolCalls.isEmpty,
      let first = Self.decoded(answers, limits: limits).array?.first
    {
      takeAnswer(first, limits: limits)
    }
  }

  private mutating func takeAnswer(_ message: JSONValue, limits: ImportLimits) {
    guard let object = message.object else { return }
    if let text = Self.text(ofParts: object["parts"] ?? object["content"]) {
      output = text.cut(toBytes: limits.textBytes)
    }
    toolCalls = Self.calls(object)
    finishReason = object["finish_reason"]?.string ?? finishReason
  }

  private static func message(_ value: JSONValue, limits: ImportLimits) -> ChatMessage? {
    guard let object = value.object, let role = object["role"]?.string.flatMap(ChatMessage.Role.init(rawValue:)) else {
      return nil
    }
    let parts = object["parts"]?.array ?? []
    let answered = parts.lazy.compactMap(\.object).first { $0["type"]?.string == "tool_call_response" }
    let text =
      text(ofParts: object["parts"] ?? object["content"])
      ?? (answered.flatMap { $0["response"] ?? $0["result"] }).map { $0.string ?? $0.text }
    let calls = role == .assistant ? calls(object) : []
    guard text != nil || !calls.isEmpty else { return nil }
    return ChatMessage(
      role: role, content: text?.cut(toBytes: limits.textBytes), name: object["name"]?.string, toolCalls: calls,
      toolCallID: answered?["id"]?.string ?? object["id"]?.string)
  }

  /// The texts among a message's parts, or the text where it stands by itself. Reasoning is no answer.
  private static func text(ofParts parts: JSONValue?) -> String? {
    switch parts {
    case .string(let text): return text
    case .array(let parts):
      let texts = parts.compactMap { part -> String? in
        if let text = part.string { return text }
        guard let object = part.object, object["type"]?.string == "text" else { return nil }
        return object["content"]?.string ?? object["text"]?.string
      }
      return texts.isEmpty ? nil : texts.joined(separator: "\n")
    default: return nil
    }
  }

  /// The tools that a message calls, as OpenAI writes them.
  private static func calls(_ message: JSONObject) -> [JSONValue] {
    if let own = message["tool_calls"]?.array { return Array(own.prefix(1_000)) }
    return (message["parts"]?.array ?? []).prefix(1_000).compactMap { part in
      guard let part = part.object, part["type"]?.string == "tool_call", let name = part["name"]?.string else {
        return nil
      }
      let arguments = part["arguments"].map { $0.string ?? $0.text } ?? "{}"
      return .members([
        "id": part["id"], "type": .string("function"),
        "function": .members(["name": .string(name), "arguments": .string(arguments)]),
      ])
    }
  }

  /// The events of a message each, of a span or in logs; and the one that holds all.
  private mutating func read(_ event: OTLPSpan.Event, limits: ImportLimits) {
    var fields = event.attributes
    for member in event.body?.object?.members ?? [] { fields[member.name] = member.value }
    switch event.name {
    case "gen_ai.client.inference.operation.details":
      take(
        instructions: fields["gen_ai.system_instructions"],
        input: input.isEmpty ? fields["gen_ai.input.messages"] : nil, output: fields["gen_ai.output.messages"],
        limits: limits)
    case "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message":
      let role = fields["role"]?.string ?? String(event.name.dropFirst("gen_ai.".count).dropLast(".message".count))
      var object = JSONObject(["role": .string(role)])
      for name in ["content", "tool_calls", "id"] {
        if let value = fields[name] { object.append(name, Self.decoded(value, limits: limits)) }
      }
      if let message = Self.message(.object(object), limits: limits), input.count < limits.steps {
        input.append(message)
      }
    case "gen_ai.choice":
      guard fields["index"]?.integer ?? 0 == 0, output == nil, toolCalls.isEmpty else { return }
      if let message = fields["message"] { takeAnswer(Self.decoded(message, limits: limits), limits: limits) }
      finishReason = fields["finish_reason"]?.string ?? finishReason
    case "gen_ai.content.prompt":
      guard input.isEmpty, let prompt = fields["gen_ai.prompt"] else { return }
      take(instructions: nil, input: prompt, output: nil, limits: limits)
    case "gen_ai.content.completion":
      guard let answer = fields["gen_ai.completion"] else { return }
      take(instructions: nil, input: nil, output: answer, limits: limits)
    default: break
    }
  }

  /// OpenLLMetry's `gen_ai.prompt.0.role`, `gen_ai.prompt.0.content`, `gen_ai.completion.0.content`.
  private mutating func readIndexed(_ span: OTLPSpan, limits: ImportLimits) {
    if input.isEmpty {
      for index in 0..<min(limits.steps, 1_000) {
        guard let content = span.text("gen_ai.prompt.\(index).content") else { break }
        let role = span.text("gen_ai.prompt.\(index).role").flatMap(ChatMessage.Role.init(rawValue:)) ?? .user
        input.append(ChatMessage(role: role, content: content.cut(toBytes: limits.textBytes)))
      }
    }
    if output == nil, toolCalls.isEmpty {
      output = span.text("gen_ai.completion.0.content")?.cut(toBytes: limits.textBytes)
      finishReason = span.text("gen_ai.completion.0.finish_reason") ?? finishReason
    }
  }
}
