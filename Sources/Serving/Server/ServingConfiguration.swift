/// How the server listens and what it allows.
public struct ServingConfiguration: Sendable {
  /// The address to listen on. Only this machine reaches the default.
  public var host = "127.0.0.1"
  /// 0 takes a free port.
  public var port = 8080
  /// Keys of which a request has to bring one (`Authorization: Bearer KEY`); empty asks for none.
  public var keys = APIKeys()
  /// Bytes of a request's body at most.
  public var maximumBodyBytes = 4 << 20
  /// Bytes of a request's head at most.
  public var maximumHeadBytes = 32 << 10
  /// Connections at the same time; more wait to be accepted.
  public var maximumConnections = 1024
  /// How long a connection may take to say what it wants, and how long it may stay open with nothing to do.
  public var idleTimeout: Duration = .seconds(75)
  /// How long a request's body may take to arrive.
  public var bodyTimeout: Duration = .seconds(30)
  /// How long a request may take altogether.
  public var requestTimeout: Duration = .seconds(600)
  /// How long a client may take to read an answer that was cut short before its connection is closed.
  public var farewell: Duration = .seconds(5)
  /// How long running requests may go on once the server ends.
  public var shutdownGrace: Duration = .seconds(30)
  /// Whether SIGTERM and SIGINT end the server.
  public var handlesSignals = true
  /// Whether each request leaves a line on standard error, without anything of its contents.
  public var logsRequests = true

  public init() {}
}
