/// The answer of `/v1/completions`, and each event of its stream, which has the same form.
public struct Completion: Sendable, Hashable {
  public struct Choice: Sendable, Hashable {
    public var index: Int
    /// The whole text, or in a stream what was added.
    public var text: String
    public var logprobs: CompletionLogProbabilities?
    public var finishReason: FinishReason?

    public init(index: Int, text: String, logprobs: CompletionLogProbabilities?, finishReason: FinishReason?) {
      self.index = index
      self.text = text
      self.logprobs = logprobs
      self.finishReason = finishReason
    }
  }

  public var id: String
  /// Seconds since 1970.
  public var created: Int
  public var model: String
  public var choices: [Choice]
  public var usage: Usage?
  /// Whether events without usage say that they have none.
  public var saysUsage: Bool

  public init(
    id: String, created: Int, model: String, choices: [Choice], usage: Usage?, saysUsage: Bool = false
  ) {
    self.id = id
    self.created = created
    self.model = model
    self.choices = choices
    self.usage = usage
    self.saysUsage = saysUsage
  }

  /// - Throws: ``WireError``.
  public init(_ body: JSONField) throws(WireError) {
    let head = try AnswerHead(body)
    (id, created, model, usage) = (head.id, head.created, head.model, head.usage)
    saysUsage = try body.object()["usage"] != nil
    choices = []
    for choice in try body.required("choices").elements() {
      choices.append(
        Choice(
          index: try choice.required("index").integer(in: 0 ... .max), text: try choice.required("text").string(),
          logprobs: try choice.member("logprobs").map { (field) throws(WireError) in
            try CompletionLogProbabilities(field)
          },
          finishReason: try FinishReason.read(choice)))
    }
  }

  public var json: JSONValue {
    .members([
      "id": .string(id), "object": .string("text_completion"), "created": .integer(created), "model": .string(model),
      "choices": .array(
        choices.map { choice in
          .members([
            "index": .integer(choice.index), "text": .string(choice.text), "logprobs": choice.logprobs?.json ?? .null,
            "finish_reason": .orNull(choice.finishReason?.rawValue),
          ])
        }), "usage": usage?.json ?? (saysUsage ? .null : nil),
    ])
  }
}
