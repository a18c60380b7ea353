import OpenAIWire
import Testing

@testable import Serving

/// Clients that go, servers that end, and what takes too long.
@Suite struct LifeTests {
  private static let chat = "/v1/chat/completions"

  private static func body(_ prompt: String, stream: Bool = true, n: Int = 1) -> String {
    #"{"model":"fake","messages":[{"role":"user","content":"\#(prompt)"}],"stream":\#(stream),"n":\#(n)}"#
  }

  @Test(arguments: [true, false]) func aClientThatGoesFreesItsSlots(stream: Bool) async throws {
    let service = FakeService()
    try await withServer(service) { client, _ in
      let socket = try await Socket(port: client.port)
      try await socket.send(Client.request("POST", Self.chat, Self.body("hang 3", stream: stream, n: 2)))
      if stream {
        var reader = AnswerReader(socket)
        #expect(try await reader.head().status == 200)
      }
      #expect(try await eventually { service.counts.running == 2 })
      socket.close()
      #expect(try await eventually { service.counts.running == 0 })
      #expect(service.counts.cancelled == 2)
      // What is counted follows what is freed.
      let line = #"vllm:request_success_total{model_name="fake",finished_reason="abort"} 2"#
      var isCounted = false
      for _ in 0..<500 where !isCounted {
        isCounted = try await client.get("/metrics").text.contains(line)
        if !isCounted { try await Task.sleep(for: .milliseconds(5)) }
      }
      #expect(isCounted)
    }
  }

  @Test func aClientThatGoesBeforeItsTurnLeavesNothing() async throws {
    let service = FakeService()
    try await withServer(service) { client, _ in
      for _ in 0..<100 {
        let socket = try await Socket(port: client.port)
        try await socket.send(Client.request("POST", Self.chat, Self.body("hang 1")))
        socket.close()
      }
      #expect(try await eventually { service.counts.accepted == service.counts.cancelled })
      #expect(try await client.post(Self.chat, Self.body("count 3")).status == 200)
      #expect(try await eventually { service.counts.running == 0 })
      // Nor is an answer in flight that nobody came to write: the scrape is the only one.
      var isAlone = false
      for _ in 0..<500 where !isAlone {
        isAlone = try await client.get("/metrics").text.contains("efficientllm:http_requests_in_flight 1\n")
        if !isAlone { try await Task.sleep(for: .milliseconds(5)) }
      }
      #expect(isAlone)
    }
  }

  @Test func aRequestHasATimeLimit() async throws {
    let service = FakeService()
    try await withServer(service, { $0.requestTimeout = .milliseconds(200) }) { client, _ in
      let whole = try await client.post(Self.chat, Self.body("hang 2", stream: false))
      #expect(whole.status == 504)
      #expect(try whole.error().type == "timeout_error")
      let stream = try await client.post(Self.chat, Self.body("hang 2"))
      // A busy machine may take longer than the limit to begin.
      if stream.status == 200 {
        let last = try #require(try stream.events().last)
        #expect(last.data.contains("timeout_error"))
      } else {
        #expect(stream.status == 504)
        #expect(try stream.error().type == "timeout_error")
      }
      #expect(service.counts.running == 0)
    }
  }

