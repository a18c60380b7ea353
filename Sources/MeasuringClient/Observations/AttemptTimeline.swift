public import OpenAIWire

/// When what happened in one attempt, in nanoseconds of the machine's monotonic clock.
///
/// Each stamp is taken by the client: ``sent`` just before the request is handed to the kernel, those of what arrives
/// first thing when the kernel has handed the bytes over. So a time between `sent` and an arrival holds the network, the
/// server and what the client itself took to come round to reading.
public struct AttemptTimeline: Sendable, Hashable {
  /// When the attempt was begun: the first waits for its schedule, a further one for the policy's delay.
  public var began: UInt64
  /// When the server had taken the connection and the TLS handshake began; nil where nothing is encrypted, and where the
  /// connection had been there before.
  public var handshakeBegan: UInt64?
  /// When there was a connection to send on, its TLS handshake done; nil where none came about.
  public var connected: UInt64?
  /// Whether the connection had served a request before.
  public var reusedConnection = false
  public var sent: UInt64?
  /// The first bytes of the answer, whatever they say.
  public var firstByte: UInt64?
  /// Each chunk that brought content. Where a server sends a token a chunk these are the tokens' arrivals.
  public var arrivals: [UInt64] = []
  /// How many arrivals came in the same read as the one before them, and so share its stamp: their distance is unknown
  /// and stands as 0.
  public var sharedStamps = 0
  /// The end of the answer, or when the attempt failed.
  public var end: UInt64?
  /// The HTTP status.
  public var status: Int?
  public var failure: RequestFailure?
  /// Of an attempt that failed after the server had said it: what it used, which was paid for all the same. That of an answer
  /// is in the observation.
  public var usage: JSONValue?
  /// The model and the tier that such an attempt names.
  public var answeredBy: String?
  public var serviceTier: String?

  public init(began: UInt64) { self.began = began }
}
