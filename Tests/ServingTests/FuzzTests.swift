import OpenAIWire
import Serving
import Testing

/// Requests that no client would send. None may take the server down, none may be answered with a 500.
@Suite struct FuzzTests {
  private static let bodies = [
    ("/v1/chat/completions", #"{"model":"fake","messages":[{"role":"user","content":"count 2"}],"n":2,"stop":["3"]}"#),
    (
      "/v1/chat/completions",
      #"{"model":"fake","messages":[{"role":"user","content":[{"type":"text","text":"é"}]}],"stream":true,"logprobs":true}"#
    ),
    ("/v1/completions", #"{"model":"base","prompt":["a",[1,2]],"echo":true,"logprobs":2,"temperature":1.5e0}"#),
    ("/v1/embeddings", #"{"model":"vectors","input":[[1,2],[3]],"encoding_format":"base64"}"#),
  ]
  private static let pieces = [
    "null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "[]", "{}", "[[[[[[", "\u{0}", "\"\\ud800\"", ",",
    ":",
    "\"model\"", "\"n\":-1", "\"stream\":true", "{\"a\":", "\u{feff}", "0.1", "\"tools\":[{}]",
  ]

  private func mutated(_ text: String, _ generator: inout SplitMix) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &generator))
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes.replaceSubrange(place..<end, with: (Self.pieces.randomElement(using: &generator) ?? "").utf8)
      case 1: bytes.replaceSubrange(place..<end, with: [UInt8.random(in: 0...255, using: &generator)])
      case 2: bytes.removeSubrange(place..<end)
      default: bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }

  @Test func bodies() async throws {
    let service = FakeService(slots: 1000)
    let statuses = try await withServer(service) { client, _ in
      var generator = SplitMix(seed: 3)
      var statuses: [Int: Int] = [:]
      var socket = try await Socket(port: client.port)
      var reader = AnswerReader(socket)
      for round in 0..<1500 {
        let (path, text) = Self.bodies[round % Self.bodies.count]
        let body = mutated(text, &generator)
        let head =
          "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        try await socket.send(Array(head.utf8) + body)
        let answer = try await reader.whole()
        statuses[answer.status, default: 0] += 1
        if answer.status != 200 { _ = try answer.error() }
        if round % 100 == 99 {
          socket.close()
          socket = try await Socket(port: client.port)
          reader = AnswerReader(socket)
        }
      }
      socket.close()
      #expect(try await client.get("/health").status == 200)
      return statuses
    }
    #expect(Set(statuses.keys).isSubset(of: [200, 400, 404]), "\(statuses)")
    // Most are refused, and some come through.
    #expect((statuses[200] ?? 0) > 20 && (statuses[400] ?? 0) > 500, "\(statuses)")
    #expect(try await eventually { service.counts.running == 0 })
  }

  @Test func rawBytes() async throws {
    let service = FakeService()
    let seeds = [
      Client.request("POST", "/v1/chat/completions", Self.bodies[0].1), Client.request("GET", "/v1/models/fake"),
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "GET http://a:1/health?x#y HTTP/1.0\r\nConnection: close\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
      "GET /" + String(repeating: "a", count: 70_000) + " HTTP/1.1\r\n\r\n",
      "POST /v1/embeddings HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
      "POST /v1/embeddings HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}",
    ]
    try await withServer(service) { client, _ in
      var generator = SplitMix(seed: 5)
      for round in 0..<400 {
        let seed = seeds[round % seeds.count]
        let bytes = round < seeds.count ? Array(seed.utf8) : mutated(seed, &generator)
        let socket = try await Socket(port: client.port)
        try await socket.send(bytes)
        socket.finishSending()
        var answer: [UInt8] = []
        while case let more = try await socket.receive(), !more.isEmpty { answer += more }
        socket.close()
        let text = String(decoding: answer, as: UTF8.self)
        #expect(!text.contains("HTTP/1.1 5"), "\(String(decoding: bytes, as: UTF8.self)) got \(text)")
      }
      #expect(try await client.get("/health").status == 200)
    }
    #expect(try await eventually { service.counts.running == 0 })
  }
}
