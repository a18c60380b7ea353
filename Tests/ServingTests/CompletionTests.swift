import OpenAIWire
import Serving
import Testing

@Suite struct CompletionTests {
  private func complete(_ client: Client, _ more: String) async throws -> Completion {
    let answer = try await client.post("/v1/completions", #"{"model":"base",\#(more)}"#)
    #expect(answer.status == 200, "\(answer.text)")
    return try Completion(answer.json())
  }

  @Test func promptsOfAllForms() async throws {
    try await withServer(FakeService()) { client, _ in
      let text = try await complete(client, #""prompt":"one two""#)
      #expect(text.choices.map(\.text) == [" one two"])
      #expect(text.id.hasPrefix("cmpl-"))
      #expect(text.usage == Usage(promptTokens: 2, completionTokens: 2, cachedTokens: 1))
      let texts = try await complete(client, #""prompt":["one","two three"],"n":2"#)
      #expect(texts.choices.map(\.text) == [" one", " one", " two three", " two three"])
      #expect(texts.choices.map(\.index) == [0, 1, 2, 3])
      #expect(texts.usage == Usage(promptTokens: 3, completionTokens: 6, cachedTokens: 2))
      #expect(try await complete(client, #""prompt":[5,6]"#).choices.map(\.text) == [" 5 6"])
      #expect(try await complete(client, #""prompt":[[5,6],[7]]"#).choices.map(\.text) == [" 5 6", " 7"])
      #expect(try await complete(client, #""prompt":["a",[7]]"#).choices.map(\.text) == [" a", " 7"])
    }
  }

  @Test func sixteenTokensUnlessSaid() async throws {
    try await withServer(FakeService()) { client, _ in
      let cut = try await complete(client, #""prompt":"count 40""#)
      #expect(cut.usage?.completionTokens == 16)
      #expect(cut.choices[0].finishReason == .length)
    }
  }

  @Test func echoAndLogProbabilities() async throws {
    try await withServer(FakeService()) { client, _ in
      let echoed = try await complete(client, #""prompt":"one two","echo":true,"max_tokens":1"#)
      #expect(echoed.choices[0].text == "one two one")
      #expect(echoed.choices[0].logprobs == nil)
      let scored = try await complete(client, #""prompt":"one two","echo":true,"max_tokens":1,"logprobs":2"#)
      let logprobs = try #require(scored.choices[0].logprobs)
      #expect(logprobs.tokens == ["one", " two", " one"])
      #expect(logprobs.tokenLogprobs == [nil, -0.25, -0.25])
      #expect(logprobs.textOffsets == [0, 3, 7])
      let alternatives: [[String]?] = logprobs.topLogprobs.map { place in place?.map(\.token) }
      #expect(alternatives == [nil, [" two", " other1"], [" one", " other1"]])
      let prompt = try await complete(client, #""prompt":"one two","echo":true,"max_tokens":0,"logprobs":0"#)
      #expect(prompt.choices[0].text == "one two")
      #expect(prompt.choices[0].finishReason == .length)
      #expect(prompt.choices[0].logprobs?.topLogprobs == [nil, []])
    }
  }

  @Test func aStreamOfSeveralPrompts() async throws {
    try await withServer(FakeService()) { client, _ in
      let answer = try await client.post(
        "/v1/completions",
        #"{"model":"fake","prompt":["one two","three"],"stream":true,"logprobs":1,"stream_options":{"include_usage":true}}"#
      )
      let events = try answer.events()
      #expect(events.last?.isDone == true)
      let chunks = try events.dropLast().map { try Completion(JSONField(JSONReader.value(of: Array($0.data.utf8)))) }
      for (index, text) in [" one two", " three"].enumerated() {
        let own = chunks.flatMap(\.choices).filter { $0.index == index }
        #expect(own.map(\.text).joined() == text)
        #expect(own.last?.finishReason == .stop)
      }
      let first: [Completion.Choice] = chunks.flatMap(\.choices).filter { $0.index == 0 }
      let offsets: [Int] = first.compactMap(\.logprobs).flatMap(\.textOffsets)
      #expect(offsets == [0, 4])
      #expect(chunks.last?.usage == Usage(promptTokens: 3, completionTokens: 3, cachedTokens: 2))
    }
  }

  @Test func moreThanThereArePlacesIsRefusedForGood() async throws {
    try await withServer(FakeService(places: 3)) { client, _ in
      let prompts = try await client.post("/v1/completions", #"{"model":"fake","prompt":["a","b","c","d"]}"#)
      #expect(prompts.status == 400)
      #expect(try prompts.error().param == "prompt")
      let samples = try await client.post("/v1/completions", #"{"model":"fake","prompt":"a","n":4}"#)
      #expect(try samples.error().param == "n")
      #expect(try await client.post("/v1/completions", #"{"model":"fake","prompt":["a","b","c"]}"#).status == 200)
    }
  }

  @Test func embeddings() async throws {
    try await withServer(FakeService()) { client, _ in
      let path = "/v1/embeddings"
      let plain = try await client.post(path, #"{"model":"vectors","input":["one two","three"]}"#)
      #expect(plain.status == 200)
      #expect(plain.text.contains(#""embedding":[2.0,0.5,-0.1]"#))
      let embeddings = try Embeddings(plain.json())
      #expect(embeddings.vectors == [[2, 0.5, -0.1], [1, 0.5, -0.1]])
      #expect(embeddings.promptTokens == 3)
      let packed = try Embeddings(
        await client.post(path, #"{"model":"vectors","input":[7,8],"encoding_format":"base64","dimensions":3}"#).json())
      #expect(packed.vectors == [[2, 0.5, -0.1]])
      #expect(packed.encoding == .base64)
      let short = try await client.post(path, #"{"model":"vectors","input":"a","dimensions":2}"#)
      #expect(short.status == 400)
      #expect(try short.error().param == "dimensions")
      let decoder = try await client.post(path, #"{"model":"fake","input":"a"}"#)
      #expect(decoder.status == 400)
      #expect(try decoder.error().message.contains("does not embed"))
    }
  }
}
