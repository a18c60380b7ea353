/// The answer of `/v1/chat/completions`.
public struct ChatCompletion: Sendable, Hashable {
  public struct Choice: Sendable, Hashable {
    public var index: Int
    public var message: ChatMessage
    public var logprobs: [ChatLogProbability]?
    public var finishReason: FinishReason?

    public init(index: Int, message: ChatMessage, logprobs: [ChatLogProbability]?, finishReason: FinishReason?) {
      self.index = index
      self.message = message
      self.logprobs = logprobs
      self.finishReason = finishReason
    }
  }

  public var id: String
  /// Seconds since 1970.
  public var created: Int
  public var model: String
  public var choices: [Choice]
  public var usage: Usage?

  public init(id: String, created: Int, model: String, choices: [Choice], usage: Usage?) {
    self.id = id
    self.created = created
    self.model = model
    self.choices = choices
    self.usage = usage
  }

  /// Reads an answer; what it does not know it leaves aside, for servers add fields.
  /// - Throws: ``WireError``.
  public init(_ body: JSONField) throws(WireError) {
    let head = try AnswerHead(body)
    (id, created, model, usage) = (head.id, head.created, head.model, head.usage)
    choices = []
    for choice in try body.required("choices").elements() {
      let message = try choice.required("message")
      choices.append(
        Choice(
          index: try choice.required("index").integer(in: 0 ... .max),
          message: ChatMessage(
            role: .assistant, content: try message.member("content")?.string(),
            toolCalls: try message.member("tool_calls")?.elements().map(\.value) ?? []),
          logprobs: try ChatLogProbability.read(try choice.member("logprobs")),
          finishReason: try FinishReason.read(choice)))
    }
  }

  public var json: JSONValue {
    .members([
      "id": .string(id), "object": .string("chat.completion"), "created": .integer(created), "model": .string(model),
      "choices": .array(
        choices.map { choice in
          .members([
            "index": .integer(choice.index), "message": choice.message.json,
            "logprobs": ChatLogProbability.json(choice.logprobs),
            "finish_reason": .orNull(choice.finishReason?.rawValue),
          ])
        }), "usage": usage?.json,
    ])
  }
}

/// One event of a streamed chat completion.
public struct ChatCompletionChunk: Sendable, Hashable {
  /// What a choice gained.
  public struct Choice: Sendable, Hashable {
    public var index: Int
    /// Said in a choice's first chunk.
    public var role: ChatMessage.Role?
    public var content: String?
    public var logprobs: [ChatLogProbability]?
    public var finishReason: FinishReason?

    public init(
      index: Int, role: ChatMessage.Role? = nil, content: String? = nil, logprobs: [ChatLogProbability]? = nil,
      finishReason: FinishReason? = nil
    ) {
      self.index = index
      self.role = role
      self.content = content
      self.logprobs = logprobs
      self.finishReason = finishReason
    }
  }

  public var id: String
  public var created: Int
  public var model: String
  /// Empty in the chunk that says the usage.
  public var choices: [Choice]
  public var usage: Usage?
  /// Whether chunks without usage say that they have none, as they do where the usage was asked for.
  public var saysUsage: Bool

  public init(
    id: String, created: Int, model: String, choices: [Choice], usage: Usage? = nil, saysUsage: Bool = false
  ) {
    self.id = id
    self.created = created
    self.model = model
    self.choices = choices
    self.usage = usage
    self.saysUsage = saysUsage
  }

  /// - Throws: ``WireError``.
  public init(_ body: JSONField) throws(WireError) {
    let head = try AnswerHead(body)
    (id, created, model, usage) = (head.id, head.created, head.model, head.usage)
    saysUsage = try body.object()["usage"] != nil
    choices = []
    for choice in try body.required("choices").elements() {
      let delta = try choice.required("delta")
      choices.append(
        Choice(
          index: try choice.required("index").integer(in: 0 ... .max),
          role: try delta.member("role").map { (field) throws(WireError) in try field.string() }
            .flatMap(ChatMessage.Role.init),
          content: try delta.member("content")?.string(),
          logprobs: try ChatLogProbability.read(try choice.member("logprobs")),
          finishReason: try FinishReason.read(choice)))
    }
  }

  public var json: JSONValue {
    .members([
      "id": .string(id), "object": .string("chat.completion.chunk"), "created": .integer(created),
      "model": .string(model),
      "choices": .array(
        choices.map { choice in
          .members([
            "index": .integer(choice.index),
            "delta": .members(["role": .optional(choice.role?.rawValue), "content": .optional(choice.content)]),
            "logprobs": ChatLogProbability.json(choice.logprobs),
            "finish_reason": .orNull(choice.finishReason?.rawValue),
          ])
        }), "usage": usage?.json ?? (saysUsage ? .null : nil),
    ])
  }
}
