import Measures
import MockEndpoint
import Synchronization
import Testing

@testable import MeasuringClient

/// Nothing is lost and nothing is counted twice, whatever goes wrong.
@Suite struct ConservationTests {
  private actor Kept {
    private(set) var observations: [Observation] = []
    func add(_ observation: Observation) { observations.append(observation) }
  }

  private let request = MeasuredRequest.prompt("Why?", model: "mock", maximumTokens: nil)

  private func settings(_ port: Int, _ change: (inout ClientSettings) -> Void = { _ in }) throws -> ClientSettings {
    var settings = ClientSettings(endpoint: try Endpoint("http://127.0.0.1:\(port)/v1"))
    settings.requestTimeout = .seconds(30)
    settings.retries.firstDelay = .milliseconds(1)
    settings.retries.longestDelay = .milliseconds(4)
    change(&settings)
    return settings
  }

  /// Runs a load and holds report, observations and the mock's own records against each other.
  private func conserves(_ behaviour: MockBehaviour, _ plan: LoadPlan, attempts: Int, connections: Int) async throws {
    let mock = try await MockEndpoint.start(behaviour)
    let client = try MeasuringClient(
      settings(mock.port) {
        $0.retries.maximumAttempts = attempts
        $0.maximumConnections = connections
      })
    let kept = Kept()
    let report = try await client.run(plan, requests: { _ in request }, each: { await kept.add($0) })
    await client.shutdown()
    let observations = await kept.observations
    let records = await mock.records()
    await mock.stop()
    let total = plan.requests ?? 0
    #expect(observations.count == total)
    #expect(Set(observations.map(\.index)) == Set(0..<total))
    #expect(Set(observations.map(\.identifier)).count == total)
    let counted = observations.filter { !$0.isWarmup }
    #expect(report.requests == counted.count && report.warmupRequests == total - counted.count && report.cancelled == 0)
    #expect(report.succeeded == counted.count(where: \.succeeded))
    #expect(report.succeeded + report.failures.values.reduce(0, +) == report.requests)
    #expect(report.retries == counted.map(\.retries).reduce(0, +))
    #expect(report.retriedFailures.values.reduce(0, +) == report.retries)
    // Each attempt that was sent is a record of the mock's, of the fate that it was given.
    let fates = Dictionary(grouping: records, by: \.identifier).mapValues {
      $0.sorted { $0.number < $1.number }.map(\.fate)
    }
    for observation in observations {
      // One that a connection lost before anything came back is sent again at once, whatever the policy.
      let isStale = observation.attempts.contains {
        $0.reusedConnection && $0.firstByte == nil && $0.failure == .reset(afterChunks: 0)
      }
      #expect(observation.attempts.count <= attempts + (isStale ? 1 : 0) && !observation.attempts.isEmpty)
      #expect(observation.attempts.dropLast().allSatisfy { $0.failure != nil })
      #expect(observation.succeeded != (observation.failure != nil))
      let names = observation.attempts.map { $0.failure?.kind ?? "served" }
      #expect(names == (fates[observation.identifier] ?? []).map(Self.name), "\(observation.identifier)")
    }
  }

  private static func name(_ fate: MockScript.Fate) -> String {
    switch fate {
    case .served: "served"
    case .error: "status_500"
    case .rateLimited: "status_429"
    case .reset: "reset"
    case .truncated: "truncated"
    case .malformed: "malformed_chunk"
    case .errorEvent: "server_error_event"
    }
  }

