import OpenAIWire
import Testing

@Suite struct ResponseTests {
  private func again(_ value: JSONValue) throws -> JSONField { JSONField(try JSONReader.value(of: value.bytes)) }

  private let score = ChatLogProbability(
    chosen: ScoredToken(token: " a", bytes: [0x20, 0x61], logprob: -0.5),
    alternatives: [ScoredToken(token: "b", bytes: nil, logprob: -1.25)])

  @Test func chats() throws {
    let chat = ChatCompletion(
      id: "i", created: 5, model: "m",
      choices: [
        ChatCompletion.Choice(
          index: 0, message: ChatMessage(role: .assistant, content: "é\n"), logprobs: [score], finishReason: .length)
      ], usage: Usage(promptTokens: 3, completionTokens: 4, cachedTokens: 2))
    #expect(try ChatCompletion(again(chat.json)) == chat)
    for usage in [nil, Usage(promptTokens: 1, completionTokens: 2)] {
      let chunk = ChatCompletionChunk(
        id: "i", created: 5, model: "m",
        choices: [
          ChatCompletionChunk.Choice(index: 1, role: .assistant, content: "x", logprobs: [score], finishReason: nil)
        ], usage: usage, saysUsage: true)
      #expect(try ChatCompletionChunk(again(chunk.json)) == chunk)
    }
  }

  @Test func completions() throws {
    var logprobs = CompletionLogProbabilities()
    logprobs.appendUnscored("p", offset: 0)
    logprobs.append(
      ScoredToken(token: "a", bytes: nil, logprob: -1),
      alternatives: [ScoredToken(token: "b", bytes: nil, logprob: -2)],
      offset: 1)
    let completion = Completion(
      id: "i", created: 5, model: "m",
      choices: [Completion.Choice(index: 0, text: "pa", logprobs: logprobs, finishReason: .stop)],
      usage: Usage(promptTokens: 1, completionTokens: 1), saysUsage: true)
    #expect(try Completion(again(completion.json)) == completion)
  }

  @Test func impossibleTokensHaveANumber() throws {
    let impossible = ScoredToken(token: "a", bytes: nil, logprob: -.infinity)
    var logprobs = CompletionLogProbabilities()
    logprobs.append(impossible, alternatives: [impossible, impossible], offset: 0)
    #expect(logprobs.tokenLogprobs == [-9999])
    let choice = Completion.Choice(index: 0, text: "a", logprobs: logprobs, finishReason: nil)
    let text = Completion(id: "i", created: 0, model: "m", choices: [choice], usage: nil).json.text
    #expect(text.contains(#""top_logprobs":[{"a":-9999.0}]"#))
  }

  @Test func embeddings() throws {
    let vectors: [[Float]] = [[0.1, -2, .leastNonzeroMagnitude], [1e30, 0, -0.0]]
    for encoding in EmbeddingRequest.Encoding.allCases {
      let embeddings = Embeddings(model: "m", vectors: vectors, encoding: encoding, promptTokens: 4)
      #expect(try Embeddings(again(embeddings.json)) == embeddings)
    }
    let packed = Embeddings(model: "m", vectors: [[1, -2]], encoding: .base64, promptTokens: 1)
    #expect(packed.json.text.contains(#""embedding":"AACAPwAAAMA=""#))
  }

  @Test func listsAndErrors() throws {
    let list = ModelList(models: [
      ModelDescription(id: "a", created: 1, owner: "o", maximumContext: 8),
      ModelDescription(id: "b", created: 2, owner: "o"),
    ])
    #expect(try ModelList(again(list.json)) == list)
    let error = APIError(status: 404, message: "m", type: "t", param: "p", code: "c")
    #expect(try APIError(again(error.json), status: 404) == error)
    #expect(
      APIError.invalid("m").json.text
        == #"{"error":{"message":"m","type":"invalid_request_error","param":null,"code":null}}"#)
    #expect(
      try APIError(again(.members(["error": .members(["message": .string("m"), "code": .integer(4)])])), status: 500)
        .code == "4")
  }

  @Test func whatServersAddIsLeftAside() throws {
    let text = #"""
      {"id":"i","object":"chat.completion","created":1,"model":"m","system_fingerprint":"f","choices":[{"index":0,
      "message":{"role":"assistant","content":null,"refusal":null,"annotations":[],"tool_calls":[{"id":"1"}]},
      "logprobs":null,"finish_reason":"tool_calls","stop_reason":5}],"usage":{"prompt_tokens":1,"completion_tokens":2,
      "total_tokens":3,"completion_tokens_details":{"reasoning_tokens":0}}}
      """#
    let chat = try ChatCompletion(JSONField(JSONReader.value(of: Array(text.utf8))))
    #expect(chat.choices[0].message.content == nil)
    #expect(chat.choices[0].message.toolCalls.count == 1)
    #expect(chat.choices[0].finishReason == .toolCalls)
    #expect(chat.usage == Usage(promptTokens: 1, completionTokens: 2))
  }
}
