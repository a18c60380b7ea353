public import OpenAIWire

/// What a judge answered, before anybody has read a verdict in it.
public struct JudgeReply: Sendable, Hashable {
  /// Nil where the message has no content.
  public var text: String?
  /// What the server says instead of content when the model will not answer.
  public var refusal: String?
  public var finishReason: FinishReason?
  /// The model that answered, which need not be the one that was asked; nil where the server does not say.
  public var model: String?
  /// As the server gave it, to be priced again another day.
  public var usage: JSONValue?
  public var latency: Duration
  /// What the reply cost. Whoever knows prices says it; an unknown price is ``EvaluationCost/unknown(_:)``, never free.
  public var cost: EvaluationCost
  /// Earlier tries of the request that may have been paid for and are not in the cost, which is a lower bound then.
  public var unpricedAttempts = 0

  public init(
    text: String?, refusal: String? = nil, finishReason: FinishReason?, model: String?, usage: JSONValue?,
    latency: Duration, cost: EvaluationCost, unpricedAttempts: Int = 0
  ) {
    self.text = text
    self.refusal = refusal
    self.finishReason = finishReason
    self.model = model
    self.usage = usage
    self.latency = latency
    self.cost = cost
    self.unpricedAttempts = unpricedAttempts
  }

  /// Reads the body of a chat completion.
  /// - Parameter price: from the model that answered, else the one asked for, and the raw usage.
  /// - Throws: `WireError` for what is no chat completion.
  public init(
    body: JSONValue, latency: Duration, price: (_ model: String?, _ usage: JSONValue?) -> EvaluationCost
  ) throws(WireError) {
    let field = JSONField(body)
    guard let choice = try field.required("choices").elements().first else {
      throw .invalid(param: "choices", reason: "there is no choice")
    }
    let message = try choice.required("message")
    text = try message.member("content")?.string()
    refusal = try message.member("refusal")?.string()
    finishReason = try choice.member("finish_reason").map { (reason) throws(WireError) in
      FinishReason(rawValue: try reason.string())
    }
    model = try field.member("model")?.string()
    usage = try field.member("usage")?.value
    self.latency = latency
    cost = price(model, usage)
  }
}
