/// How many tokens a request took.
public struct Usage: Sendable, Hashable {
  public var promptTokens: Int
  public var completionTokens: Int
  /// Tokens of the prompt that were not computed anew (`prompt_tokens_details.cached_tokens`); nil where nobody says.
  public var cachedTokens: Int?

  public init(promptTokens: Int, completionTokens: Int, cachedTokens: Int? = nil) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cachedTokens = cachedTokens
  }

  public init(_ field: JSONField) throws(WireError) {
    promptTokens = try field.required("prompt_tokens").integer(in: 0 ... .max)
    completionTokens = try field.member("completion_tokens")?.integer(in: 0 ... .max) ?? 0
    cachedTokens = try field.member("prompt_tokens_details")?.member("cached_tokens")?.integer(in: 0 ... .max)
  }

  public var json: JSONValue {
    .members([
      "prompt_tokens": .integer(promptTokens), "completion_tokens": .integer(completionTokens),
      "total_tokens": .integer(promptTokens + completionTokens),
      "prompt_tokens_details": cachedTokens.map { .members(["cached_tokens": .integer($0)]) },
    ])
  }
}

/// Why a continuation ended. Servers have words of their own beside the known ones.
public struct FinishReason: RawRepresentable, Sendable, Hashable {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The model's end token, or a stop text.
  public static let stop = FinishReason(rawValue: "stop")
  /// As many tokens as were asked for, or as the context holds.
  public static let length = FinishReason(rawValue: "length")
  public static let toolCalls = FinishReason(rawValue: "tool_calls")
  public static let contentFilter = FinishReason(rawValue: "content_filter")
}
