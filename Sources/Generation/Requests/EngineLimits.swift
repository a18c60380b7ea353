/// How much an engine takes on.
public struct EngineLimits: Sendable, Hashable {
  /// Sequences that run at the same time.
  public var maximumSequences: Int
  /// Requests that wait at most; one more is refused with ``EngineError/queueFull(limit:)``.
  public var maximumQueued: Int
  /// Bytes of all caches together, running and kept. A request is admitted when the caches of its prompt and of its
  /// longest answer fit, so that a request that has started never runs out of memory.
  public var cacheBytes: Int
  /// Prompt tokens of one sequence in a step.
  public var prefillChunk: Int
  /// Tokens of a step, prompts' and answers' together. It bounds how long a step takes, and so how long a running answer
  /// waits for its next token while prompts are computed.
  public var maximumStepTokens: Int
  /// Bytes, of `cacheBytes`, that finished sequences may keep for requests that begin alike. 0 keeps nothing.
  public var prefixCacheBytes: Int
  /// Positions of a sequence, when fewer than the model's context are wanted; nil: the model's.
  public var contextLength: Int?

  public init(
    maximumSequences: Int = 32, maximumQueued: Int = 256, cacheBytes: Int, prefillChunk: Int = 512,
    maximumStepTokens: Int = 1024, prefixCacheBytes: Int? = nil, contextLength: Int? = nil
  ) {
    self.maximumSequences = maximumSequences
    self.maximumQueued = maximumQueued
    self.cacheBytes = cacheBytes
    self.prefillChunk = prefillChunk
    self.maximumStepTokens = maximumStepTokens
    self.prefixCacheBytes = prefixCacheBytes ?? cacheBytes / 2
    self.contextLength = contextLength
  }

  /// - Throws: ``EngineError/invalidLimit(name:value:allowed:)``.
  public func validate() throws(EngineError) {
    func check(_ name: String, _ value: Int, _ allowed: ClosedRange<Int>) throws(EngineError) {
      guard allowed.contains(value) else {
        throw .invalidLimit(name: name, value: value, allowed: "from \(allowed.lowerBound) to \(allowed.upperBound)")
      }
    }
    try check("number of running sequences", maximumSequences, 1...4096)
    try check("number of waiting requests", maximumQueued, 1...1_000_000)
    try check("cache bytes", cacheBytes, 1...(1 << 50))
    try check("prefill chunk", prefillChunk, 1...1_000_000)
    // A step has to hold one token of every running sequence, and one of a prompt.
    try check("tokens of a step", maximumStepTokens, (maximumSequences + 1)...1_000_000)
    try check("prefix cache's bytes", prefixCacheBytes, 0...cacheBytes)
    if let contextLength { try check("context length", contextLength, 2...(1 << 40)) }
  }
}
