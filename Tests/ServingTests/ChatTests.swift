import OpenAIWire
import Serving
import Testing

@Suite struct ChatTests {
  private func body(_ prompt: String, _ more: String = "") -> String {
    #"{"model":"fake","messages":[{"role":"user","content":"\#(prompt)"}]\#(more.isEmpty ? "" : "," + more)}"#
  }

  private func chunks(_ answer: Answered) throws -> [ChatCompletionChunk] {
    let events = try answer.events()
    #expect(events.last?.isDone == true)
    return try events.dropLast().map { try ChatCompletionChunk(JSONField(JSONReader.value(of: Array($0.data.utf8)))) }
  }

  @Test func anAnswerInOnePiece() async throws {
    try await withServer(FakeService()) { client, _ in
      let answer = try await client.post("/v1/chat/completions", body("one two three"))
      #expect(answer.status == 200)
      let chat = try ChatCompletion(answer.json())
      #expect(chat.id.hasPrefix("chatcmpl-"))
      #expect(chat.model == "fake")
      #expect(chat.choices.map(\.message.content) == [" one two three"])
      #expect(chat.choices.map(\.finishReason) == [.stop])
      #expect(chat.choices[0].logprobs == nil)
      #expect(chat.usage == Usage(promptTokens: 3, completionTokens: 3, cachedTokens: 1))
      #expect(answer.text.contains(#""object":"chat.completion""#))
      #expect(answer.text.contains(#""prompt_tokens_details":{"cached_tokens":1}"#))
    }
  }

