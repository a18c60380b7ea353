import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What a mock endpoint proves to be, where it speaks TLS.
public struct MockCertificate: Sendable {
  fileprivate let context: NIOSSLContext

  /// - Parameters:
  ///   - chain: certificates in PEM form, the endpoint's own first.
  ///   - key: its private key in PEM form.
  /// - Throws: what is wrong with them.
  public init(chain: [UInt8], key: [UInt8]) throws {
    let certificates = try NIOSSLCertificate.fromPEMBytes(chain).map(NIOSSLCertificateSource.certificate)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates, privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
    configuration.applicationProtocols = ["http/1.1"]
    context = try NIOSSLContext(configuration: configuration)
  }
}

/// A server with OpenAI's interface that generates nothing: it answers as it was dialled, and says what it really did and
/// when, to hold a client's clock against. One event loop, timers, and bytes made beforehand: light enough to be on time
/// beside the client it tests.
public final class MockEndpoint: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let service: MockService
  /// The port it listens on.
  public let port: Int

  private init(group: MultiThreadedEventLoopGroup, channel: any Channel, service: MockService, port: Int) {
    self.group = group
    self.channel = channel
    self.service = service
    self.port = port
  }

  /// Begins to listen.
  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - certificate: makes it speak TLS.
  /// - Throws: what the system says where it cannot listen there.
  public static func start(
    _ behaviour: MockBehaviour, host: String = "127.0.0.1", port: Int = 0, certificate: MockCertificate? = nil
  ) async throws -> MockEndpoint {
    precondition(behaviour.isValid, "a mock endpoint's rates are shares that come to at most 1")
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let service = MockService(behaviour: behaviour)
    do {
      let channel = try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 4096)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelOption(.autoRead, value: behaviour.readDelay == 0)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let arrivals = MockArrivals()
            try arrivals.install(on: channel)
            if let context = certificate?.context {
              try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            }
            try channel.pipeline.syncOperations.addHandler(
              ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
            try channel.pipeline.syncOperations.addHandler(MockConnection(service: service, arrivals: arrivals))
          }
        }
        .bind(host: host, port: port).get()
      return MockEndpoint(
        group: group, channel: channel, service: service, port: channel.localAddress?.port ?? port)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
  }

  /// What it has done so far: the requests that are over, in the order in which they ended.
  public func records() async -> [MockRecord] {
    let service = service
    return (try? await channel.eventLoop.submit { service.records }.get()) ?? []
  }

  /// Closes all connections and ends the thread.
  public func stop() async {
    try? await channel.close()
    try? await group.shutdownGracefully()
  }
}
