import OpenAIWire
import Testing

@testable import MeasuringClient

/// What an observation says of the answer beside its text: who answered, what it used, which tools it calls.
@Suite struct AnswerFactsTests {
  private func stream(_ events: [String], keepsText: Bool = true) -> StreamReader {
    var reader = StreamReader(form: .events, keepsText: keepsText)
    for (index, event) in (events + ["[DONE]"]).enumerated() {
      Array("data: \(event)\n\n".utf8).withUnsafeBufferPointer { reader.read($0, at: UInt64(index + 1)) }
    }
    reader.end(at: 1000)
    return reader
  }

  private func document(_ text: String, keepsText: Bool = true) -> StreamReader {
    var reader = StreamReader(form: .document, keepsText: keepsText)
    Array(text.utf8).withUnsafeBufferPointer { reader.read($0, at: 1) }
    reader.end(at: 2)
    return reader
  }

  private func token(_ text: String, head: String = "") -> String {
    #"{\#(head)"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"#
  }

  @Test func whoAnsweredIsSaidByTheFirstChunkThatSaysIt() {
    let reader = stream([
      token("a", head: #""model":"asked-for","#), token("b", head: #""model":"other","service_tier":"flex","#),
    ])
    #expect(reader.model == "asked-for" && reader.serviceTier == nil && reader.failure == nil)
    let tier = stream([token("", head: #""model":"m","service_tier":"priority","#), token("b")])
    #expect(tier.model == "m" && tier.serviceTier == "priority")
    // What is no text is as good as left out.
    #expect(stream([token("a", head: #""model":7,"service_tier":{},"#)]).failure == nil)
    #expect(stream([token("a")]).model == nil)
    let whole = document(#"{"model":"m","service_tier":"default","choices":[{"index":0,"message":{"content":"x"}}]}"#)
    #expect(whole.model == "m" && whole.serviceTier == "default")
  }

  @Test(arguments: [
    #"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}"#,
    #"{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":2}}"#,
    #"{"input_tokens":9,"output_tokens":4,"cache_read_input_tokens":5,"cache_creation_input_tokens":7}"#,
  ])
  func usageIsKeptAsItWasSent(_ usage: String) throws {
    let expected = try JSONReader.value(of: Array(usage.utf8))
    let streamed = stream([token("a"), #"{"choices":[],"usage":\#(usage)}"#])
    let whole = document(#"{"choices":[{"index":0,"message":{"content":"x"}}],"usage":\#(usage)}"#)
    for reader in [streamed, whole] {
      #expect(reader.failure == nil)
      #expect(reader.usageAsSent == expected)
      #expect(reader.usage?.promptTokens == 9 && reader.usage?.completionTokens == 4)
    }
  }

  @Test func theLastUsageCounts() {
    let reader = stream((1...3).map { #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":\#($0)}}"# })
    #expect(reader.usage?.completionTokens == 3)
    #expect(reader.usageAsSent?.object?["completion_tokens"]?.integer == 3)
  }

  @Test func usageWithoutCountsAndWithoutEnd() {
    let other = stream([token("a"), #"{"choices":[],"usage":{"seconds":3}}"#])
    #expect(other.failure == nil && other.usage == nil && other.usageAsSent?.object?["seconds"]?.integer == 3)
    let long = String(repeating: "x", count: StreamReader.longestUsage)
    for usage in [
      #"{"prompt_tokens":1,"completion_tokens":2,"note":"\#(long)"}"#,
      #"{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{},"note":"\#(long)"}"#,
    ] {
      let reader = stream([#"{"choices":[],"usage":\#(usage)}"#])
      #expect(reader.usage?.completionTokens == 2 && reader.usageAsSent == nil)
    }
    #expect(stream([#"{"choices":[],"usage":{"prompt_tokens":-1}}"#]).failure?.kind == "malformed_chunk")
  }

  private func piece(_ call: String) -> String { #"{"choices":[{"index":0,"delta":{"tool_calls":[\#(call)]}}]}"# }

  @Test func toolCallsAreJoined() throws {
    let reader = stream([
      piece(#"{"index":0,"id":"a","type":"function","function":{"name":"find","arguments":""}}"#),
      piece(#"{"index":0,"function":{"arguments":"{\"q\": "}}"#),
      piece(#"{"index":1,"id":"b","type":"function","function":{"name":"pay","arguments":"{}"}}"#),
      piece(#"{"index":0,"function":{"arguments":"\"é\"}"}}"#),
      #"{"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"z"}]}}]}"#,
    ])
    let whole = #"""
      [{"id":"a","type":"function","function":{"name":"find","arguments":"{\"q\": \"é\"}"}},
       {"id":"b","type":"function","function":{"name":"pay","arguments":"{}"}}]
      """#
    let expected = try #require(JSONReader.value(of: Array(whole.utf8)).array)
    #expect(reader.toolCalls == expected)
    #expect(reader.arrivals.count == 5)
    let answer = document(#"{"choices":[{"index":0,"message":{"content":null,"tool_calls":\#(whole)}}]}"#)
    #expect(answer.toolCalls == expected && answer.failure == nil)
    #expect(
      document(#"{"choices":[{"index":0,"message":{"tool_calls":\#(whole)}}]}"#, keepsText: false).toolCalls.isEmpty)
  }

  @Test func toolCallsWithoutAnIndex() {
    let reader = stream([
      piece(#"{"id":"a","function":{"name":"find","arguments":"{"}}"#), piece(#"{"function":{"arguments":"}"}}"#),
      piece(#"{"id":"b","function":{"name":"pay","arguments":"{}"}}"#),
    ])
    #expect(reader.toolCalls.map { $0.object?["function"]?.object?["arguments"]?.string } == ["{}", "{}"])
    #expect(reader.toolCalls.map { $0.object?["id"]?.string } == ["a", "b"])
  }

  @Test func toolCallsAreBounded() {
    let many = stream((0...ToolCallAssembly.mostCalls).map { piece(#"{"index":\#($0),"id":"a"}"#) })
    #expect(many.failure?.kind == "malformed_chunk")
    let text = String(repeating: "x", count: 1 << 20)
    let long = stream((0..<5).map { _ in piece(#"{"index":0,"function":{"arguments":"\#(text)"}}"#) })
    #expect(long.failure?.kind == "malformed_chunk")
  }

  @Test func observationsSayIt() throws {
    var observation = Observation(index: 0, identifier: "a", scheduled: 1)
    let bare = try #require(observation.json.object)
    for name in ["answered_by", "usage", "service_tier", "tool_calls"] { #expect(bare[name] == nil) }
    observation.answeredBy = "m"
    observation.serviceTier = "flex"
    observation.usage = .members(["prompt_tokens": .integer(3)])
    observation.toolCalls = [.members(["id": .string("a")])]
    let said = try #require(observation.json.object)
    #expect(said["answered_by"]?.string == "m" && said["service_tier"]?.string == "flex")
    #expect(said["usage"] == observation.usage && said["tool_calls"]?.array == observation.toolCalls)
  }

  /// An attempt that breaks off after its usage was said was paid for; the next one has its own.
  @Test func whatABrokenAttemptUsedIsKept() async throws {
    let token = token("a", head: #""model":"first","#)
    let server = try await ScriptedServer { number, _ in
      number == 0
        ? .events([token, #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1}}"#])
        : .events([
          #"{"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]}"#,
          #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#, "[DONE]",
        ])
    }
    var settings = ClientSettings(endpoint: try Endpoint("http://127.0.0.1:\(server.port)/v1"))
    settings.retries = RetryPolicy(maximumAttempts: 2)
    settings.retries.firstDelay = .milliseconds(1)
    let client = try MeasuringClient(settings)
    let observation = await client.send(MeasuredRequest.prompt("Why?", model: "m", maximumTokens: nil))
    await client.shutdown()
    await server.stop()
    #expect(observation.succeeded && observation.attempts.count == 2)
    #expect(observation.attempts[0].failure?.kind == "truncated")
    #expect(observation.attempts[0].usage?.object?["completion_tokens"]?.integer == 1)
    #expect(observation.attempts[0].answeredBy == "first")
    #expect(observation.usage?.object?["completion_tokens"]?.integer == 2 && observation.attempts[1].usage == nil)
    let said = try #require(observation.json.object?["attempts"]?.array?[0].object)
    #expect(said["usage"]?.object?["prompt_tokens"]?.integer == 9 && said["answered_by"]?.string == "first")
  }
}