  @Test func aStream() async throws {
    try await withServer(FakeService()) { client, _ in
      let answer = try await client.post(
        "/v1/chat/completions", body("one two three", #""stream":true,"stream_options":{"include_usage":true}"#))
      #expect(answer.headers["content-type"] == "text/event-stream; charset=utf-8")
      let chunks = try chunks(answer)
      #expect(chunks.first?.choices.first?.role == .assistant)
      #expect(chunks.compactMap { $0.choices.first?.content }.joined() == " one two three")
      #expect(chunks.dropLast().last?.choices.first?.finishReason == .stop)
      #expect(chunks.dropLast().allSatisfy { $0.usage == nil && $0.saysUsage })
      #expect(chunks.last?.choices.isEmpty == true)
      #expect(chunks.last?.usage == Usage(promptTokens: 3, completionTokens: 3, cachedTokens: 1))
      #expect(Set(chunks.map(\.id)).count == 1)
    }
  }

  @Test func aStreamWithoutUsageSaysNothingOfIt() async throws {
    try await withServer(FakeService()) { client, _ in
      let answer = try await client.post("/v1/chat/completions", body("one", #""stream":true"#))
      #expect(!answer.text.contains("usage"))
    }
  }

  @Test func stopTextsAndLengthsEndIt() async throws {
    try await withServer(FakeService()) { client, _ in
      let stopped = try ChatCompletion(
        await client.post("/v1/chat/completions", body("count 9", #""stop":[" 4","zzz"]"#)).json())
      #expect(stopped.choices[0].message.content == " 1 2 3")
      #expect(stopped.choices[0].finishReason == .stop)
      let cut = try ChatCompletion(
        await client.post("/v1/chat/completions", body("count 9", #""max_completion_tokens":2"#)).json())
      #expect(cut.choices[0].message.content == " 1 2")
      #expect(cut.choices[0].finishReason == .length)
      #expect(cut.usage?.completionTokens == 2)
    }
  }

  @Test func logProbabilities() async throws {
    try await withServer(FakeService()) { client, _ in
      let more = #""logprobs":true,"top_logprobs":2"#
      let chat = try ChatCompletion(await client.post("/v1/chat/completions", body("one two", more)).json())
      let tokens = try #require(chat.choices[0].logprobs)
      #expect(tokens.map(\.chosen.token) == [" one", " two"])
      #expect(tokens[0].chosen.bytes == Array(" one".utf8))
      #expect(tokens[0].chosen.logprob == -0.25)
      #expect(tokens[0].alternatives.map(\.token) == [" one", " other1"])
      let chunks = try chunks(
        await client.post("/v1/chat/completions", body("one two", more + #","stream":true"#)))
      let streamed: [ChatLogProbability] = chunks.flatMap(\.choices).compactMap(\.logprobs).flatMap { $0 }
      #expect(streamed == tokens)
    }
  }

  @Test func severalChoicesCountThePromptOnce() async throws {
    try await withServer(FakeService()) { client, _ in
      let chat = try ChatCompletion(await client.post("/v1/chat/completions", body("one two", #""n":3"#)).json())
      #expect(chat.choices.map(\.index) == [0, 1, 2])
      #expect(chat.choices.allSatisfy { $0.message.content == " one two" })
      #expect(chat.usage == Usage(promptTokens: 2, completionTokens: 6, cachedTokens: 1))
      let chunks = try chunks(await client.post("/v1/chat/completions", body("one two", #""n":2,"stream":true"#)))
      for index in 0..<2 {
        let own = chunks.flatMap(\.choices).filter { $0.index == index }
        #expect(own.compactMap(\.content).joined() == " one two")
        #expect(own.last?.finishReason == .stop)
      }
    }
  }

  @Test func everythingReachesTheService() async throws {
    let service = FakeService()
    try await withServer(service) { client, _ in
      let answer = try await client.post(
        "/v1/chat/completions",
        #"""
        {"model":"fake","messages":[{"role":"system","content":"be kind"},
          {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"name":"me"}],
         "tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","b":1,"a":2}}}],
         "temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.1,"repetition_penalty":1.1,"presence_penalty":-1,
         "frequency_penalty":1,"seed":7,"ignore_eos":true,"user":"x","metadata":{"a":"b"},"store":false,
         "service_tier":"auto","parallel_tool_calls":true,"chat_template_kwargs":{"enable_thinking":false}}
        """#)
      #expect(answer.status == 200, "\(answer.text)")
    }
    let request = try #require(service.counts.requests.first)
    guard case .chat(let messages, let tools, let variables) = request.input else {
      Issue.record("not a chat")
      return
    }
    #expect(messages.map(\.content) == ["be kind", "a\nb"])
    #expect(messages[1].name == "me")
    #expect(tools.first?.text.contains(#"{"type":"object","b":1,"a":2}"#) == true)
    #expect(variables["enable_thinking"] == .boolean(false))
    var sampling = SamplingOptions()
    sampling.temperature = 0.5
    sampling.topP = 0.9
    sampling.topK = 40
    sampling.minP = 0.1
    sampling.repetitionPenalty = 1.1
    sampling.presencePenalty = -1
    sampling.frequencyPenalty = 1
    sampling.seed = 7
    #expect(request.sampling == sampling)
    #expect(request.ignoresEnd)
    #expect(request.maximumTokens == nil)
  }

  @Test func errorsHaveAStatusWhileTheyCan() async throws {
    try await withServer(FakeService(slots: 2)) { client, _ in
      let refused = try await client.post("/v1/chat/completions", body("refuse", #""stream":true"#))
      #expect(refused.status == 400)
      #expect(try refused.error().param == "messages")
      let full = try await client.post("/v1/chat/completions", body("one", #""n":3"#))
      #expect(full.status == 429)
      #expect(full.headers["retry-after"] == "7")
      #expect(try full.error().code == "queue_full")
      let failed = try await client.post("/v1/chat/completions", body("fail 2"))
      #expect(failed.status == 500)
      #expect(try failed.error().message == "the engine broke at token 2")
      let early = try await client.post("/v1/chat/completions", body("early 2"))
      #expect(early.status == 500)
      let broken = try await client.post("/v1/chat/completions", body("break"))
      #expect(broken.status == 500)
      #expect(!broken.text.contains("Mystery"))
      let model = try await client.post(
        "/v1/chat/completions", #"{"model":"no","messages":[{"role":"user","content":""}]}"#)
      #expect(model.status == 404)
      #expect(try model.error().code == "model_not_found")
      for other in ["base", "vectors"] {
        let wrong = try await client.post(
          "/v1/chat/completions", #"{"model":"\#(other)","messages":[{"role":"user","content":"a"}]}"#)
        #expect(wrong.status == 400)
        #expect(try wrong.error().code == "model_not_supported")
      }
    }
  }

  @Test func anErrorInAStreamIsItsLastEvent() async throws {
    try await withServer(FakeService()) { client, _ in
      let answer = try await client.post("/v1/chat/completions", body("fail 2", #""stream":true"#))
      #expect(answer.status == 200)
      let events = try answer.events()
      #expect(!events.contains { $0.isDone })
      let last = try #require(events.last)
      let error = try APIError(JSONField(JSONReader.value(of: Array(last.data.utf8))), status: 500)
      #expect(error.message == "the engine broke at token 2")
      #expect(events.count == 4)
    }
  }
}
