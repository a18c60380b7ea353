import Foundation
import OpenAIWire
import Testing

/// The bodies that the `openai` package sends, recorded by scripts/oracles/openai_oracle.py.
@Suite struct ClientRequestTests {
  struct Recorded: Decodable {
    struct Request: Decodable {
      let path: String
      let body: String
    }

    let openai: String
    let requests: [Request]
  }

  private func bodies(_ path: String) throws -> [JSONField] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/openai-requests", withExtension: "json"))
    let recorded = try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: url))
    return try recorded.requests.filter { $0.path == path }.map { JSONField(try JSONReader.value(of: $0.body.utf8)) }
  }

  @Test func chats() throws {
    let requests = try bodies("/v1/chat/completions").map { try ChatCompletionRequest($0) }
    try #require(requests.count == 4)
    #expect(requests[0].messages.map(\.role) == [.developer, .user])
    #expect(requests[0].messages[1].content == "Häh? 😀\n\"quoted\"")
    #expect(requests[1].messages[2].toolCalls.count == 1 && requests[1].messages[2].content == nil)
    #expect(requests[1].messages[3].toolCallID == "call_1")
    #expect(requests[1].tools.count == 1)
    let options = requests[2].options
    #expect(options.choices == 2 && options.maximumTokens == 5 && options.stop == ["a", "b"] && options.ignoresEnd)
    #expect(options.sampling.seed == -3 && options.sampling.topK == 20 && options.sampling.minP == 0.05)
    #expect(requests[2].logprobs && requests[2].topLogprobs == 3)
    #expect(requests[3].options.streams && requests[3].options.includesUsage)
    #expect(requests[3].options.maximumTokens == 7 && requests[3].options.stop == ["x"])
  }

  @Test func completions() throws {
    let requests = try bodies("/v1/completions").map { try CompletionRequest($0) }
    #expect(
      requests.map(\.prompts) == [
        [.text("text")], [.text("one"), .text("two")], [.tokens([1, 2, 3])], [.tokens([1]), .tokens([2, 3])],
      ])
    #expect(requests[1].echoes && requests[1].logprobs == 2 && requests[1].options.maximumTokens == 0)
  }

  @Test func embeddings() throws {
    let requests = try bodies("/v1/embeddings").map { try EmbeddingRequest($0) }
    #expect(requests.map(\.encoding) == [.base64, .float, .base64])
    #expect(requests.map(\.dimensions) == [nil, 3, nil])
    #expect(requests[2].inputs == [.tokens([1, 2]), .tokens([3])])
  }
}
