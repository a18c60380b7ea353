public import OpenAIWire

/// What the server stands in front of: an engine, or a fake of one. Values go in, values come out.
public protocol InferenceService: Sendable {
  /// What can be asked for, decoders and encoders.
  var models: [ServedModel] { get }

  /// Accepts a request into the queue: one stream for each of its samples, in their order.
  ///
  /// Returns as soon as the request is accepted. Each stream says `started` once it runs, then its tokens, then
  /// `finished`, and ends. Whoever stops reading a stream cancels it: its slot is free within one step.
  /// - Throws: ``ServiceError``; nothing runs then.
  func generate(_ request: InferenceRequest) async throws -> [AsyncThrowingStream<InferenceEvent, any Error>]

  /// Vectors of the inputs, in their order. Cancelling the task cancels the work.
  /// - Throws: ``ServiceError``.
  func embed(_ inputs: [Prompt], model: String) async throws -> EmbeddingResult

  /// How the engines stand now, one entry a model.
  func statistics() -> [ServiceStatistics]
}

/// A model that is served.
public struct ServedModel: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Generates text; `chats` where it has a chat template.
    case decoder(chats: Bool)
    /// Embeds; with the length of its vectors.
    case encoder(dimensions: Int)
  }

  public var name: String
  public var kind: Kind
  /// Tokens of prompt and continuation together at most.
  public var maximumContext: Int
  /// Seconds since 1970.
  public var created: Int
  /// Continuations that can run and wait together; a request for more is refused for good.
  public var places: Int?

  public init(name: String, kind: Kind, maximumContext: Int, created: Int, places: Int? = nil) {
    self.places = places
    self.name = name
    self.kind = kind
    self.maximumContext = maximumContext
    self.created = created
  }
}

/// One prompt to go on from, once or several times.
public struct InferenceRequest: Sendable, Hashable {
  public enum Input: Sendable, Hashable {
    case chat(messages: [ChatMessage], tools: [JSONValue], variables: JSONObject)
    case prompt(Prompt)
  }

  public var model: String
  public var input: Input
  /// How many continuations. With a seed, each has one of its own that follows from it.
  public var samples: Int
  /// Nil: as many as the context holds. Zero only where the prompt is echoed.
  public var maximumTokens: Int?
  public var sampling: SamplingOptions
  public var stop: [String]
  public var ignoresEnd: Bool
  /// How many alternatives beside each token's log-probability; nil asks for none of it.
  public var alternatives: Int?
  /// Whether `started` has to bring the prompt's text, and its log-probabilities where `alternatives` asks for them.
  public var echoes: Bool

  public init(
    model: String, input: Input, samples: Int = 1, maximumTokens: Int?, sampling: SamplingOptions = SamplingOptions(),
    stop: [String] = [], ignoresEnd: Bool = false, alternatives: Int? = nil, echoes: Bool = false
  ) {
    self.model = model
    self.input = input
    self.samples = samples
    self.maximumTokens = maximumTokens
    self.sampling = sampling
    self.stop = stop
    self.ignoresEnd = ignoresEnd
    self.alternatives = alternatives
    self.echoes = echoes
  }
}

/// What happens to one continuation.
public enum InferenceEvent: Sendable, Hashable {
  case started(promptTokens: Int, cachedTokens: Int, echo: EchoedPrompt?)
  case token(GeneratedPiece)
  case finished(FinishReason, completionTokens: Int)
}

/// A token that was generated.
public struct GeneratedPiece: Sendable, Hashable {
  /// The text that may be shown now: empty while a stop text may be under way or a character is not whole, and more
  /// than the token's own where it sets earlier text free.
  public var text: String
  /// Where log-probabilities were asked for.
  public var score: ChatLogProbability?

  public init(text: String, score: ChatLogProbability? = nil) {
    self.text = text
    self.score = score
  }
}

/// A prompt that comes back before its continuation.
public struct EchoedPrompt: Sendable, Hashable {
  /// A token of it; the first has no probability, for nothing precedes it.
  public struct Token: Sendable, Hashable {
    public var text: String
    public var score: ChatLogProbability?

    public init(text: String, score: ChatLogProbability?) {
      self.text = text
      self.score = score
    }
  }

  public var text: String
  /// Empty where log-probabilities were not asked for.
  public var tokens: [Token]

  public init(text: String, tokens: [Token] = []) {
    self.text = text
    self.tokens = tokens
  }
}

public struct EmbeddingResult: Sendable, Hashable {
  public var vectors: [[Float]]
  public var promptTokens: Int

  public init(vectors: [[Float]], promptTokens: Int) {
    self.vectors = vectors
    self.promptTokens = promptTokens
  }
}

/// How an engine stands at one moment, and what it has counted since it began.
public struct ServiceStatistics: Sendable, Hashable {
  public var model: String
  public var running = 0
  public var waiting = 0
  public var cacheBytes = 0
  public var cacheBytesLimit = 0
  /// Prompt tokens that were looked up among kept prefixes, and those that were found there.
  public var prefixQueries = 0
  public var prefixHits = 0
  public var steps = 0

  public init(model: String) { self.model = model }
}
