/// How the next token is chosen from a row of logits.
///
/// The steps and their order are those of Hugging Face's `generate` and of vLLM, which agree but for one place:
///
/// 1. `repetitionPenalty`, over the prompt's and the generated tokens: a positive logit is divided by it, a negative one
///    multiplied (CTRL, arXiv 1909.05858).
/// 2. `frequencyPenalty` times the number of times a token was generated, then `presencePenalty` once if it was, are
///    subtracted. Generated tokens only, as OpenAI and vLLM have it.
/// 3. `temperature` divides. 0 (or less than 1e-5) takes the best token of step 2, the lowest id of those that are equal, and stops here.
/// 4. `topK` keeps the k best logits, and all that equal the last of them.
/// 5. `topP` keeps the smallest set of best tokens whose probabilities sum to at least p (arXiv 1904.09751).
/// 6. `minP` keeps the tokens with at least this share of the best token's probability (arXiv 2407.01082). Here, after
///    `topP`, as in Hugging Face; vLLM has it before `topK`. They part only where `topP` is below 1 as well.
/// 7. The rest is scaled to one and drawn from.
public struct SamplingParameters: Sendable, Hashable {
  /// From 0, which is greedy, to 100.
  public var temperature: Double
  /// Tokens kept by rank; nil: all.
  public var topK: Int?
  /// Probability mass kept, more than 0 and at most 1.
  public var topP: Double
  /// The least probability kept, as a share of the best token's, from 0 to 1.
  public var minP: Double
  /// More than 0; 1 changes nothing.
  public var repetitionPenalty: Double
  /// From -2 to 2 at OpenAI's; any finite number here.
  public var presencePenalty: Double
  public var frequencyPenalty: Double
  /// The seed of this request's own random numbers; nil: a random one. The n-th token's number depends on the seed and n
  /// alone, so that a request with a seed draws the same whatever runs beside it, as far as its logits are the same:
  /// a batch of another size may change their last bits.
  public var seed: UInt64?

  public init(
    temperature: Double = 1, topK: Int? = nil, topP: Double = 1, minP: Double = 0, repetitionPenalty: Double = 1,
    presencePenalty: Double = 0, frequencyPenalty: Double = 0, seed: UInt64? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.seed = seed
  }

  /// The best token each time.
  public static let greedy = SamplingParameters(temperature: 0)

  /// Whether earlier tokens change the logits.
  var hasPenalties: Bool { repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0 }
  /// Below this, one over the temperature leaves no second token any weight that Float can hold, as in vLLM.
  var isGreedy: Bool { temperature < 1e-5 }

  /// - Throws: ``EngineError/invalidParameter(name:value:allowed:)`` for the first that is out of bounds.
  public func validate() throws(EngineError) {
    func check(_ name: String, _ value: Double, _ allowed: String, _ isValid: Bool) throws(EngineError) {
      guard value.isFinite, isValid else {
        throw .invalidParameter(name: name, value: "\(value)", allowed: allowed)
      }
    }
    try check("temperature", temperature, "from 0 to 100", (0...100).contains(temperature))
    try check("top-p", topP, "more than 0 and at most 1", topP > 0 && topP <= 1)
    try check("min-p", minP, "from 0 to 1", (0...1).contains(minP))
    try check(
      "repetition penalty", repetitionPenalty, "more than 0 and at most 1000",
      repetitionPenalty > 0 && repetitionPenalty <= 1000)
    try check("presence penalty", presencePenalty, "from -100 to 100", abs(presencePenalty) <= 100)
    try check("frequency penalty", frequencyPenalty, "from -100 to 100", abs(frequencyPenalty) <= 100)
    if let topK, topK < 1 {
      throw .invalidParameter(name: "top-k", value: "\(topK)", allowed: "at least 1")
    }
  }
}
