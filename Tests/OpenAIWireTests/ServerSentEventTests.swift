import OpenAIWire
import Testing

@Suite struct ServerSentEventTests {
  private func parse(_ text: String) throws -> [ServerSentEvent] {
    var parser = ServerSentEventParser()
    return try parser.append(Array(text.utf8))
  }

  @Test func eventsAreWritten() {
    func text(_ event: ServerSentEvent) -> String { String(decoding: event.bytes, as: UTF8.self) }
    #expect(text(.done) == "data: [DONE]\n\n")
    #expect(text(ServerSentEvent(name: "error", data: "a\nb")) == "event: error\ndata: a\ndata: b\n\n")
    #expect(text(ServerSentEvent(data: "a\r\nb\rc")) == "data: a\ndata: b\ndata: c\n\n")
    #expect(text(ServerSentEvent(name: "x\ndata: y", data: "")) == "event: xdata: y\ndata: \n\n")
    #expect(text(ServerSentEvent(.members(["a": .integer(1)]))) == "data: {\"a\":1}\n\n")
  }

  @Test func theStandardsExamples() throws {
    #expect(try parse("data: YHOO\ndata: +2\ndata: 10\n\n") == [ServerSentEvent(data: "YHOO\n+2\n10")])
    #expect(
      try parse(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n")
        .map(\.data) == ["first event", "second event", " third event"])
    #expect(try parse("data\n\ndata\ndata\n\ndata:").map(\.data) == ["", "\n"])
    #expect(try parse("data:test\n\ndata: test\n\n").map(\.data) == ["test", "test"])
    #expect(
      try parse("event: add\ndata: 1\n\nevent: x\n\ndata: 2\n\n") == [
        ServerSentEvent(name: "add", data: "1"), ServerSentEvent(data: "2"),
      ])
    #expect(try parse("\u{feff}data: a\r\rdata: b\r\n\r\n").map(\.data) == ["a", "b"])
  }

  @Test func piecesOfAnySizeMakeTheSameEvents() throws {
    var generator = SplitMix(seed: 11)
    let endings = ["\n", "\r\n", "\r"]
    for _ in 0..<300 {
      let ending = endings.randomElement(using: &generator) ?? "\n"
      var text = ""
      var expected: [ServerSentEvent] = []
      for index in 0..<Int.random(in: 1...6, using: &generator) {
        let lines = (0..<Int.random(in: 1...3, using: &generator)).map { "{\"é😀\(index)\": \($0)}" }
        if Bool.random(using: &generator) { text += ": keep alive" + ending }
        for line in lines { text += (Bool.random(using: &generator) ? "data: " : "data:") + line + ending }
        text += ending
        expected.append(ServerSentEvent(data: lines.joined(separator: "\n")))
      }
      text += "data: [DONE]" + ending + ending
      expected.append(.done)
      var rest = Array(text.utf8)[...]
      var parser = ServerSentEventParser()
      var events: [ServerSentEvent] = []
      while !rest.isEmpty {
        let count = min(rest.count, Int.random(in: 1...9, using: &generator))
        events += try parser.append(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(events == expected)
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    for data in ["", "a", "a\nb", "\n", " x", "data: y", ": c", "é😀", "[DONE]"] {
      let event = ServerSentEvent(name: "n", data: data)
      var parser = ServerSentEventParser()
      #expect(try parser.append(event.bytes) == [event])
    }
  }

  @Test func hostileStreamsAreGivenUp() throws {
    var long = ServerSentEventParser(limit: 100)
    #expect(throws: ServerSentEventParser.ParserError.tooLarge(limit: 100)) {
      for _ in 0..<20 { _ = try long.append(Array("data: 1234567890\n".utf8)) }
    }
    var line = ServerSentEventParser(limit: 100)
    #expect(throws: ServerSentEventParser.ParserError.tooLarge(limit: 100)) {
      _ = try line.append(repeatElement(UInt8(ascii: "x"), count: 101))
    }
    var bytes = ServerSentEventParser()
    #expect(throws: ServerSentEventParser.ParserError.notText) {
      _ = try bytes.append([UInt8]("data: ".utf8) + [0xFF, 0x0A, 0x0A])
    }
  }
}
