import OpenAIWire
import Testing

@testable import Serving

@Suite struct RouteTests {
  @Test func modelsAreListed() async throws {
    try await withServer(FakeService()) { client, _ in
      let list = try ModelList(await client.get("/v1/models").json())
      #expect(list.models.map(\.id) == ["fake", "base", "vectors"])
      #expect(list.models.first?.maximumContext == 4096)
      let one = try await client.get("/v1/models/vectors")
      #expect(try ModelDescription(one.json()).id == "vectors")
      let none = try await client.get("/v1/models/other")
      #expect(none.status == 404)
      #expect(try none.error().code == "model_not_found")
      #expect(try await client.get("/v1/models/%66ake").status == 200)
      #expect(try await client.get("/v1/models/%zz").status == 404)
    }
  }

  @Test func whatIsNotThereIsSaidInOpenAIsForm() async throws {
    try await withServer(FakeService()) { client, _ in
      let unknown = try await client.get("/v2/nothing")
      #expect(unknown.status == 404)
      #expect(try unknown.error().type == "invalid_request_error")
      let wrong = try await client.get("/v1/chat/completions")
      #expect(wrong.status == 405)
      #expect(try wrong.error().message.contains("POST"))
      #expect(try await client.send("DELETE", "/v1/models").status == 405)
      #expect(try await client.get("/health").text == #"{"status":"ok"}"#)
      #expect(try await client.get("/health/").status == 200)
    }
  }

  @Test func anAnswerHasAnID() async throws {
    try await withServer(FakeService()) { client, _ in
      let first = try #require(try await client.get("/health").headers["x-request-id"])
      let second = try #require(try await client.get("/health").headers["x-request-id"])
      #expect(first.hasPrefix("req-") && first != second)
    }
  }

  @Test func keysAreAskedFor() async throws {
    let keys = try APIKeys("# ours\nsecret-one\n\n  secret-two  \n", source: "keys")
    try await withServer(FakeService(), { $0.keys = keys }) { client, _ in
      let without = try await client.get("/v1/models")
      #expect(without.status == 401)
      #expect(try without.error().code == "invalid_api_key")
      #expect(without.headers["www-authenticate"] == "Bearer")
      for wrong in ["Bearer secret-on", "Bearer secret-one1", "secret-one", "Bearer ", "Basic secret-one"] {
        #expect(try await client.send("GET", "/v1/models", headers: ["Authorization: \(wrong)"]).status == 401)
      }
      for right in ["Bearer secret-one", "bearer secret-two"] {
        #expect(try await client.send("GET", "/v1/models", headers: ["Authorization: \(right)"]).status == 200)
      }
      #expect(try await client.get("/health").status == 200)
      #expect(try await client.get("/metrics").status == 200)
    }
    #expect("\(keys)" == "2 keys, hidden")
    #expect(!String(reflecting: keys).contains("secret"))
  }

  @Test func keysThatAreNoneAreRefused() {
    #expect(throws: APIKeys.KeyError.none(source: "f")) { try APIKeys("\n# only a comment\n", source: "f") }
    #expect(throws: APIKeys.KeyError.unusable(source: "f", line: 2)) { try APIKeys("good\nnot good\n", source: "f") }
  }

  @Test func aConnectionIsUsedAgain() async throws {
    try await withServer(FakeService()) { client, _ in
      let socket = try await Socket(port: client.port)
      defer { socket.close() }
      var reader = AnswerReader(socket)
      let chat = #"{"model":"fake","messages":[{"role":"user","content":"one two"}]}"#
      for _ in 0..<3 {
        try await socket.send(Client.request("POST", "/v1/chat/completions", chat))
        #expect(try await reader.whole().status == 200)
      }
      // Two at once: the second is answered after the first.
      let two = Client.request("GET", "/health") + Client.request("GET", "/v1/models")
      try await socket.send(two)
      #expect(try await reader.whole().text.contains("ok"))
      #expect(try await reader.whole().text.contains("fake"))
    }
  }
}
