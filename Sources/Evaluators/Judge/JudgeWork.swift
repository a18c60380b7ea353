public import OpenAIWire

/// What it took a judge to come to a verdict, over all that it was asked: unusable replies were paid for too.
public struct JudgeWork: Sendable, Hashable {
  /// Requests that were sent.
  public var requests = 0
  /// What was wrong with the replies that could not be used, in order.
  public var problems: [JudgeProblem] = []
  /// The sum over all requests.
  public var cost = EvaluationCost.free
  /// Tries that may have been paid for and are not in the cost, which is a lower bound then.
  public var unpricedAttempts = 0
  /// The sum over all requests, as the endpoint measured them.
  public var latency = Duration.zero
  /// The models that answered, each once, in order.
  public var models: [String] = []
  /// The usage of each reply as the server gave it; null where it gave none.
  public var usage: [JSONValue] = []
  /// What asking in both orders showed; nil where there are no two orders.
  public var positions: PositionCheck?
  /// A judge's model gave the answer itself: judges are known to favour their own.
  public var isSelfJudged = false

  public init() {}

  /// Requests beyond those that would have done.
  public var retries: Int { problems.count }

  mutating func add(_ reply: JudgeReply) {
    requests += 1
    cost = cost + reply.cost
    unpricedAttempts += reply.unpricedAttempts
    latency += reply.latency
    if let model = reply.model, !models.contains(model) { models.append(model) }
    usage.append(reply.usage ?? .null)
  }

  mutating func add(_ failure: JudgeFailure) {
    requests += 1
    cost = cost + failure.cost
    latency += failure.latency
    usage.append(.null)
  }
}

/// What a judge makes of two answers that are shown to it in both orders.
public enum PositionCheck: String, Sendable, Hashable, CaseIterable {
  /// The same answer, or neither, was preferred both times.
  case agreed
  /// Whichever came first was preferred.
  case favouredFirst = "favoured-first"
  /// Whichever came last was preferred.
  case favouredLast = "favoured-last"
  /// A tie in one order only.
  case wavered
}
