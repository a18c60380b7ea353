/// What an engine is doing and has done. Counts are since it started.
public struct EngineStatistics: Sendable, Hashable {
  public var running = 0
  public var waiting = 0
  /// Bytes that caches may take altogether.
  public var cacheBytesLimit = 0
  /// Bytes that the running sequences are reserved: what their longest answers need.
  public var cacheBytesReserved = 0
  /// Bytes that finished sequences keep for requests that begin alike.
  public var cacheBytesKept = 0
  public var keptCaches = 0
  /// Prompt tokens computed, those reused left out.
  public var promptTokensComputed = 0
  public var tokensGenerated = 0
  /// Requests that looked for a common prefix, and those that found one.
  public var prefixQueries = 0
  public var prefixHits = 0
  /// The same in tokens of their prompts.
  public var prefixQueriedTokens = 0
  public var prefixHitTokens = 0
  public var steps = 0
  public var finished: [FinishReason: Int] = [:]
  /// Requests that the model failed.
  public var requestsFailed = 0
  /// Requests that were refused: wrong, too large, or one too many in the queue.
  public var requestsRefused = 0

  public init() {}

  /// Bytes of the caches reserved or kept.
  public var cacheBytesUsed: Int { cacheBytesReserved + cacheBytesKept }
}
