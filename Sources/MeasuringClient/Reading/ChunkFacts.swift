import OpenAIWire

/// What the client wants to know of one event or of a whole answer.
struct ChunkFacts: Sendable, Hashable {
  /// Whether it brought something that was generated: text, reasoning, or a piece of a tool call.
  var hasContent = false
  var finishReason: String?
  var usage: Usage?
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
    usage = try body.member("usage").map { (field) throws(WireError) in try Usage(field) }
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
      for name in ["reasoning_content", "reasoning"] {
        if let thought = try delta.member(name)?.value.string, !thought.isEmpty { hasContent = true }
      }
      if let calls = try delta.member("tool_calls")?.value.array, !calls.isEmpty { hasContent = true }
    }
  }

  init() {}
}
