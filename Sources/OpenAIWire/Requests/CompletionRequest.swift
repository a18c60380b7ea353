/// The body of `POST /v1/completions`.
public struct CompletionRequest: Sendable, Hashable {
  public var model: String
  public var prompts: [Prompt]
  public var options: GenerationOptions
  /// Whether the prompt stands before the continuation, with its log-probabilities if those are asked for.
  public var echoes: Bool
  /// How many alternatives are said beside each token's log-probability, 0 to 20; nil says none at all.
  public var logprobs: Int?

  public init(
    model: String, prompts: [Prompt], options: GenerationOptions = GenerationOptions(), echoes: Bool = false,
    logprobs: Int? = nil
  ) {
    self.model = model
    self.prompts = prompts
    self.options = options
    self.echoes = echoes
    self.logprobs = logprobs
  }

  /// What OpenAI's interface generates where `max_tokens` is left out.
  public static let defaultTokens = 16
  /// Prompts times choices.
  public static let mostContinuations = 128

  private static let fields = GenerationOptions.fields.union(["prompt", "echo", "logprobs", "suffix"])
  private static let refused: [String: String] = [
    "messages": "completions take a prompt", "guided_json": "answers are not constrained",
    "guided_regex": "answers are not constrained", "response_format": "answers are not constrained",
    "top_logprobs": "say how many with logprobs", "prompt_embeds": "prompts are text or tokens",
  ]

  /// - Throws: ``WireError``, for anything that is not understood or not done.
  public init(_ body: JSONField) throws(WireError) {
    try body.refuseUnknown(beside: Self.fields, refused: Self.refused)
    model = try body.required("model").string()
    prompts = try Prompt.prompts(try body.required("prompt"))
    options = try GenerationOptions(body)
    echoes = try body.member("echo")?.boolean() ?? false
    logprobs = try body.member("logprobs")?.integer(in: 0...ChatCompletionRequest.mostAlternatives)
    guard prompts.count * options.choices <= Self.mostContinuations else {
      throw .invalid(
        param: "n", reason: "prompts times n must be at most \(Self.mostContinuations); send several requests")
    }
    guard options.maximumTokens != 0 || echoes else {
      throw .invalid(param: "max_tokens", reason: "max_tokens must be 1 or more, unless echo is true")
    }
    if let suffix = try body.member("suffix"), try !suffix.string().isEmpty {
      throw .unsupported(param: suffix.path, reason: "text is only continued, not filled in")
    }
  }

  public var json: JSONValue {
    var object = JSONObject(["model": .string(model), "prompt": Prompt.json(prompts)])
    options.append(to: &object)
    if echoes { object.append("echo", .boolean(true)) }
    object.append("logprobs", ifAny: .optional(logprobs))
    return .object(object)
  }
}
