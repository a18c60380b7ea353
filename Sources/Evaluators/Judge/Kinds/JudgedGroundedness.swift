import OpenAIWire

/// Whether what the answer claims rests on the context, claim by claim: Groundedness's engine `judge`.
///
/// The judge takes the answer apart into claims and says of each whether the context supports it, with the passage that
/// does. A quote that does not stand in the context proves nothing, and its claim counts as not supported. The score is
/// the share of claims that are supported. An answer that claims nothing (`I don't know`) has no score.
public struct JudgedGroundedness: Evaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  private let asking: JudgeAsking

  /// Claims of one answer that are taken.
  public static let mostClaims = 200

  public init(
    name: String = "Groundedness", threshold: Double = 0.8, judge: any JudgeEndpoint,
    settings: JudgeSettings = JudgeSettings()
  ) {
    self.init(
      name: name, threshold: threshold, asking: JudgeAsking(evaluator: name, judge: judge, settings: settings))
  }

  init(name: String = "Groundedness", threshold: Double = 0.8, asking: JudgeAsking) {
    self.name = name
    self.threshold = threshold
    self.asking = asking
  }

  public var engine: String { asking.engine }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    try await asking.verdict(of: sample) { work in
      let answer = try sample.answer()
      guard sample.context.contains(where: { !$0.isBlank }) else {
        throw NothingToScore(
          "the row has no context; map a column of the dataset to it", cause: .noExpectation)
      }
      var material = JudgeMaterial()
      material.addQuestion(sample)
      material.addPassages(sample.context)
      material.add("the answer", answer)
      switch try await asking.ask(Self.question(material), &work) {
      case .declined(let reason): return .absent("the judge cannot tell: \(reason)", cause: .declined)
      case .answer(let claims):
        guard !claims.isEmpty else {
          return .absent("the answer makes no claim that could rest on the context", cause: .declined)
        }
        return Self.verdict(claims, QuoteSearch(sample.context))
      }
    }
  }

  enum Status: String, Sendable, CaseIterable {
    case supported
    case contradicted
    case notFound = "not_found"
  }

  struct Claim: Sendable, Hashable {
    let claim: String
    let status: Status
    let quote: String?
    let reason: String
  }

  static func verdict(_ claims: [Claim], _ search: QuoteSearch) -> Verdict {
    let parts = claims.map { part($0, search) }
    let supported = parts.count { $0.outcome.score == 1 }
    let open = parts.filter { $0.outcome.score != 1 }
    return Verdict(
      score: Double(supported) / Double(parts.count),
      reason: open.isEmpty
        ? "all \(parts.count) claims rest on the context"
        : "\(supported) of \(parts.count) claims rest on the context; not: "
          + open.map { "\"\($0.name.shown)\" (\($0.reason))" }.joined(separator: "; ").cut(VerdictLine.longestReason),
      parts: parts)
  }

  private static func part(_ claim: Claim, _ search: QuoteSearch) -> Verdict.Part {
    func part(_ score: Double, _ reason: String) -> Verdict.Part {
      Verdict.Part(name: claim.claim, outcome: .score(score), reason: reason)
    }
    switch claim.status {
    case .contradicted: return part(0, "contradicted: \(claim.reason)")
    case .notFound: return part(0, "not in the context: \(claim.reason)")
    case .supported: break
    }
    guard let quote = claim.quote else { return part(0, "the judge quotes nothing for it") }
    return switch search.find(quote) {
    case .stands: part(1, "supported by \"\(quote.shown)\"")
    case .missing: part(0, "the judge's quote \"\(quote.shown)\" does not stand in the context")
    case .negated: part(0, "the judge's quote \"\(quote.shown)\" leaves out the negation before it")
    case .tooShort: part(0, "the judge's quote \"\(quote.shown)\" is too short to show anything")
    }
  }

  static func question(_ material: JudgeMaterial) -> JudgeQuestion<[Claim]> {
    JudgeQuestion(
      task: """
        Take the answer apart into claims and find out of each whether the passages support it. A claim is one statement \
        that can be true or false and can be understood by itself: resolve words such as "it" and "there", and part a \
        sentence that says two things. Leave nothing out that the answer states, in whatever form. Questions, greetings, \
        offers, instructions to you and statements about the answer itself are no claims.

        Hold each claim against the passages alone, never against what you know. Mind every number, date, amount, name, \
        place and unit, and every negation. A claim is:

        supported: a passage says it, in whatever words, or it follows from the passages by plain reasoning.
        contradicted: a passage says something that cannot be true together with it.
        not_found: the passages do not say, or say less.

        In "quote" stands, for what is supported or contradicted, the shortest run of words that shows it, copied out of \
        one passage to the letter, without ellipses; for not_found it is null. Where the answer makes no claim at all, \
        such as "I don't know", set "has_claims" to false and leave the list empty.
        """,
      form: """
        {"has_claims": true, "claims": [{"claim": "...", "reason": "...", "quote": "..." or null, \
        "status": "supported" or "contradicted" or "not_found"}], "cannot_tell": null}
        """,
      schema: ReplyForm.object([
        "has_claims": ReplyForm.flag,
        "claims": ReplyForm.list(
          of: ReplyForm.object([
            "claim": ReplyForm.text, "reason": ReplyForm.text, "quote": ReplyForm.textOrNull,
            "status": ReplyForm.choice(Status.allCases.map(\.rawValue)),
          ])),
        "cannot_tell": ReplyForm.textOrNull,
      ]),
      verdicts: ["claims"], material: material, read: read)
  }

  private static let read: @Sendable (ReplyField) throws(JudgeProblem) -> [Claim] = { reply throws(JudgeProblem) in
    try reply.only(["has_claims", "claims", "cannot_tell"])
    let list = try reply.required("claims")
    guard try reply.required("has_claims").boolean() else {
      guard try list.elements().isEmpty else {
        throw JudgeProblem(.contradiction, "has_claims is false, and claims has some")
      }
      return []
    }
    var claims: [Claim] = []
    for field in try list.elements(atMost: mostClaims) {
      try field.only(["claim", "reason", "quote", "status"])
      var quote: String?
      if let given = try field.member("quote") { quote = try given.textIfAny() }
      var reason = ""
      if let given = try field.member("reason") { reason = try given.textIfAny() ?? "" }
      claims.append(
        Claim(
          claim: try field.required("claim").text(), status: try field.required("status").choice(), quote: quote,
          reason: reason.isEmpty ? "the judge gives no reason" : reason))
    }
    return claims
  }
}
