internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import OpenAIWire
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// The OpenAI-compatible door: HTTP/1.1 in front of an ``InferenceService``.
///
/// It runs once. SIGTERM and SIGINT, or ``shutdown()``, end it gracefully: no connection is accepted any more, running
/// requests may finish within the grace period, and what still runs then is cancelled.
public final class InferenceServer: Sendable {
  private let group: ServiceGroup
  private let configuration: ServingConfiguration
  private let hasListened = Flag()

  /// - Parameters:
  ///   - service: what answers.
  ///   - configuration: how to listen, and what is allowed.
  ///   - onReady: runs once the server listens, with its port.
  public init(
    service: any InferenceService, configuration: ServingConfiguration = ServingConfiguration(),
    onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    self.configuration = configuration
    let hasListened = hasListened
    var quiet = Logger(label: "server") { StreamLogHandler.standardError(label: $0) }
    quiet.logLevel = .critical
    var access: Logger?
    if configuration.logsRequests { access = Logger(label: "serve") { StreamLogHandler.standardError(label: $0) } }

    let active = ActiveRequests()
    let handler = RequestHandler(
      service: service, configuration: configuration, metrics: ServingMetrics(), active: active,
      log: AccessLog(logger: access))
    let idle = configuration.idleTimeout
    var channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionHandler(idleTimeout: idle)], idleTimeout: TimeAmount(idle))
    channel.httpDecoder = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: configuration.maximumHeadBytes, maxHeaderListSize: configuration.maximumHeadBytes,
      maxHeaderFieldCount: 100)
    let application = Application(
      responder: handler, server: .http1(configuration: channel),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "efficientllm",
        availableConnectionsDelegate: .maximum(configuration.maximumConnections, logger: quiet)),
      onServerRunning: { channel in
        hasListened.set()
        await onReady(channel.localAddress?.port ?? configuration.port)
      }, logger: quiet)

    // Services end in reverse order: the drain first, which takes no time, then the application, which waits for its
    // connections.
    var groupConfiguration = ServiceGroupConfiguration(
      services: [application, Drain(active: active, grace: configuration.shutdownGrace)],
      gracefulShutdownSignals: configuration.handlesSignals ? [.sigterm, .sigint] : [], logger: quiet)
    // The last resort, for a connection that neither reads nor closes.
    groupConfiguration.maximumGracefulShutdownDuration = configuration.shutdownGrace + configuration.farewell * 2
    group = ServiceGroup(configuration: groupConfiguration)
  }

  /// Serves until it is told to end.
  /// - Throws: ``ServingError``.
  public func run() async throws {
    do {
      try await group.run()
    } catch  where !hasListened.isSet {
      throw ServingError.cannotListen(host: configuration.host, port: configuration.port, reason: "\(error)")
    }
  }

  /// Ends the server as SIGTERM does; ``run()`` returns when it has ended.
  public func shutdown() async { await group.triggerGracefulShutdown() }
}

/// What keeps a server from serving.
public enum ServingError: Error, Hashable, Sendable, CustomStringConvertible {
  case cannotListen(host: String, port: Int, reason: String)

  public var description: String {
    switch self {
    case .cannotListen(let host, let port, let reason):
      "cannot listen on \(host), port \(port): \(reason). Choose another --port (0 takes a free one) or --host."
    }
  }
}

/// Something that happens once.
private final class Flag: Sendable {
  private let state = Mutex(false)
  var isSet: Bool { state.withLock { $0 } }
  func set() { state.withLock { $0 = true } }
}

/// Ends the requests when the server ends: new ones are refused at once, running ones have the grace period.
private struct Drain: Service {
  let active: ActiveRequests
  let grace: Duration

  func run() async throws {
    try? await gracefulShutdown()
    active.drain()
    let (active, grace) = (active, grace)
    Task.detached {
      try? await Task.sleep(for: grace)
      active.interruptAll(.shutdown)
    }
  }
}
