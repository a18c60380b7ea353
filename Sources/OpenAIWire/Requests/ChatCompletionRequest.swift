/// The body of `POST /v1/chat/completions`.
public struct ChatCompletionRequest: Sendable, Hashable {
  public var model: String
  public var messages: [ChatMessage]
  public var options: GenerationOptions
  public var logprobs: Bool
  /// How many alternatives are said beside each token, 0 to 20.
  public var topLogprobs: Int
  /// Descriptions of tools for the chat template, as OpenAI writes them; empty where `tool_choice` is "none".
  public var tools: [JSONValue]
  /// vLLM's extension: further variables of the chat template.
  public var templateVariables: JSONObject

  public init(
    model: String, messages: [ChatMessage], options: GenerationOptions = GenerationOptions(), logprobs: Bool = false,
    topLogprobs: Int = 0, tools: [JSONValue] = [], templateVariables: JSONObject = JSONObject()
  ) {
    self.model = model
    self.messages = messages
    self.options = options
    self.logprobs = logprobs
    self.topLogprobs = topLogprobs
    self.tools = tools
    self.templateVariables = templateVariables
  }

  public static let mostMessages = 4096
  public static let mostAlternatives = 20

  private static let fields: Set<String> = GenerationOptions.fields.union([
    "messages", "logprobs", "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "response_format",
    "modalities", "chat_template_kwargs",
  ])
  private static let refused: [String: String] = [
    "functions": "describe functions as tools", "function_call": "describe functions as tools",
    "audio": "answers are text", "prediction": "predicted outputs are not used",
    "web_search_options": "this server does not search", "reasoning_effort": "the model decides",
    "verbosity": "the model decides", "guided_json": "answers are not constrained",
    "guided_regex": "answers are not constrained", "guided_choice": "answers are not constrained",
    "guided_grammar": "answers are not constrained", "structured_outputs": "answers are not constrained",
    "echo": "it is for completions", "prompt": "chat completions take messages",
    "add_generation_prompt": "it is always added", "continue_final_message": "answers begin anew",
    "chat_template": "the model's own template is used",
  ]

  /// - Throws: ``WireError``, for anything that is not understood or not done.
  public init(_ body: JSONField) throws(WireError) {
    try body.refuseUnknown(beside: Self.fields, refused: Self.refused)
    model = try body.required("model").string()
    let messagesField = try body.required("messages")
    let elements = try messagesField.elements()
    guard !elements.isEmpty, elements.count <= Self.mostMessages else {
      throw messagesField.outside("1 to \(Self.mostMessages) messages")
    }
    messages = []
    for element in elements { messages.append(try ChatMessage(element)) }
    options = try GenerationOptions(body)
    guard options.maximumTokens != 0 else {
      throw .invalid(param: "max_tokens", reason: "max_tokens must be 1 or more")
    }
    logprobs = try body.member("logprobs")?.boolean() ?? false
    let alternatives = try body.member("top_logprobs")
    topLogprobs = try alternatives?.integer(in: 0...Self.mostAlternatives) ?? 0
    if let alternatives, topLogprobs > 0, !logprobs {
      throw .invalid(param: alternatives.path, reason: "top_logprobs needs logprobs to be true")
    }
    templateVariables = try body.member("chat_template_kwargs")?.object() ?? JSONObject()
    tools = try Self.tools(body)
    try Self.refuseForms(body)
  }

  private static func tools(_ body: JSONField) throws(WireError) -> [JSONValue] {
    var tools: [JSONValue] = []
    for tool in try body.member("tools")?.elements() ?? [] {
      guard try tool.required("type").string() == "function" else {
        throw .unsupported(param: "\(tool.path).type", reason: "tools are of type \"function\"")
      }
      _ = try tool.required("function").required("name").string()
      tools.append(tool.value)
    }
    _ = try body.member("parallel_tool_calls")?.boolean()
    guard let choice = try body.member("tool_choice") else { return tools }
    switch choice.value {
    case .string("auto"): return tools
    case .string("none"): return []
    default:
      throw .unsupported(param: choice.path, reason: "a call cannot be forced; say \"auto\" or \"none\"")
    }
  }

  private static func refuseForms(_ body: JSONField) throws(WireError) {
    if let format = try body.member("response_format"), try format.required("type").string() != "text" {
      throw .unsupported(param: format.path, reason: "answers are not constrained to a form; ask for it in a message")
    }
    if let modalities = try body.member("modalities"), modalities.value != .array([.string("text")]) {
      throw .unsupported(param: modalities.path, reason: "answers are text")
    }
  }

  public var json: JSONValue {
    var object = JSONObject(["model": .string(model), "messages": .array(messages.map(\.json))])
    options.append(to: &object)
    if logprobs { object.append("logprobs", .boolean(true)) }
    if topLogprobs > 0 { object.append("top_logprobs", .integer(topLogprobs)) }
    if !tools.isEmpty { object.append("tools", .array(tools)) }
    if !templateVariables.members.isEmpty { object.append("chat_template_kwargs", .object(templateVariables)) }
    return .object(object)
  }
}
