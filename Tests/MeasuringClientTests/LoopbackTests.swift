import MockEndpoint
import OpenAIWire
import Testing

@testable import MeasuringClient

/// The client against the mock over loopback: what is counted and in which order, never how long it took.
@Suite struct LoopbackTests {
  private func behaviour(_ change: (inout MockBehaviour) -> Void = { _ in }) -> MockBehaviour {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(3)
    behaviour.interTokenLatency = .fixed(1)
    behaviour.tokens = .fixed(5)
    change(&behaviour)
    return behaviour
  }

  private func with<Result>(
    _ behaviour: MockBehaviour, settings change: (inout ClientSettings) -> Void = { _ in },
    _ body: (MeasuringClient, MockEndpoint) async throws -> Result
  ) async throws -> Result {
    let mock = try await MockEndpoint.start(behaviour)
    var settings = ClientSettings(endpoint: try Endpoint("http://127.0.0.1:\(mock.port)/v1"))
    settings.requestTimeout = .seconds(60)
    settings.retries.firstDelay = .milliseconds(1)
    change(&settings)
    let client = try MeasuringClient(settings)
    let result: Result
    do {
      result = try await body(client, mock)
    } catch {
      await client.shutdown()
      await mock.stop()
      throw error
    }
    await client.shutdown()
    await mock.stop()
    return result
  }

  private let request = MeasuredRequest.prompt("Why?", model: "mock", maximumTokens: nil)

