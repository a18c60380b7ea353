import Measures
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import MeasuringClient

@Suite struct ResponseParserTests {
  /// What a reader makes of bytes: each whole answer's status and body, and whether it gave up.
  private struct Answers: Equatable {
    var whole: [String] = []
    var isRefused = false
  }

  private func ours(_ bytes: [UInt8], into size: () -> Int) -> Answers {
    var parser = ResponseParser()
    var answers = Answers()
    var status = 0
    var body: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty, !answers.isRefused {
      let piece = Array(rest.prefix(max(1, size())))
      rest = rest.dropFirst(piece.count)
      piece.withUnsafeBufferPointer { piece in
        var position = 0
        do throws(ResponseParser.Failure) {
          while let part = try parser.next(piece, &position) {
            switch part {
            case .head(let head): status = head.status
            case .body(let range): body += piece[range]
            case .end:
              answers.whole.append("\(status) \(String(decoding: body, as: UTF8.self))")
              body = []
            }
          }
        } catch {
          answers.isRefused = true
        }
      }
    }
    if parser.endsWithConnection, !answers.isRefused {
      answers.whole.append("\(status) \(String(decoding: body, as: UTF8.self))")
    }
    return answers
  }

  private func reference(_ bytes: [UInt8]) throws -> Answers {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(
      ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
    for _ in 0..<8 {
      try channel.writeOutbound(
        HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")))
    }
    var answers = Answers()
    do {
      try channel.writeInbound(ByteBuffer(bytes: bytes))
      _ = try channel.finish(acceptAlreadyClosed: true)
    } catch {
      answers.isRefused = true
    }
    var status = 0
    var body = ""
    while let part = try? channel.readInbound(as: HTTPClientResponsePart.self) {
      switch part {
      case .head(let head): status = Int(head.status.code)
      case .body(let buffer): body += String(buffer: buffer)
      case .end:
        // An answer before the answer is for the reader to leave aside.
        if status / 100 != 1 { answers.whole.append("\(status) \(body)") }
        body = ""
      }
    }
    return answers
  }

  private static let answers = [
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    "HTTP/1.1 204 No Content\r\nx: y\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n5\r\nhello\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\na\r\n00\r\nx-trailer: b\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Too Many Requests\r\nretry-after:  3 \r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 500 \r\nContent-Length: 2\r\nConnection: keep-alive, close\r\n\r\n{}",
    "HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc",
  ]

  @Test func answersAreReadAsTheReferenceReadsThem() throws {
    var generator = SeededGenerator(seed: 11)
    for answer in Self.answers {
      let bytes = Array(answer.utf8)
      let expected = try reference(bytes)
      #expect(expected.whole.count == 1 && !expected.isRefused, "\(answer)")
      #expect(ours(bytes, into: { bytes.count }) == expected, "\(answer)")
      for _ in 0..<20 { #expect(ours(bytes, into: { 1 + generator.index(below: 7) }) == expected, "\(answer)") }
    }
    let untilClose = Array("HTTP/1.1 200 OK\r\n\r\nall that comes".utf8)
    #expect(ours(untilClose, into: { 3 }).whole == ["200 all that comes"])
  }

  /// Whatever is done to an answer: what we take for a whole one the reference takes for the same.
  @Test func mutilatedAnswersAreNeverMisread() throws {
    var generator = SeededGenerator(seed: 12)
    // But for what stands in chunks' extensions, which are skipped without being read.
    let spare = Array("\r\n: 0123456789aAfF-xHTP/.,\t\u{0}\u{7f}".utf8)
    let answers = Self.answers.map { $0.replacing(";x=1", with: "") }
    for _ in 0..<1500 {
      var bytes = Array(answers[generator.index(below: answers.count)].utf8)
      for _ in 0...generator.index(below: 3) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 3) {
        case 0: bytes[place] = spare[generator.index(below: spare.count)]
        case 1: bytes.remove(at: place)
        default: bytes.insert(spare[generator.index(below: spare.count)], at: place)
        }
      }
      let found = ours(bytes, into: { 1 + generator.index(below: 50) })
      guard let first = found.whole.first else { continue }
      let expected = try reference(bytes)
      // What follows a whole answer is dropped with its connection.
      #expect(expected.whole.first == first, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  private func head(_ text: String) throws -> ResponseHead {
    var parser = ResponseParser()
    var position = 0
    let part = try Array(text.utf8).withUnsafeBufferPointer { bytes in try parser.next(bytes, &position) }
    guard case .head(let head)? = part else { throw ResponseParser.Failure(reason: "no head") }
    return head
  }

  @Test func headsSayWhatIsNeeded() throws {
    let head = try head(
      "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nDATE: Sat, 21 Nov 2026 19:00:00 GMT\r\nContent-Type:text/plain\r\n"
        + "content-length: 0\r\n\r\n")
    #expect(head.status == 429 && head.retryAfter == "7" && head.contentType == "text/plain" && head.keepsAlive)
    #expect(head.date == "Sat, 21 Nov 2026 19:00:00 GMT")
    let old = "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n"
    #expect(try !self.head(old + "\r\n").keepsAlive)
    #expect(try self.head(old + "connection: Keep-Alive\r\n\r\n").keepsAlive)
    #expect(try !self.head("HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 0\r\n\r\n").keepsAlive)
    #expect(try !self.head("HTTP/1.1 200 OK\r\n\r\nx").keepsAlive)
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
  ])
  func whatIsNoAnswer(_ text: String) {
    let found = ours(Array(text.utf8), into: { 4096 })
    #expect(found.isRefused && found.whole.isEmpty)
  }

  @Test func headsAndExtensionsAreBounded() {
    let field = "x: \(String(repeating: "y", count: 1000))\r\n"
    let long = "HTTP/1.1 200 OK\r\n\(String(repeating: field, count: 70))\r\n"
    let many = "HTTP/1.1 200 OK\r\n\(String(repeating: "x: y\r\n", count: 300))\r\n"
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    let extensions = "\(chunked)1;\(String(repeating: "z", count: 70_000))\r\n"
    let trailer = "\(chunked)0\r\n\(String(repeating: field, count: 70))\r\n"
    for text in [long, many, extensions, trailer] {
      let found = ours(Array(text.utf8), into: { 4096 })
      #expect(found.isRefused && found.whole.isEmpty)
    }
  }
}
