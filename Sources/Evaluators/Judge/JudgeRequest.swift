public import OpenAIWire

/// What a judge is asked: a chat of OpenAI's interface, without the model, which the endpoint knows.
public struct JudgeRequest: Sendable, Hashable {
  public var messages: [ChatMessage]
  /// Tokens of the reply.
  public var maximumTokens: Int
  /// Nil to leave it to the server: some models take no temperature.
  public var temperature: Double?
  public var seed: Int?
  /// The value of `response_format`; nil for none.
  public var responseFormat: JSONValue?

  public init(
    messages: [ChatMessage], maximumTokens: Int, temperature: Double? = nil, seed: Int? = nil,
    responseFormat: JSONValue? = nil
  ) {
    self.messages = messages
    self.maximumTokens = maximumTokens
    self.temperature = temperature
    self.seed = seed
    self.responseFormat = responseFormat
  }

  /// The member that bounds the reply: servers know one or the other.
  public enum LimitMember: String, Sendable, Hashable, CaseIterable {
    case maxTokens = "max_tokens"
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// The body for `/chat/completions`.
  public func json(model: String, limit: LimitMember = .maxTokens) -> JSONValue {
    var body = JSONObject([
      "model": .string(model), "messages": .array(messages.map(\.json)),
      "temperature": temperature.map { .number($0) }, "seed": seed.map { .integer($0) },
      "response_format": responseFormat,
    ])
    body.append(limit.rawValue, .integer(maximumTokens))
    return .object(body)
  }
}
