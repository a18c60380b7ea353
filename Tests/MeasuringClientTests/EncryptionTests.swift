import Foundation
import MockEndpoint
import Testing

@testable import MeasuringClient

/// TLS over loopback, with an authority that each test makes for itself.
@Suite struct EncryptionTests {
  private let request = MeasuredRequest.prompt("Why?", model: "mock", maximumTokens: nil)

  /// Sends a request or more to an endpoint with a certificate.
  private func send(
    host: String = "localhost", certificate: MockCertificate?, trusting authority: TestAuthority?, times: Int = 1,
    change: (inout ClientSettings) -> Void = { _ in }
  ) async throws -> [Observation] {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .fixed(1)
    behaviour.interTokenLatency = .fixed(1)
    behaviour.tokens = .fixed(5)
    let mock = try await MockEndpoint.start(behaviour, certificate: certificate)
    var settings = ClientSettings(endpoint: try Endpoint("https://\(host):\(mock.port)/v1"))
    settings.keepsText = true
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pem")
    defer { try? FileManager.default.removeItem(at: file) }
    if let authority {
      try Data(authority.pem().utf8).write(to: file)
      settings.trust = .authorities(file: file.path)
    }
    change(&settings)
    let client = try MeasuringClient(settings)
    var observations: [Observation] = []
    for _ in 0..<times { observations.append(await client.send(request)) }
    await client.shutdown()
    await mock.stop()
    return observations
  }

  @Test(arguments: ["localhost", "127.0.0.1"]) func aTrustedEndpointIsSpokenTo(_ host: String) async throws {
    let authority = try TestAuthority()
    let certificate = try authority.endpoint(names: ["localhost"], addresses: true)
    let observations = try await send(host: host, certificate: certificate, trusting: authority, times: 2)
    for observation in observations {
      #expect(observation.succeeded, "\(observation.failure as Any)")
      #expect(observation.text == " token token token token token" && observation.final?.arrivals.count == 5)
    }
    let first = try #require(observations[0].final)
    let connected = try #require(first.connected)
    // The handshake is a part of connecting, and neither of sending nor of waiting.
    #expect(first.began <= (first.handshakeBegan ?? 0) && (first.handshakeBegan ?? .max) < connected)
    #expect(connected <= (first.sent ?? 0))
    #expect(observations[0].json.object?["attempts"]?.array?[0].object?["handshake_began_ns"]?.integer != nil)
    #expect(observations[1].final?.reusedConnection == true && observations[1].final?.handshakeBegan == nil)
  }

  /// The refusal, and that nothing was sent.
  private func refusal(_ observations: [Observation], kind: String = "certificate") throws -> String {
    let observation = try #require(observations.first)
    #expect(observation.failure?.kind == kind)
    let reason: String
    switch observation.failure {
    case .certificate(let said)? where kind == "certificate": reason = said
    case .connect(let said)? where kind == "connect": reason = said
    default:
      Issue.record("\(observation.failure as Any)")
      return ""
    }
    #expect(observation.final?.sent == nil && observation.final?.connected == nil)
    return reason
  }

  @Test func anUntrustedEndpointIsRefused() async throws {
    let authority = try TestAuthority()
    let certificate = try authority.endpoint(names: ["localhost"])
    for other in [nil, try TestAuthority()] {
      let reason = try refusal(await send(certificate: certificate, trusting: other))
      #expect(reason.contains("localhost") && reason.contains("--ca-file"), "\(reason)")
    }
    let expired = try authority.endpoint(names: ["localhost"], lasts: -3600)
    #expect(try refusal(await send(certificate: expired, trusting: authority)).contains("no longer valid"))
  }

  /// Whom nobody vouches for is not vouched for at the next try.
  @Test func anUntrustedEndpointIsNotTriedAgain() async throws {
    let certificate = try TestAuthority().endpoint(names: ["localhost"])
    let observations = try await send(certificate: certificate, trusting: nil) {
      $0.retries = RetryPolicy(maximumAttempts: 5)
      $0.retries.firstDelay = .milliseconds(1)
    }
    #expect(observations.first?.attempts.count == 1)
    #expect(try refusal(observations).contains("trust: {ca-file: PATH}"))
  }

  @Test func anotherHostsCertificateIsRefused() async throws {
    let authority = try TestAuthority()
    let certificate = try authority.endpoint(names: ["other.example"])
    for host in ["localhost", "127.0.0.1"] {
      let reason = try refusal(await send(host: host, certificate: certificate, trusting: authority))
      #expect(reason.contains("not for \(host)"), "\(reason)")
    }
  }

  @Test func whoIsAskedToTrustsAnyone() async throws {
    let certificate = try TestAuthority().endpoint(names: ["other.example"])
    let observations = try await send(certificate: certificate, trusting: nil) { $0.trust = .anyone }
    #expect(observations.first?.succeeded == true, "\(observations.first?.failure as Any)")
  }

  @Test func anEndpointWithoutEncryptionIsNamed() async throws {
    let reason = try refusal(await send(certificate: nil, trusting: nil), kind: "connect")
    #expect(reason.contains("http://"), "\(reason)")
  }

  @Test func filesThatHoldNoCertificates() throws {
    var settings = ClientSettings(endpoint: try Endpoint("https://localhost:1/v1"))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pem")
    defer { try? FileManager.default.removeItem(at: file) }
    for content in [nil, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
      if let content { try Data(content.utf8).write(to: file) }
      settings.trust = .authorities(file: file.path)
      #expect {
        try MeasuringClient(settings)
      } throws: { "\($0)".contains(file.lastPathComponent) }
    }
  }
}
