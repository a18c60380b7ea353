/// Whether the answer says what was to be done and nothing that must not be, by rule.
///
/// A fact's words have to stand in one clause of the answer, in their order and near each other; amounts are compared by
/// value and currency; a negation in the same part of the clause turns the statement round. So `Refund issued` is in `The
/// refund has been issued` and neither in `Refund NOT issued` nor in `No refund was issued`, and `Refund of $20` is not in
/// `Refund of $2000`.
///
/// What the rule cannot do, and says: a condition, a plan, a question, a negation in another part of the sentence or two of
/// them, and an answer that says both, are undecidable, and the row gets an absence. What it cannot do and cannot know:
/// another word for the same thing (`reimbursed`), another order (`issued a refund`), irony, and whether what is said is
/// true. Give a fact other wordings, `["Refund issued", "issued a refund"]`, or ask a judge. The words it knows are English.
public struct TaskCompletion: LocalEvaluator {
  /// One thing to be said, in any of its wordings.
  public typealias Wordings = [Fact]

  public let name: String
  public let version = 1
  public let engine = "rules"
  public let threshold: Double
  /// Nil: the row's expected values, each a fact of its own.
  public let required: [Wordings]?
  public let forbidden: [Wordings]

  public init(
    name: String = "TaskCompletion", threshold: Double = 1, required: [Wordings]? = nil, forbidden: [Wordings] = []
  ) {
    self.name = name
    self.threshold = threshold
    self.required = required
    self.forbidden = forbidden
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let clauses = Clause.clauses(of: try sample.answer())
    let required = try required ?? Self.facts(of: sample, isOptional: !forbidden.isEmpty)
    var parts: [Verdict.Part] = []
    for wordings in required { parts.append(Self.part(wordings, clauses, isForbidden: false)) }
    for wordings in forbidden { parts.append(Self.part(wordings, clauses, isForbidden: true)) }
    guard !parts.isEmpty else { throw NothingToScore("no fact is asked for", cause: .noExpectation) }
    let open = parts.filter { $0.outcome.score == nil }
    guard open.isEmpty else {
      return .absent(
        "a rule cannot tell \(open.count) of \(parts.count) facts; a judge can: "
          + open.map { "\($0.name): \($0.reason)" }.joined(separator: "; "), cause: .undecidable, parts: parts)
    }
    let wrong = parts.filter { $0.outcome.score == 0 }
    return Verdict(
      score: Double(parts.count - wrong.count) / Double(parts.count),
      reason: wrong.isEmpty
        ? "all \(parts.count) facts are as they should be"
        : wrong.map { "\($0.name): \($0.reason)" }.joined(separator: "; "), parts: parts)
  }

  private static func facts(of sample: EvaluationSample, isOptional: Bool) throws -> [Wordings] {
    if isOptional, sample.expected.isEmpty { return [] }
    return try sample.expectations().map { text in
      guard let fact = Fact(text) else {
        throw NothingToScore(
          "the expected value \"\(text.shown)\" has no word that could be looked for", cause: .noExpectation)
      }
      return [fact]
    }
  }

  private static func part(_ wordings: Wordings, _ clauses: [Clause], isForbidden: Bool) -> Verdict.Part {
    let name = "\"\(wordings.first?.text.shown ?? "")\""
    let findings = wordings.map { FactFinding.of($0, in: clauses) }
    func part(_ score: Double, _ reason: String) -> Verdict.Part {
      Verdict.Part(name: name, outcome: .score(score), reason: reason)
    }
    if findings.contains(.affirmed), findings.contains(.denied) {
      let reason = "one wording is said and another denied"
      return Verdict.Part(name: name, outcome: .absent(.init(reason), cause: .undecidable), reason: reason)
    }
    if findings.contains(.affirmed) { return part(isForbidden ? 0 : 1, "it is said") }
    for finding in findings {
      if case .unsure(let reason) = finding {
        return Verdict.Part(name: name, outcome: .absent(.init(reason), cause: .undecidable), reason: reason)
      }
    }
    let score = isForbidden ? 1.0 : 0.0
    if findings.contains(.denied) { return part(score, "it is denied") }
    for finding in findings {
      if case .otherAmount(let amount) = finding { return part(score, "the answer says \(amount.shown) there") }
    }
    return part(score, "it is not said in these words")
  }

  public static let kind = EvaluatorKind(
    name: "TaskCompletion",
    summary: "required facts are said and forbidden ones are not, negations and amounts told apart",
    options: [
      EvaluatorOption(
        "required", "facts, each a text or a list of its wordings; the row's expected values by default"),
      EvaluatorOption("forbidden", "facts that must not be said; none by default"),
    ]
  ) { options throws(EvaluationError) in
    TaskCompletion(
      name: options.name, threshold: options.threshold, required: try facts("required", options),
      forbidden: try facts("forbidden", options) ?? [])
  }

  private static func facts(_ option: String, _ options: EvaluatorOptions) throws(EvaluationError) -> [Wordings]? {
    guard let value = options[option] else { return nil }
    let entries = value.array ?? [value]
    let facts = entries.map { entry in (entry.array ?? [entry]).map { $0.string.flatMap { Fact($0) } } }
    let known = facts.map { $0.compactMap { $0 } }
    guard !known.isEmpty, known.count <= 1000,
      zip(facts, known).allSatisfy({ !$1.isEmpty && $0.count == $1.count && $1.count <= 100 })
    else {
      throw options.wrong(
        option, "a list of facts, each a text with a word that says something, or a list of its wordings",
        found: EvaluatorOptions.shown(value))
    }
    return known
  }
}
