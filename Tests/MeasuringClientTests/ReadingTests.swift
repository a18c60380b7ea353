import Measures
import OpenAIWire
import Testing

@testable import MeasuringClient

@Suite struct ReadingTests {
  private func split(_ bytes: [UInt8], into sizes: () -> Int, limit: Int = 1 << 20) throws -> [String] {
    var splitter = EventSplitter(limit: limit)
    var events: [String] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(max(1, sizes())))
      rest = rest.dropFirst(piece.count)
      try piece.withUnsafeBufferPointer { piece in
        try splitter.append(piece) { events.append(String(decoding: $0, as: UTF8.self)) }
      }
    }
    return events
  }

  @Test func eventsAreCutAsTheReferenceCutsThem() throws {
    var generator = SeededGenerator(seed: 8)
    let pieces = [
      "data: a", "data:b", "data:  c", "data", "data:", ": comment", "event: x", "id: 1", "datax: 1", "", "",
      "\u{feff}",
      "é😀", "data: {\"x\": 1}",
    ]
    let ends = ["\n", "\r\n", "\r"]
    for _ in 0..<400 {
      var text = ""
      for _ in 0..<(1 + generator.index(below: 12)) {
        text += pieces[generator.index(below: pieces.count)] + ends[generator.index(below: 3)]
      }
      let bytes = Array(text.utf8)
      var reference = ServerSentEventParser()
      let expected = try reference.append(bytes).map(\.data)
      #expect(try split(bytes, into: { bytes.count }) == expected)
      #expect(try split(bytes, into: { 1 + generator.index(below: 5) }) == expected)
    }
  }

  @Test func longEventsAreGivenUp() {
    #expect(throws: EventSplitter.TooLarge.self) {
      try split([UInt8](repeating: 0x61, count: 200), into: { 7 }, limit: 100)
    }
    let lines = Array(String(repeating: "data: 123456\n", count: 40).utf8)
    #expect(throws: EventSplitter.TooLarge.self) { try split(lines, into: { 7 }, limit: 100) }
    #expect(throws: EventSplitter.TooLarge.self) { try split(lines, into: { lines.count }, limit: 100) }
  }

  /// The facts by both ways, and the text that each takes.
  private func both(_ text: String) -> (fast: (ChunkFacts, String)?, careful: (ChunkFacts, String)?) {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      var first: [UInt8] = []
      var second: [UInt8] = []
      let fast = try? ChunkScanner.fastFacts(of: bytes, text: &first)
      let careful = try? ChunkFacts(document: bytes, text: &second)
      return (
        fast.map { ($0, String(decoding: first, as: UTF8.self)) },
        careful.map { ($0, String(decoding: second, as: UTF8.self)) }
      )
    }
  }

  /// The fast way says where the usage stands, the careful way what it is.
  private func resolved(_ facts: ChunkFacts, _ text: String) -> ChunkFacts {
    var facts = facts
    facts.sentUsage = facts.usagePlace.flatMap { try? JSONReader.value(of: Array(Array(text.utf8)[$0])) }
    facts.usagePlace = nil
    return facts
  }

  private static let chunks = [
    ChatCompletionChunk(
      id: "a", created: 1, model: "m", choices: [.init(index: 0, role: .assistant, content: "")], saysUsage: true
    ).json.text,
    ChatCompletionChunk(id: "a", created: 1, model: "m", choices: [.init(index: 0, content: " token")]).json.text,
    ChatCompletionChunk(id: "a", created: 1, model: "m", choices: [.init(index: 1, content: "other")]).json.text,
    ChatCompletionChunk(id: "a", created: 1, model: "m", choices: [.init(index: 0, finishReason: .stop)]).json.text,
    ChatCompletionChunk(
      id: "a", created: 1, model: "m", choices: [], usage: Usage(promptTokens: 12, completionTokens: 345)
    ).json.text,
    Completion(
      id: "a", created: 1, model: "m", choices: [.init(index: 0, text: "é😀", logprobs: nil, finishReason: nil)],
      usage: nil
    ).json.text,
    #"{"model":"gpt-x","service_tier":"flex","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":2}}}"#,
    #"{"model":"m","service_tier":null,"choices":[],"usage":null}"#,
    "{ \"x\" : [ ] , \"choices\" : [ { \"delta\" : { \"content\" : null } } ] , \"y\": {\"z\": [1, {}, \"s\", true, false, null]}}",
  ]

  @Test(arguments: chunks) func theFastWayIsTheCarefulWay(_ text: String) throws {
    let (fast, careful) = both(text)
    let found = try #require(fast)
    let expected = try #require(careful)
    #expect(resolved(found.0, text) == expected.0)
    #expect(found.1 == expected.1)
  }

  /// Whatever is done to a chunk: where the fast way says anything at all, it says what the careful way says.
  @Test func mutilatedChunksAreNeverMisread() {
    var generator = SeededGenerator(seed: 3)
    let spare = Array("{}[],:\"\\ntf0129.-e \u{01}é".utf8)
    for _ in 0..<5000 {
      var bytes = Array(Self.chunks[generator.index(below: Self.chunks.count)].utf8)
      for _ in 0...generator.index(below: 3) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 3) {
        case 0: bytes[place] = spare[generator.index(below: spare.count)]
        case 1: bytes.remove(at: place)
        default: bytes.insert(spare[generator.index(below: spare.count)], at: place)
        }
      }
      bytes.withUnsafeBufferPointer { bytes in
        var first: [UInt8] = []
        var second: [UInt8] = []
        guard let fast = try? ChunkScanner.fastFacts(of: bytes, text: &first) else { return }
        let careful = try? ChunkFacts(document: bytes, text: &second)
        #expect(
          resolved(fast, String(decoding: bytes, as: UTF8.self)) == careful, "\(String(decoding: bytes, as: UTF8.self))"
        )
        #expect(first == second)
      }
    }
  }

  @Test func otherContentCounts() throws {
    for delta in [
      #"{"reasoning_content":"hm"}"#, #"{"reasoning":"hm"}"#, #"{"tool_calls":[{"index":0}]}"#, #"{"content":"a\nb"}"#,
    ] {
      let text = #"{"choices":[{"index":0,"delta":\#(delta)}]}"#
      #expect(both(text).fast == nil, "\(delta)")
      #expect(try #require(both(text).careful).0.hasContent)
    }
    #expect(try #require(both(#"{"choices":[{"index":0,"delta":{"content":"a\nb"}}]}"#).careful).1 == "a\nb")
  }

  private func reader(_ form: StreamReader.Form, keepsText: Bool = true, _ reads: [(String, UInt64)]) -> StreamReader {
    var reader = StreamReader(form: form, keepsText: keepsText)
    for (text, stamp) in reads { Array(text.utf8).withUnsafeBufferPointer { reader.read($0, at: stamp) } }
    return reader
  }

  @Test func aStreamHasAnArrivalForEachChunkWithContent() {
    let token = "data: \(Self.chunks[1])\n\n"
    var reader = reader(
      .events,
      [
        ("data: \(Self.chunks[0])\n\n", 10), (token, 20), (token + token, 30), (String(token.prefix(20)), 40),
        (String(token.dropFirst(20)), 50), ("data: \(Self.chunks[3])\n\ndata: \(Self.chunks[4])\n\n", 60),
        ("data: [DONE]\n\n", 70),
      ])
    reader.end(at: 80)
    #expect(reader.arrivals == [20, 30, 30, 50])
    #expect(reader.sharedStamps == 1)
    #expect(reader.text == " token token token token")
    #expect(reader.finishReason == "stop")
    #expect(reader.usage == Usage(promptTokens: 12, completionTokens: 345))
    #expect(reader.doneAt == 70)
    #expect(reader.failure == nil)
  }

  @Test func streamsThatGoWrong() {
    let token = "data: \(Self.chunks[1])\n\n"
    var truncated = reader(.events, [(token, 1), (token, 2)])
    truncated.end(at: 3)
    #expect(truncated.failure == .truncated(afterChunks: 2))

    let malformed = reader(.events, [(token, 1), ("data: {\"choices\":\n\n", 2), (token, 3)])
    if case .malformedChunk(afterChunks: 1, _)? = malformed.failure {
    } else {
      Issue.record("\(malformed.failure as Any)")
    }
    #expect(malformed.arrivals == [1])

    let said = reader(.events, [(token, 1), ("data: {\"error\":{\"message\":\"out\\nof memory\"}}\n\n", 2)])
    #expect(said.failure == .serverEvent(message: "out of memory"))

    // Servers that never say [DONE] but finish are whole.
    var finished = reader(.events, [(token, 1), ("data: \(Self.chunks[3])\n\n", 2)])
    finished.end(at: 3)
    #expect(finished.failure == nil)

    var empty = reader(.events, [])
    empty.end(at: 3)
    #expect(empty.failure == .truncated(afterChunks: 0))
  }

  @Test func refusalsSayWhatTheServerSaid() {
    let error = APIError(status: 429, message: "slow down", type: "rate_limit_error")
    var refused = reader(.refusal(status: 429, retryAfterSeconds: 3), [(error.json.text, 1)])
    refused.end(at: 2)
    #expect(refused.failure == .status(429, retryAfterSeconds: 3, message: "slow down"))
    var page = reader(
      .refusal(status: 502, retryAfterSeconds: nil), [("<html>\r\n" + String(repeating: "x", count: 9999), 1)])
    page.end(at: 2)
    guard case .status(502, nil, let message)? = page.failure else {
      Issue.record("\(page.failure as Any)")
      return
    }
    #expect(message.hasPrefix("<html> ") && message.count <= StreamReader.longestMessage)
  }

  @Test func wholeAnswersHaveNoArrivals() {
    let answer = ChatCompletion(
      id: "a", created: 1, model: "m",
      choices: [
        .init(index: 0, message: ChatMessage(role: .assistant, content: "Hi."), logprobs: nil, finishReason: .stop)
      ],
      usage: Usage(promptTokens: 1, completionTokens: 2))
    var whole = reader(.document, [(answer.json.text, 5)])
    whole.end(at: 6)
    #expect(whole.failure == nil)
    #expect(whole.text == "Hi.")
    #expect(whole.arrivals.isEmpty)
    #expect(whole.usage?.completionTokens == 2)
    var broken = reader(.document, [("{", 5)])
    broken.end(at: 6)
    #expect(broken.failure?.kind == "malformed_chunk")
  }
}
