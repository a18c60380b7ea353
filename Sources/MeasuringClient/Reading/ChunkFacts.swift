import OpenAIWire

/// What the client wants to know of one event or of a whole answer.
struct ChunkFacts: Sendable, Hashable {
  /// Whether it brought something that was generated: text, a refusal, reasoning, or a piece of a tool call.
  var hasContent = false
  var finishReason: String?
  var usage: Usage?
  /// The usage object as it was sent, by the careful way; the fast way says where it stands.
  var sentUsage: JSONValue?
  var usagePlace: Range<Int>?
  /// The model that answers and the tier it was served in.
  var model: String?
  var serviceTier: String?
  /// What the first choice says in place of content where the model will not answer, or a piece of it.
  var refusal: String?
  /// Pieces of the first choice's tool calls, or whole ones.
  var toolCalls: [JSONValue] = []
  /// The message of an error.
  var error: String?

  /// Reads a document the careful way: the reference of ``ChunkScanner``, and what decides where that is unsure. The text of
  /// the first choice is appended to `text`.
  init(document: UnsafeBufferPointer<UInt8>, text: inout [UInt8]) throws(WireError) {
    // An event of a stream is small; a hostile one costs at most this.
    let body = JSONField(try JSONReader.value(of: document, limits: JSONLimits(values: 200_000)))
    if let error = try body.member("error") {
      self.error = (try? APIError(body, status: 0))?.message ?? error.value.string ?? error.value.text
      return
    }
    if let field = try body.member("usage") {
      usage = try Self.counts(field)
      sentUsage = field.value
    }
    // Nothing depends on these two: what is no text is as good as left out.
    model = try body.member("model")?.value.string
    serviceTier = try body.member("service_tier")?.value.string
    for choice in try body.required("choices").elements() {
      if let reason = try choice.member("finish_reason")?.string() { finishReason = reason }
      let index = try choice.member("index")?.integer(in: 0 ... .max) ?? 0
      if let plain = try choice.member("text")?.string(), !plain.isEmpty {
        hasContent = true
        if index == 0 { text.append(contentsOf: plain.utf8) }
      }
      var delta = try choice.member("delta")
      if delta == nil { delta = try choice.member("message") }
      guard let delta else { continue }
      if let content = try delta.member("content")?.string(), !content.isEmpty {
        hasContent = true
        if index == 0 { text.append(contentsOf: content.utf8) }
      }
      if let words = try delta.member("refusal")?.value.string, !words.isEmpty {
        hasContent = true
        if index == 0 { refusal = (refusal ?? "") + words }
      }
      for name in ["reasoning_content", "reasoning"] {
        if let thought = try delta.member(name)?.value.string, !thought.isEmpty { hasContent = true }
      }
      if let calls = try delta.member("tool_calls")?.value.array, !calls.isEmpty {
        hasContent = true
        if index == 0 { toolCalls += calls }
      }
    }
  }

  /// The counts of a usage object: OpenAI's names, or those that others use for the same (`input_tokens`,
  /// `output_tokens`). Nil where neither stands there.
  private static func counts(_ field: JSONField) throws(WireError) -> Usage? {
    if try field.member("prompt_tokens") != nil { return try Usage(field) }
    guard let input = try field.member("input_tokens")?.integer(in: 0 ... .max) else { return nil }
    return Usage(
      promptTokens: input, completionTokens: try field.member("output_tokens")?.integer(in: 0 ... .max) ?? 0)
  }

  init() {}
}
