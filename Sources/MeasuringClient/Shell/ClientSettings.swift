/// How a client speaks to its endpoint.
public struct ClientSettings: Sendable {
  public var endpoint: Endpoint
  /// The key, and the header in which it is sent.
  public var key: Secret?
  public var keyHeader = KeyHeader.bearer
  /// Further headers of every request. ``MeasuringClient/init(_:)`` refuses those that cannot be.
  public var headers: [(name: String, value: String)] = []
  /// Whose certificates are believed where the endpoint is encrypted.
  public var trust = CertificateTrust.system
  /// The time a whole attempt may take.
  public var requestTimeout: Duration = .seconds(600)
  /// The time until there is a connection, its TLS handshake included.
  public var connectTimeout: Duration = .seconds(10)
  public var retries = RetryPolicy.never
  /// Connections at the same time; a request that finds none waits for one, which shows as send lateness.
  public var maximumConnections = 16_384
  /// Whether observations keep the answer's text.
  public var keepsText = false
  /// Counts tokens where the server does not say its usage.
  public var tokenizer: (@Sendable (String) -> Int)?

  public init(endpoint: Endpoint) { self.endpoint = endpoint }
}
