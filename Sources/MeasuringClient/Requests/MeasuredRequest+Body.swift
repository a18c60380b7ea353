public import OpenAIWire

extension MeasuredRequest {
  /// A chat with any further members of the body, whoever understands them.
  /// - Parameter settings: beside the model, the messages and what says whether the answer is streamed.
  public init(model: String, messages: [ChatMessage], settings: JSONObject, streams: Bool) {
    self.init(
      path: "/chat/completions", prompt: ["model": .string(model), "messages": .array(messages.map(\.json))],
      settings: settings, streams: streams)
  }

  /// A text to go on with, and any further members of the body.
  public init(model: String, prompt: String, settings: JSONObject, streams: Bool) {
    self.init(
      path: "/completions", prompt: ["model": .string(model), "prompt": .string(prompt)], settings: settings,
      streams: streams)
  }

  private init(path: String, prompt: KeyValuePairs<String, JSONValue?>, settings: JSONObject, streams: Bool) {
    var body = JSONObject(prompt)
    for member in settings.members { body.append(member.name, member.value) }
    if streams {
      body.append("stream", .boolean(true))
      body.append("stream_options", .members(["include_usage": .boolean(true)]))
    }
    self.init(path: path, body: JSONValue.object(body).bytes, streams: streams)
  }
}
