/// A token and the logarithm of its probability in nats.
public struct TokenLogProbability: Sendable, Hashable {
  public var id: UInt32
  public var logProbability: Float

  public init(id: UInt32, logProbability: Float) {
    self.id = id
    self.logProbability = logProbability
  }
}

/// A token that was generated.
public struct GeneratedToken: Sendable, Hashable {
  public var id: UInt32
  /// The text that may be shown with this token: whole characters, and nothing that could yet turn out to be the
  /// beginning of a stop string. Often empty, sometimes the text of several tokens. The texts of all tokens, joined, are
  /// the answer.
  public var text: String
  /// In nats; nil unless asked for.
  public var logProbability: Float?
  /// The best tokens, best first; of equal ones the lower id first.
  public var top: [TokenLogProbability]
  /// When it was chosen, on the monotonic clock.
  public var nanoseconds: UInt64

  public init(
    id: UInt32, text: String, logProbability: Float? = nil, top: [TokenLogProbability] = [], nanoseconds: UInt64
  ) {
    self.id = id
    self.text = text
    self.logProbability = logProbability
    self.top = top
    self.nanoseconds = nanoseconds
  }
}

/// A token of the prompt with its log-probability given what stands before it.
public struct PromptToken: Sendable, Hashable {
  public var id: UInt32
  /// In nats; nil for the first token, before which nothing stands.
  public var logProbability: Float?
  public var top: [TokenLogProbability]

  public init(id: UInt32, logProbability: Float?, top: [TokenLogProbability]) {
    self.id = id
    self.logProbability = logProbability
    self.top = top
  }
}

/// Why a generation ended.
public enum FinishReason: String, Sendable, Hashable, Codable {
  /// An end token or a stop string.
  case stop
  /// The most tokens asked for, or the end of the model's context.
  case length
  /// Whoever asked has gone, or the engine was shut down.
  case cancelled
}

/// When a request went from one phase to the next, in nanoseconds of the monotonic clock.
public struct GenerationTiming: Sendable, Hashable {
  /// When it was handed to the engine.
  public var submitted: UInt64
  /// When it left the queue; nil: never.
  public var admitted: UInt64?
  /// When its first token was chosen; nil: never.
  public var firstToken: UInt64?
  public var finished: UInt64

  public init(submitted: UInt64, admitted: UInt64?, firstToken: UInt64?, finished: UInt64) {
    self.submitted = submitted
    self.admitted = admitted
    self.firstToken = firstToken
    self.finished = finished
  }

  /// Time in the queue.
  public var queueNanoseconds: UInt64 { (admitted ?? finished) - submitted }
  /// From the queue to the first token.
  public var prefillNanoseconds: UInt64 { admitted.map { (firstToken ?? finished) - $0 } ?? 0 }
  /// From the first token to the end.
  public var decodeNanoseconds: UInt64 { firstToken.map { finished - $0 } ?? 0 }
}

/// How a generation went.
public struct GenerationSummary: Sendable, Hashable {
  public var reason: FinishReason
  /// The stop string that ended it, if one did.
  public var stopString: String?
  public var promptTokens: Int
  /// Tokens generated, an end token among them.
  public var completionTokens: Int
  /// Tokens of the prompt that were copied from another sequence's cache instead of computed.
  public var cachedTokens: Int
  public var timing: GenerationTiming

  public init(
    reason: FinishReason, stopString: String?, promptTokens: Int, completionTokens: Int, cachedTokens: Int,
    timing: GenerationTiming
  ) {
    self.reason = reason
    self.stopString = stopString
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cachedTokens = cachedTokens
    self.timing = timing
  }
}

/// What a generation says, in this order: `started`, `prompt` if asked for, `token` once a token, `finished`.
public enum GenerationEvent: Sendable, Hashable {
  /// It has left the queue.
  case started(promptTokens: Int, cachedTokens: Int)
  /// The prompt's log-probabilities, once the whole prompt is computed.
  case prompt([PromptToken])
  case token(GeneratedToken)
  case finished(GenerationSummary)
}
