import MockEndpoint
import Testing

@testable import MeasuringClient

/// Servers that close a connection after an answer without having said so: the next request must not pay for it.
@Suite struct StaleConnectionTests {
  private let request = MeasuredRequest.prompt("Why?", model: "mock", maximumTokens: nil)

  private func observations(retries: Int, count: Int) async throws -> [Observation] {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(1)
    behaviour.interTokenLatency = .fixed(0)
    behaviour.tokens = .fixed(3)
    behaviour.closesAfterAnswer = true
    let mock = try await MockEndpoint.start(behaviour)
    var settings = ClientSettings(endpoint: try Endpoint("http://127.0.0.1:\(mock.port)/v1"))
    settings.retries = RetryPolicy(maximumAttempts: retries + 1)
    // Whoever waited for the policy's delay would wait for the test's limit.
    settings.retries.firstDelay = .seconds(3600)
    settings.retries.longestDelay = .seconds(3600)
    let client = try MeasuringClient(settings)
    var found: [Observation] = []
    for _ in 0..<count { found.append(await client.send(request)) }
    await client.shutdown()
    #expect(await mock.records().count == count)
    await mock.stop()
    return found
  }

  @Test(arguments: [0, 3])
  func theRequestIsSentAgainAtOnce(_ retries: Int) async throws {
    let found = try await observations(retries: retries, count: 20)
    #expect(found.filter { !$0.succeeded }.isEmpty)
    for observation in found where observation.attempts.count > 1 {
      #expect(observation.attempts.count == 2)
      #expect(observation.attempts[0].failure == .reset(afterChunks: 0) && observation.attempts[0].reusedConnection)
      #expect(!observation.attempts[1].reusedConnection)
    }
  }
}
