public import OpenAIWire

/// One request, ready to be sent: nothing of it is computed while the clock runs.
public struct MeasuredRequest: Sendable, Hashable {
  /// Below the endpoint's path, such as `/chat/completions`.
  public let path: String
  public let body: [UInt8]
  /// Whether the answer is a stream of events.
  public let streams: Bool

  /// - Parameters:
  ///   - path: visible ASCII characters; it stands in the request's first line.
  ///   - body: as it is sent; where it asks for a stream, `streams` says so too.
  public init(path: String, body: [UInt8], streams: Bool) {
    precondition(path.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a path holds visible ASCII characters")
    self.path = path
    self.body = body
    self.streams = streams
  }

  /// A chat. A stream is asked to say its usage, which is the only count of tokens that is the server's own.
  public init(_ request: ChatCompletionRequest) {
    var request = request
    request.options.includesUsage = request.options.streams
    path = "/chat/completions"
    streams = request.options.streams
    body = request.json.bytes
  }

  /// A completion.
  public init(_ request: CompletionRequest) {
    var request = request
    request.options.includesUsage = request.options.streams
    path = "/completions"
    streams = request.options.streams
    body = request.json.bytes
  }

  /// A chat of one message.
  /// - Parameter ignoresEnd: asks for exactly `maximumTokens`, which servers with vLLM's extension do.
  public static func prompt(
    _ text: String, model: String, maximumTokens: Int?, streams: Bool = true, ignoresEnd: Bool = false,
    temperature: Double? = nil, seed: Int? = nil
  ) -> MeasuredRequest {
    var options = GenerationOptions()
    options.maximumTokens = maximumTokens
    options.streams = streams
    options.ignoresEnd = ignoresEnd
    options.sampling.temperature = temperature
    options.sampling.seed = seed
    return MeasuredRequest(
      ChatCompletionRequest(model: model, messages: [ChatMessage(role: .user, content: text)], options: options))
  }
}
