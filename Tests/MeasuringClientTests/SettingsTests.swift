import OpenAIWire
import Testing

@testable import MeasuringClient

@Suite struct SettingsTests {
  @Test func endpointsAreRead() throws {
    let plain = try Endpoint("http://127.0.0.1:8080/v1/")
    #expect(plain.host == "127.0.0.1" && plain.port == 8080 && plain.path == "/v1" && !plain.isSecure)
    #expect(plain.description == "http://127.0.0.1:8080/v1")
    #expect(try Endpoint("https://api.example.com/v1").port == 443)
    #expect(try Endpoint("http://[::1]:9/v1").host == "::1")
    #expect(try Endpoint("http://[::1]:9/v1").description == "http://[::1]:9/v1")
    #expect(try Endpoint("http://host").path == "")
  }

  @Test(arguments: [
    "", "host:80", "ftp://host/v1", "http://", "http:///v1", "http://host:0/v1", "http://host:99999",
    "http://h/v1?key=1",
    "http://user:hunter2@host/v1", "not an address",
  ])
  func whatIsNoEndpoint(_ text: String) {
    #expect { try Endpoint(text) } throws: { error in
      error is ClientError && !"\(error)".contains("hunter2")
    }
  }

  @Test func keysAreNeverShown() throws {
    let key = try Secret("correct-horse-battery", source: "test")
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\(Optional(key) as Any)"] {
      #expect(!text.contains("horse"), "\(text)")
    }
    #expect(key.redacting("wrong key correct-horse-battery!") == "wrong key [redacted]!")
    #expect(key.redacting("nothing") == "nothing")
    #expect(key.authorization == "Bearer correct-horse-battery")
    for wrong in ["", "a b", "a\r\nX: y", "é"] {
      #expect(throws: ClientError.self) { try Secret(wrong, source: "test") }
    }
    #expect(throws: ClientError.self) { try Secret(environment: "EFFICIENTLLM_NO_SUCH_KEY") }
    #expect(throws: ClientError.self) { try Secret(file: "/nowhere/key") }
  }

  @Test func objectives() throws {
    let objective = try ServiceObjective("ttft<=500ms, tpot <= 50ms,latency<2s,itl<=200us")
    #expect(objective.bounds.map(\.figure) == [.ttft, .tpot, .latency, .itl])
    #expect(objective.bounds.map(\.nanoseconds) == [500e6, 50e6, 2e9, 200e3])
    for wrong in [
      "", "ttft", "ttft<=", "ttft<=5", "speed<=5ms", "ttft<=5ms,ttft<=6ms", "ttft<=-5ms", "ttft<=nanms", "ttft<=5ms,",
    ] {
      #expect(throws: ClientError.self, "\(wrong)") { try ServiceObjective(wrong) }
    }
  }

  @Test func retriesWaitAsTheServerSays() {
    var policy = RetryPolicy(maximumAttempts: 3)
    policy.firstDelay = .seconds(1)
    policy.longestDelay = .seconds(10)
    #expect(policy.delay(after: .status(429, retryAfterSeconds: 7, message: ""), attempts: 1) == .seconds(7))
    #expect(policy.delay(after: .status(429, retryAfterSeconds: 11, message: ""), attempts: 1) == nil)
    #expect(policy.delay(after: .status(503, retryAfterSeconds: nil, message: ""), attempts: 2) == .seconds(2))
    #expect(policy.delay(after: .status(400, retryAfterSeconds: nil, message: ""), attempts: 1) == nil)
    #expect(policy.delay(after: .reset(afterChunks: 3), attempts: 1) == .seconds(1))
    #expect(policy.delay(after: .reset(afterChunks: 3), attempts: 3) == nil)
    #expect(policy.delay(after: .cancelled, attempts: 1) == nil)
    #expect(RetryPolicy.never.delay(after: .reset(afterChunks: 0), attempts: 1) == nil)
    policy.maximumAttempts = 1000
    #expect(policy.delay(after: .truncated(afterChunks: 0), attempts: 999) == .seconds(10))
  }

  @Test func requestsAskForWhatTheyNeed() throws {
    let request = MeasuredRequest.prompt("Why?", model: "m", maximumTokens: 7)
    let read = try ChatCompletionRequest(JSONField(JSONReader.value(of: request.body)))
    #expect(read.options.streams && read.options.includesUsage && read.options.maximumTokens == 7)
    #expect(read.messages.first?.content == "Why?")
    #expect(request.path == "/chat/completions" && request.streams)
    let whole = MeasuredRequest.prompt("Why?", model: "m", maximumTokens: nil, streams: false)
    #expect(!whole.streams)
    #expect(try !ChatCompletionRequest(JSONField(JSONReader.value(of: whole.body))).options.streams)
    let plain = MeasuredRequest(CompletionRequest(model: "m", prompts: [.text("x")]))
    #expect(plain.path == "/completions" && !plain.streams)
  }

  @Test func extraHeadersAreChecked() throws {
    var settings = ClientSettings(endpoint: try Endpoint("http://127.0.0.1:1/v1"))
    settings.headers = [("x-tenant", "a b"), ("OpenAI-Organization", "org")]
    try RequestHeaders.check(settings)
    for wrong in [
      ("", "a"), ("a b", "c"), ("a:", "c"), ("x\r\ny", "c"), ("é", "c"), ("x-a", "b\r\nx: y"), ("x-a", "b\nc"),
      ("x-a", "é"), ("x-a", "\0"), ("Host", "other"), ("content-length", "0"), ("Transfer-Encoding", "chunked"),
      ("X-Request-Id", "mine"), ("Authorization", "Bearer hunter2"), ("X-Api-Key", "hunter2"),
      ("x-a", String(repeating: "a", count: 8193)),
    ] {
      settings.headers = [wrong]
      #expect {
        try RequestHeaders.check(settings)
      } throws: { error in
        error is ClientError && !"\(error)".contains("hunter2") && !"\(error)".contains("\r")
      }
    }
    settings.headers = [("subscription-key", "a")]
    settings.keyHeader = .named("Subscription-Key")
    #expect(throws: ClientError.self) { try RequestHeaders.check(settings) }
    settings.headers = []
    try RequestHeaders.check(settings)
    settings.keyHeader = .named("host")
    #expect(throws: ClientError.self) { try RequestHeaders.check(settings) }
  }
}