  @Test func aBodyHasToArriveInTime() async throws {
    try await withServer(FakeService(), { $0.bodyTimeout = .milliseconds(200) }) { client, _ in
      let socket = try await Socket(port: client.port)
      defer { socket.close() }
      try await socket.send(
        "POST \(Self.chat) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
      var reader = AnswerReader(socket)
      let answer = try await reader.whole()
      #expect(answer.status == 408)
      #expect(try answer.error().code == "request_timeout")
    }
  }

  @Test func aConnectionThatSaysNothingIsClosed() async throws {
    try await withServer(FakeService(), { $0.idleTimeout = .milliseconds(200) }) { client, _ in
      let silent = try await Socket(port: client.port)
      defer { silent.close() }
      #expect(try await silent.receive().isEmpty)
      // One that drips has no more time than one that is silent.
      let dripping = try await Socket(port: client.port)
      defer { dripping.close() }
      let drip = Task {
        for byte in Array(Client.request("GET", "/health").utf8).prefix(30) {
          try await dripping.send([byte])
          try await Task.sleep(for: .milliseconds(40))
        }
      }
      #expect(try await dripping.receive().isEmpty)
      drip.cancel()
      _ = await drip.result
    }
  }

  @Test func aBodyThatIsTooLargeIsRefused() async throws {
    try await withServer(FakeService(), { $0.maximumBodyBytes = 1000 }) { client, _ in
      let announced = try await client.post(Self.chat, String(repeating: "a", count: 1001))
      #expect(announced.status == 413)
      #expect(try announced.error().code == "request_too_large")
      let socket = try await Socket(port: client.port)
      defer { socket.close() }
      var chunked = "POST \(Self.chat) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      chunked += "Transfer-Encoding: chunked\r\n\r\n"
      for _ in 0..<20 { chunked += "64\r\n\(String(repeating: " ", count: 100))\r\n" }
      try await socket.send(chunked + "0\r\n\r\n")
      var reader = AnswerReader(socket)
      #expect(try await reader.whole().status == 413)
    }
  }

  @Test func theServerEndsWhenItsRequestsHave() async throws {
    let service = FakeService(pace: .milliseconds(20))
    try await withServer(service) { client, server in
      let socket = try await Socket(port: client.port)
      defer { socket.close() }
      try await socket.send(Client.request("POST", Self.chat, Self.body("count 20")))
      var reader = AnswerReader(socket)
      _ = try await reader.head()
      await server.shutdown()
      var stream: [UInt8] = []
      while let chunk = try await reader.chunk() { stream += chunk }
      #expect(String(decoding: stream, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
      #expect(try await socket.receive().isEmpty)
    }
    #expect(service.counts.completed == 1)
  }

  @Test func whatDoesNotEndInTimeIsCancelled() async throws {
    let service = FakeService()
    try await withServer(service, { $0.shutdownGrace = .milliseconds(100) }) { client, server in
      let socket = try await Socket(port: client.port)
      defer { socket.close() }
      try await socket.send(Client.request("POST", Self.chat, Self.body("hang 1")))
      var reader = AnswerReader(socket)
      _ = try await reader.head()
      await server.shutdown()
      var stream: [UInt8] = []
      while let chunk = try await reader.chunk() { stream += chunk }
      #expect(String(decoding: stream, as: UTF8.self).contains("shutting_down"))
    }
    #expect(service.counts.cancelled == 1)
  }

  @Test func aPortThatIsTakenIsSaid() async throws {
    try await withServer(FakeService()) { client, _ in
      var configuration = ServingConfiguration()
      configuration.port = client.port
      configuration.handlesSignals = false
      let second = InferenceServer(service: FakeService(), configuration: configuration)
      await #expect {
        try await second.run()
      } throws: { error in
        "\(error)".hasPrefix("cannot listen on 127.0.0.1, port \(client.port): ")
      }
    }
  }

  @Test func theQueueIsFullUntilSomebodyGoes() async throws {
    let service = FakeService(slots: 1)
    try await withServer(service) { client, _ in
      let socket = try await Socket(port: client.port)
      try await socket.send(Client.request("POST", Self.chat, Self.body("hang 1")))
      #expect(try await eventually { service.counts.running == 1 })
      #expect(try await client.post(Self.chat, Self.body("one")).status == 429)
      socket.close()
      #expect(try await eventually { service.counts.running == 0 })
      #expect(try await client.post(Self.chat, Self.body("one")).status == 200)
    }
  }

  @Test func manyStreamsAtOnce() async throws {
    let service = FakeService(slots: 64)
    try await withServer(service) { client, _ in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<32 {
          group.addTask {
            let answer = try await client.post(Self.chat, Self.body("count \(50 + index)"))
            return try answer.events().count == 53 + index
          }
        }
        for try await isWhole in group { #expect(isWhole) }
      }
    }
    #expect(service.counts.completed == 32)
    #expect(service.counts.running == 0)
  }
}
