public import OpenAIWire

extension MeasuredRequest {
  /// A chat with any further members of the body, whoever understands them.
  /// - Parameter settings: beside the model, the messages and what says whether the answer is streamed.
  public init(model: String, messages: [ChatMessage], settings: JSONObject, streams: Bool) {
    var body = JSONObject(["model": .string(model), "messages": .array(messages.map(\.json))])
    for member in settings.members { body.append(member.name, member.value) }
    if streams {
      body.append("stream", .boolean(true))
      body.append("stream_options", .members(["include_usage": .boolean(true)]))
    }
    self.init(path: "/chat/completions", body: JSONValue.object(body).bytes, streams: streams)
  }
}
