/// One continuation of one prompt.
public struct GenerationRequest: Sendable {
  /// The prompt's tokens, at least one.
  public var prompt: [UInt32]
  /// The most tokens to generate. The model's context may end it sooner; both count as ``FinishReason/length``. 0
  /// computes the prompt alone, for its log-probabilities.
  public var maximumTokens: Int
  public var sampling: SamplingParameters
  /// Strings that end the text. None of them is ever in it.
  public var stop: [String]
  /// Tokens that end the text. Their own text is not in it; they count as generated.
  public var endTokens: Set<UInt32>
  /// Whether `endTokens` are tokens like all others, for measurements of a fixed length.
  public var ignoresEnd: Bool
  /// nil: no log-probabilities. Otherwise those of each chosen token and of this many best tokens, in nats, from the
  /// model's own distribution: before penalties, temperature and every filter, as OpenAI and vLLM report them.
  public var topLogProbabilities: Int?
  /// Whether the prompt's tokens get log-probabilities too (``GenerationEvent/prompt(_:)``), with
  /// `topLogProbabilities` best tokens each. The whole prompt is computed then, and nothing of it is reused.
  public var echoesPromptLogProbabilities: Bool

  public init(
    prompt: [UInt32], maximumTokens: Int, sampling: SamplingParameters = .greedy, stop: [String] = [],
    endTokens: Set<UInt32> = [], ignoresEnd: Bool = false, topLogProbabilities: Int? = nil,
    echoesPromptLogProbabilities: Bool = false
  ) {
    self.prompt = prompt
    self.maximumTokens = maximumTokens
    self.sampling = sampling
    self.stop = stop
    self.endTokens = endTokens
    self.ignoresEnd = ignoresEnd
    self.topLogProbabilities = topLogProbabilities
    self.echoesPromptLogProbabilities = echoesPromptLogProbabilities
  }

  public static let mostStopStrings = 64
  public static let longestStopString = 4096
  public static let mostTopLogProbabilities = 1024

  /// What is wrong with the request itself, whatever the model.
  /// - Throws: ``EngineError/invalidParameter(name:value:allowed:)``, ``EngineError/emptyPrompt``.
  public func validate() throws(EngineError) {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    guard maximumTokens >= (echoesPromptLogProbabilities ? 0 : 1) else {
      throw .invalidParameter(
        name: "maximum tokens", value: "\(maximumTokens)",
        allowed: echoesPromptLogProbabilities ? "at least 0" : "at least 1")
    }
    guard stop.count <= Self.mostStopStrings else {
      throw .invalidParameter(
        name: "number of stop strings", value: "\(stop.count)", allowed: "at most \(Self.mostStopStrings)")
    }
    for string in stop where string.isEmpty || string.utf8.count > Self.longestStopString {
      throw .invalidParameter(
        name: "stop string's bytes", value: "\(string.utf8.count)", allowed: "from 1 to \(Self.longestStopString)")
    }
    if let topLogProbabilities, !(0...Self.mostTopLogProbabilities).contains(topLogProbabilities) {
      throw .invalidParameter(
        name: "number of top log-probabilities", value: "\(topLogProbabilities)",
        allowed: "from 0 to \(Self.mostTopLogProbabilities)")
    }
    try sampling.validate()
  }
}