  @Test func aStreamIsStampedAfterTheMockWroteIt() async throws {
    try await with(behaviour(), settings: { $0.keepsText = true }) { client, mock in
      let observation = await client.send(request)
      #expect(observation.succeeded, "\(observation.failure as Any)")
      let attempt = try #require(observation.final)
      #expect(attempt.arrivals.count == 5)
      #expect(observation.text == " token token token token token")
      #expect(observation.completionTokens == 5 && observation.tokenSource == .usage)
      #expect(observation.finishReason == "length")
      let record = try #require(await mock.records().first)
      #expect(record.identifier == observation.identifier)
      #expect(record.tokens.count == 5)
      let sent = try #require(attempt.sent)
      #expect(observation.scheduled <= attempt.began && attempt.began <= (attempt.connected ?? 0))
      #expect((attempt.connected ?? .max) <= sent && sent <= record.received)
      // Two clocks were read apart, by up to 2 microseconds.
      if let arrived = record.arrived { #expect(sent <= arrived + 2_000 && arrived <= record.received) }
      for (written, read) in zip(record.tokens, attempt.arrivals) { #expect(written <= read) }
      #expect(attempt.arrivals == attempt.arrivals.sorted())
      #expect((attempt.firstByte ?? .max) <= attempt.arrivals[0] && (attempt.end ?? 0) >= attempt.arrivals[4])
    }
  }

  @Test func connectionsAreReused() async throws {
    try await with(behaviour()) { client, mock in
      let first = await client.send(request)
      let second = await client.send(request)
      #expect(first.final?.reusedConnection == false)
      #expect(second.final?.reusedConnection == true)
      #expect(await mock.records().map(\.number) == [0, 1])
    }
  }

  @Test func completionsAndWholeAnswers() async throws {
    try await with(behaviour(), settings: { $0.keepsText = true }) { client, _ in
      var options = GenerationOptions()
      options.streams = true
      options.maximumTokens = 3
      let stream = await client.send(
        MeasuredRequest(CompletionRequest(model: "mock", prompts: [.text("a")], options: options)))
      #expect(stream.final?.arrivals.count == 3 && stream.text == " token token token")
      options.streams = false
      let whole = await client.send(
        MeasuredRequest(CompletionRequest(model: "mock", prompts: [.text("a")], options: options)))
      #expect(whole.succeeded && whole.completionTokens == 3 && whole.text == " token token token")
      #expect(whole.timeToFirstToken == nil && whole.latency != nil)
      let chat = await client.send(.prompt("b", model: "mock", maximumTokens: 2, streams: false))
      #expect(chat.text == " token token")
    }
  }

  @Test func tokensThatShareAReadAreMarked() async throws {
    try await with(behaviour { $0.tokensPerWrite = 5 }) { client, _ in
      let attempt = try #require(await client.send(request).final)
      #expect(attempt.arrivals.count == 5)
      #expect(attempt.sharedStamps == attempt.arrivals.count - Set(attempt.arrivals).count)
      #expect(attempt.sharedStamps > 0)
    }
  }

  @Test func everyFaultHasItsName() async throws {
    let faults: [(WritableKeyPath<MockBehaviour, Double>, [String])] = [
      (\.errorRate, ["status_500"]), (\.rateLimitRate, ["status_429"]), (\.resetRate, ["reset"]),
      (\.truncationRate, ["truncated"]), (\.malformedRate, ["malformed_chunk"]),
      (\.errorEventRate, ["server_error_event"]),
    ]
    for (rate, kinds) in faults {
      try await with(behaviour { $0[keyPath: rate] = 1 }) { client, mock in
        for _ in 0..<4 {
          let observation = await client.send(request)
          let kind = try #require(observation.failure?.kind)
          #expect(kinds.contains(kind), "\(kind)")
          #expect(!observation.succeeded && observation.attempts.count == 1)
        }
        #expect(await mock.records().count == 4)
      }
    }
  }

  @Test func retriesAreCountedAndWaitAsTold() async throws {
    try await with(
      behaviour {
        $0.rateLimitRate = 1; $0.retryAfterSeconds = 0
      },
      settings: {
        $0.retries.maximumAttempts = 4
      }
    ) { client, mock in
      let observation = await client.send(request)
      #expect(observation.attempts.count == 4 && observation.retries == 3)
      #expect(
        observation.attempts.allSatisfy {
          $0.failure == .status(429, retryAfterSeconds: 0, message: "too many requests")
        })
      #expect(await mock.records().map(\.identifier) == Array(repeating: observation.identifier, count: 4))
    }
    // Half of the requests fail somehow: with enough attempts all succeed, and every attempt has been at the mock.
    try await with(
      behaviour {
        $0.resetRate = 0.25; $0.malformedRate = 0.25; $0.seed = 5
      },
      settings: {
        $0.retries.maximumAttempts = 40
      }
    ) { client, mock in
      var plan = LoadPlan(shape: .closed(concurrency: 8))
      plan.requests = 40
      let report = try await client.run(plan, requests: { _ in request })
      #expect(report.succeeded == 40 && report.failures.isEmpty)
      #expect(report.retries > 0)
      #expect(report.retriedFailures.values.reduce(0, +) == report.retries)
      #expect(await mock.records().count == 40 + report.retries)
    }
  }

  @Test func anEndpointThatIsDown() async throws {
    let mock = try await MockEndpoint.start(behaviour())
    let port = mock.port
    await mock.stop()
    let client = try MeasuringClient(ClientSettings(endpoint: Endpoint("http://127.0.0.1:\(port)/v1")))
    let observation = await client.send(request)
    #expect(observation.failure?.kind == "connect")
    #expect(observation.final?.sent == nil && observation.final?.connected == nil)
    await client.shutdown()
  }

  @Test func answersThatTakeTooLong() async throws {
    try await with(
      behaviour { $0.timeToFirstToken = .fixed(60_000) }, settings: { $0.requestTimeout = .milliseconds(30) }
    ) {
      client, _ in
      let observation = await client.send(request)
      #expect(observation.failure == .timeout(seconds: 0.03))
    }
  }

  @Test func cancellingEndsTheRequest() async throws {
    try await with(behaviour { $0.timeToFirstToken = .fixed(60_000) }) { client, _ in
      let request = request
      let task = Task { await client.send(request) }
      task.cancel()
      #expect(await task.value.failure == .cancelled)
    }
  }

  @Test func slowReadersAreWaitedFor() async throws {
    try await with(behaviour { $0.readDelay = 2 }) { client, _ in
      let long = MeasuredRequest.prompt(String(repeating: "why ", count: 20_000), model: "mock", maximumTokens: 2)
      #expect(await client.send(long).succeeded)
    }
  }

  @Test func keysGoNowhereButToTheServer() async throws {
    let secret = "correct-horse-battery"
    let key = try Secret(secret, source: "test")
    try await with(behaviour { $0.errorRate = 0.5 }, settings: { $0.key = key }) { client, _ in
      var plan = LoadPlan(shape: .closed(concurrency: 4))
      plan.requests = 12
      let lines = Lines()
      let report = try await client.run(plan, requests: { _ in request }, each: { await lines.add($0) })
      let texts = await lines.texts
      #expect(texts.count == 12)
      #expect(!texts.joined().contains(secret) && !"\(report)".contains(secret))
    }
  }

  private actor Lines {
    private(set) var texts: [String] = []
    private(set) var observations: [Observation] = []
    func add(_ observation: Observation) {
      observations.append(observation)
      texts.append(observation.json.text)
    }
  }

  @Test(arguments: [
    LoadShape.closed(concurrency: 7), .constant(rate: 2000), .poisson(rate: 2000), .burst(rate: 2000, size: 10),
    .ramp(from: 500, to: 3000, seconds: 10), .trace((0..<60).map { TraceEntry(nanoseconds: UInt64($0) * 500_000) }),
  ])
  func everyShapeSendsEveryRequestOnce(_ shape: LoadShape) async throws {
    try await with(behaviour()) { client, mock in
      var plan = LoadPlan(shape: shape)
      plan.requests = 60
      plan.warmup = .requests(10)
      plan.seed = 3
      let lines = Lines()
      let report = try await client.run(plan, requests: { _ in request }, each: { await lines.add($0) })
      #expect(report.requests == 50 && report.warmupRequests == 10 && report.succeeded == 50)
      #expect(report.completionTokens == 250 && report.tokenSources == ["usage": 50])
      let observations = await lines.observations
      #expect(Set(observations.map(\.index)) == Set(0..<60))
      #expect(observations.filter(\.isWarmup).allSatisfy { $0.index < 10 })
      let records = Dictionary(uniqueKeysWithValues: await mock.records().map { ($0.identifier, $0) })
      #expect(records.count == 60)
      for observation in observations {
        let record = try #require(records[observation.identifier])
        let attempt = try #require(observation.final)
        #expect((attempt.sent ?? .max) <= record.received)
        #expect(attempt.arrivals.count == record.tokens.count)
        #expect(zip(record.tokens, attempt.arrivals).allSatisfy { $0 <= $1 })
        if shape.isOpen { #expect(attempt.began >= observation.scheduled) }
      }
    }
  }

  @Test func aRunCanBeEndedEarly() async throws {
    try await with(behaviour { $0.timeToFirstToken = .fixed(60_000) }) { client, _ in
      var plan = LoadPlan(shape: .closed(concurrency: 5))
      plan.seconds = 600
      let stopping = Task {
        while await (client.progress()?.underWay ?? 0) < 5 { await Task.yield() }
        client.stop()
      }
      let report = try await client.run(plan, requests: { _ in request })
      await stopping.value
      #expect(report.wasInterrupted && report.requests == 0 && report.cancelled == 5)
    }
  }

  @Test func connectionsAreBounded() async throws {
    try await with(behaviour(), settings: { $0.maximumConnections = 3 }) { client, mock in
      var plan = LoadPlan(shape: .burst(rate: 1000, size: 30))
      plan.requests = 30
      let lines = Lines()
      let report = try await client.run(plan, requests: { _ in request }, each: { await lines.add($0) })
      #expect(report.succeeded == 30)
      #expect(await lines.observations.filter { $0.final?.reusedConnection == false }.count <= 3)
    }
  }

  @Test func aSerialServerServesInTurn() async throws {
    try await with(behaviour { $0.isSerial = true }) { client, mock in
      var plan = LoadPlan(shape: .burst(rate: 1000, size: 6))
      plan.requests = 6
      let report = try await client.run(plan, requests: { _ in request })
      #expect(report.succeeded == 6)
      let records = await mock.records().sorted { $0.began < $1.began }
      for (earlier, later) in zip(records, records.dropFirst()) { #expect((earlier.ended ?? .max) <= later.began) }
    }
  }

  @Test func latencyCountsFromTheSchedule() async throws {
    try await with(behaviour()) { client, mock in
      let earlier = MonotonicClock.now - 5_000_000_000
      let late = await client.send(request, scheduled: earlier, identifierPrefix: "row 7\r\n")
      #expect(late.scheduled == earlier && late.identifier == "row7-s0")
      #expect((late.latency ?? 0) >= 5_000_000_000)
      let due = MonotonicClock.now + 20_000_000
      let waited = await client.send(request, scheduled: due)
      #expect(waited.scheduled == due && (waited.final?.began ?? 0) >= due)
      #expect(await mock.records().map(\.identifier) == [late.identifier, waited.identifier])
      let endless = Task { await client.send(request, scheduled: .max) }
      endless.cancel()
      #expect(await endless.value.failure == .cancelled)
    }
  }

  @Test func theAnswerSaysWhoAnsweredAndWhatItUsed() async throws {
    try await with(behaviour()) { client, _ in
      let observation = await client.send(request)
      #expect(observation.answeredBy == "mock")
      #expect(observation.usage?.object?["completion_tokens"]?.integer == 5)
      #expect(observation.serviceTier == nil && observation.toolCalls.isEmpty)
    }
  }
}