  /// Faults, sizes and shapes drawn from a seed.
  @Test(arguments: 0..<12) func countsAreConservedUnderAnyFaults(_ seed: Int) async throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    var behaviour = MockBehaviour()
    behaviour.seed = UInt64(seed)
    behaviour.timeToFirstToken = .uniform(0...3)
    behaviour.interTokenLatency = .uniform(0...1)
    behaviour.tokens = .uniform(1...12)
    behaviour.tokensPerWrite = 1 + generator.index(below: 3)
    behaviour.retryAfterSeconds = 0
    let rates: [WritableKeyPath<MockBehaviour, Double>] = [
      \.errorRate, \.rateLimitRate, \.resetRate, \.truncationRate, \.malformedRate, \.errorEventRate,
    ]
    for rate in rates where generator.unit() < 0.6 { behaviour[keyPath: rate] = 0.16 * generator.unit() }
    if generator.unit() < 0.3 { behaviour.readDelay = 1 }
    let shapes: [LoadShape] = [
      .closed(concurrency: 1 + generator.index(below: 20)), .poisson(rate: 1500), .burst(rate: 1500, size: 15),
      .constant(rate: 1500),
    ]
    var plan = LoadPlan(shape: shapes[generator.index(below: shapes.count)])
    plan.requests = 60
    plan.warmup = .requests(generator.index(below: 10))
    plan.seed = UInt64(seed)
    try await conserves(
      behaviour, plan, attempts: 1 + generator.index(below: 4), connections: [2, 7, 1000][generator.index(below: 3)])
  }

  @Test func aServerSaysWhenToComeAgain() async throws {
    var behaviour = MockBehaviour()
    behaviour.rateLimitRate = 1
    behaviour.retryAfterSeconds = 1
    let mock = try await MockEndpoint.start(behaviour)
    let patient = try MeasuringClient(
      settings(mock.port) {
        $0.retries.maximumAttempts = 2
        $0.retries.longestDelay = .seconds(60)
      })
    let observation = await patient.send(request)
    #expect(observation.attempts.count == 2 && observation.failure?.kind == "status_429")
    #expect(observation.attempts[1].began >= (observation.attempts[0].end ?? .max) + 1_000_000_000)
    await patient.shutdown()
    // Who is told to wait longer than it would gives up, and does not come too early.
    let hasty = try MeasuringClient(settings(mock.port) { $0.retries.maximumAttempts = 5 })
    let given = await hasty.send(request)
    #expect(given.attempts.count == 1 && given.failure?.kind == "status_429")
    await hasty.shutdown()
    await mock.stop()
  }

  @Test func anEndpointThatComesBack() async throws {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(1)
    behaviour.interTokenLatency = .fixed(0)
    let first = try await MockEndpoint.start(behaviour)
    let port = first.port
    let client = try MeasuringClient(settings(port) { $0.retries.maximumAttempts = 100_000 })
    #expect(await client.send(request).succeeded)
    await first.stop()
    // The connection that was kept is gone, and nobody listens.
    let request = request
    let waiting = Task { await client.send(request) }
    try await Task.sleep(for: .milliseconds(60))
    let second = try await MockEndpoint.start(behaviour, port: port)
    let observation = await waiting.value
    #expect(observation.succeeded, "\(observation.failure as Any)")
    #expect(observation.attempts.dropLast().allSatisfy { ["connect", "reset"].contains($0.failure?.kind) })
    #expect(await second.records().map(\.identifier) == [observation.identifier])
    await client.shutdown()
    await second.stop()
  }

  @Test func anEndpointThatStaysDown() async throws {
    let mock = try await MockEndpoint.start(MockBehaviour())
    let port = mock.port
    await mock.stop()
    let client = try MeasuringClient(settings(port) { $0.retries.maximumAttempts = 3 })
    var plan = LoadPlan(shape: .burst(rate: 1000, size: 20))
    plan.requests = 20
    let report = try await client.run(plan, requests: { _ in request })
    #expect(report.requests == 20 && report.failures == ["connect": 20] && report.retriedFailures == ["connect": 40])
    await client.shutdown()
  }

  /// Where whoever stores answers is slow, requests wait: what is lost by a kill is no more than the places of the loop.
  @Test func aSlowReaderIsWaitedFor() async throws {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(0)
    behaviour.tokens = .fixed(1)
    let mock = try await MockEndpoint.start(behaviour)
    let client = try MeasuringClient(settings(mock.port))
    var plan = LoadPlan(shape: .closed(concurrency: 3))
    plan.requests = 30
    plan.awaitsReader = true
    let counts = Mutex<(launched: Int, taken: Int, most: Int)>((0, 0, 0))
    let request = request
    let report = try await client.run(
      plan,
      requests: { _ in
        counts.withLock {
          $0.launched += 1
          $0.most = max($0.most, $0.launched - $0.taken)
        }
        return request
      },
      each: { _ in
        try? await Task.sleep(for: .milliseconds(3))
        counts.withLock { $0.taken += 1 }
      })
    #expect(report.succeeded == 30)
    #expect(counts.withLock { $0.taken == 30 && $0.launched == 30 && $0.most <= 3 })
    // Without a reader there is nobody to wait for.
    #expect(try await client.run(plan, requests: { _ in request }).succeeded == 30)
    await client.shutdown()
    await mock.stop()
  }

  @Test func anAnswerWithoutEnd() async throws {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(0)
    behaviour.interTokenLatency = .fixed(1)
    behaviour.tokens = .fixed(100_000)
    let mock = try await MockEndpoint.start(behaviour)
    let client = try MeasuringClient(settings(mock.port) { $0.requestTimeout = .seconds(4) })
    let observation = await client.send(request)
    #expect(observation.failure == .timeout(seconds: 4) && observation.attempts.count == 1)
    // What came is kept.
    #expect(observation.final?.status == 200 && !observation.succeeded && observation.latency == nil)
    await client.shutdown()
    await mock.stop()
    // Nor is an answer taken that is larger than any can be.
    let chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"\(String(repeating: "x", count: 60_000))\"}}]}\n\n"
    let server = try await ScriptedServer { _, _ in
      let body = String(repeating: chunk, count: StreamReader.longestBody / 60_000 + 1)
      return .init("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\(body)", closes: true)
    }
    let bounded = try MeasuringClient(settings(server.port))
    #expect(await bounded.send(request).failure == .tooLarge(limit: StreamReader.longestBody))
    await bounded.shutdown()
    await server.stop()
  }

  /// Answers of all kinds, cut off at every place: each ends as one observation, and only a whole one succeeds.
  @Test func answersThatAreCutOff() async throws {
    let events = [
      #"data: {"choices":[{"index":0,"delta":{"content":"a"}}]}"#,
      #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "data: [DONE]",
    ]
    let body = events.map { "\($0)\n\n" }.joined()
    let whole =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
      + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
    let count = whole.utf8.count
    let server = try await ScriptedServer { number, _ in
      .init(String(decoding: Array(whole.utf8)[..<min(number, count)], as: UTF8.self), closes: true)
    }
    let client = try MeasuringClient(settings(server.port))
    var endings: [String] = []
    for _ in 0...count { endings.append(await client.send(request).failure?.kind ?? "served") }
    await client.shutdown()
    await server.stop()
    #expect(Set(endings) == ["reset", "truncated", "served"])
    // Once [DONE] has come, the rest is form.
    let done = try #require(whole.firstRange(of: "[DONE]\n"))
    let place = whole.utf8.distance(from: whole.startIndex, to: done.upperBound)
    for (cut, ending) in endings.enumerated() { #expect((ending == "served") == (cut > place), "\(cut): \(ending)") }
  }

  @Test func whatNobodyAskedForEndsTheConnection() async throws {
    let answer = ScriptedServer.Answer.document(#"{"choices":[{"message":{"content":"x"}}]}"#)
    let server = try await ScriptedServer { _, _ in
      var twice = answer
      twice.bytes += answer.bytes
      return twice
    }
    let client = try MeasuringClient(settings(server.port))
    for _ in 0..<5 {
      let observation = await client.send(.prompt("Why?", model: "m", maximumTokens: 1, streams: false))
      #expect(observation.succeeded && observation.final?.reusedConnection == false, "\(observation.failure as Any)")
    }
    await client.shutdown()
    await server.stop()
  }
}
