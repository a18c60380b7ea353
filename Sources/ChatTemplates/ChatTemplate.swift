/// A chat template: Jinja, as Hugging Face's models bring it, run as transformers runs it
/// (https://huggingface.co/docs/transformers/chat_templating).
///
/// The source is parsed once. Rendering is a pure function of its variables and the clock, and ends within
/// ``TemplateLimits`` whatever the template holds. Left out, each refused by its name: `include`, `import`, `extends` and
/// `block` (there is only one template), recursive loops, `autoescape`, and filters that make HTML. Whole numbers are those of
/// an `Int`; a result beyond them is an error, where Python would go on.
public struct ChatTemplate: Sendable {
  public let source: String
  private let body: [Statement]

  /// - Throws: ``TemplateError``: ``TemplateError/Reason/syntax(_:)``, ``TemplateError/Reason/unsupported(_:)``, or a limit.
  public init(_ source: String, limits: TemplateLimits = .standard) throws(TemplateError) {
    self.source = source
    body = try Parser.parse(source, limits: limits)
  }

  /// The text that the template makes of its variables.
  /// - Throws: ``TemplateError``; ``TemplateError/Reason/raised(_:)`` where the template refuses its input.
  public func render(
    _ variables: [String: TemplateValue], limits: TemplateLimits = .standard, clock: TemplateClock = .system
  ) throws(TemplateError) -> String {
    try Renderer(variables, limits: limits, clock: clock).render(body)
  }

  /// The prompt for a conversation, with the variables that transformers gives.
  ///
  /// - Parameters:
  ///   - messages: the conversation, first to last.
  ///   - tools: an array of JSON schemas of functions; nil for none.
  ///   - addsGenerationPrompt: whether the prompt ends with the head of the assistant's turn.
  ///   - beginToken: the text of the tokenizer's token, the template's `bos_token`; nil leaves it undefined.
  ///   - endToken: the template's `eos_token`.
  ///   - extra: more variables, such as `enable_thinking` or `documents`. They go before the others of the same name.
  /// - Throws: ``TemplateError``.
  public func render(
    messages: [ChatMessage], tools: TemplateValue? = nil, addsGenerationPrompt: Bool = true,
    beginToken: String? = nil, endToken: String? = nil, extra: [String: TemplateValue] = [:],
    limits: TemplateLimits = .standard, clock: TemplateClock = .system
  ) throws(TemplateError) -> String {
    var variables: [String: TemplateValue] = [
      "messages": .array(messages.map(\.value)), "tools": tools ?? .none, "documents": .none,
      "add_generation_prompt": .bool(addsGenerationPrompt),
    ]
    variables["bos_token"] = beginToken.map(TemplateValue.string)
    variables["eos_token"] = endToken.map(TemplateValue.string)
    variables.merge(extra) { _, given in given }
    return try render(variables, limits: limits, clock: clock)
  }
}

/// One message of a conversation.
public struct ChatMessage: Sendable, Hashable {
  /// "system", "user", "assistant", "tool", or what else the template knows.
  public var role: String
  public var content: String
  /// What else the template may ask for: `name`, `tool_calls`, `tool_call_id`. A `content` here goes before the other one:
  /// an array of parts for templates that take them, or none for a message that is only a tool call.
  public var extra: [String: TemplateValue]

  public init(role: String, content: String, extra: [String: TemplateValue] = [:]) {
    self.role = role
    self.content = content
    self.extra = extra
  }

  /// The message as templates see it: role, content, then the rest by name.
  var value: TemplateValue {
    let rest = extra.filter { $0.key != "role" && $0.key != "content" }.sorted { $0.key < $1.key }
    return .object(
      [TemplateMember("role", .string(role)), TemplateMember("content", extra["content"] ?? .string(content))]
        + rest.map { TemplateMember($0.key, $0.value) })
  }
}
