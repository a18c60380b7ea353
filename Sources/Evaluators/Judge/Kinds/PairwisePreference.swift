import OpenAIWire

/// Whether a judge prefers the answer to another one: 1 where it does, 0.5 for a tie, 0 where it prefers the other.
///
/// Judges favour an answer for its place (arXiv 2306.05685), so that the two are shown in both orders. Only a preference
/// that stands in both counts. One that moves with the order says nothing about the answers: it is a tie, or undecidable
/// where the settings say so, and the verdict's account counts it.
public struct PairwisePreference: Evaluator {
  /// What the answer is compared with.
  public enum Against: Sendable, Hashable {
    /// The row's first expected value.
    case expected
    /// The text under a name in the row's metadata, such as another candidate's answer.
    case metadata(String)
  }

  /// What a preference becomes that moves with the order.
  public enum Flipped: String, Sendable, Hashable, CaseIterable {
    case tie
    case undecidable
  }

  public let name: String
  public let version = 1
  public let threshold: Double
  public let against: Against
  public let flipped: Flipped
  /// What makes an answer the better one.
  public let criterion: String
  private let asking: JudgeAsking

  public static let usualCriterion =
    "The better answer serves who asked better: it is right, complete in what matters and to the point."

  public init(
    name: String = "PairwisePreference", threshold: Double = 0.5, against: Against = .expected, flipped: Flipped = .tie,
    criterion: String = PairwisePreference.usualCriterion, judge: any JudgeEndpoint,
    settings: JudgeSettings = JudgeSettings()
  ) {
    self.init(
      name: name, threshold: threshold, against: against, flipped: flipped, criterion: criterion,
      asking: JudgeAsking(evaluator: name, judge: judge, settings: settings))
  }

  init(
    name: String = "PairwisePreference", threshold: Double = 0.5, against: Against = .expected, flipped: Flipped = .tie,
    criterion: String = PairwisePreference.usualCriterion, asking: JudgeAsking
  ) {
    self.name = name
    self.threshold = threshold
    self.against = against
    self.flipped = flipped
    self.criterion = criterion
    self.asking = asking
  }

  public var engine: String { asking.engine }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    try await asking.verdict(of: sample) { work in
      _ = try sample.answer()
      return try await compare(sample, with: try other(of: sample), &work)
    }
  }

  /// Compares with another candidate's answer to the same row.
  /// - Parameter other: an empty one is nothing to compare with.
  /// - Throws: what ``Evaluator/verdict(of:)`` throws.
  public func verdict(of sample: EvaluationSample, comparedWith other: String) async throws -> Verdict {
    try await asking.verdict(of: sample) { work in
      _ = try sample.answer()
      guard !other.isBlank else { throw NothingToScore("the other answer is empty", cause: .noExpectation) }
      return try await compare(sample, with: other, &work)
    }
  }

  private func other(of sample: EvaluationSample) throws -> String {
    switch against {
    case .expected:
      return try sample.expectations()[0]
    case .metadata(let key):
      guard let text = sample.metadata[key]?.string, !text.isBlank else {
        throw NothingToScore(
          "the row's metadata has no answer under \"\(key.shown)\" to compare with", cause: .noExpectation)
      }
      return text
    }
  }

  private func compare(
    _ sample: EvaluationSample, with other: String, _ work: inout JudgeWork
  ) async throws -> Verdict {
    let answer = try sample.answer()
    guard !answer.stripped.isSame(as: other.stripped) else {
      return Verdict(score: 0.5, reason: "the two answers are the same to the letter")
    }
    var choices: [Choice] = []
    for isFirst in [true, false] {
      var material = JudgeMaterial()
      material.addQuestion(sample)
      material.addPassages(sample.context)
      material.add("answer A", isFirst ? answer : other)
      material.add("answer B", isFirst ? other : answer)
      switch try await asking.ask(question(material), &work) {
      case .declined(let reason): return .absent("the judge cannot tell: \(reason)", cause: .declined)
      case .answer(let choice): choices.append(choice)
      }
    }
    let (check, score) = Self.settle(choices[0].preferred, choices[1].preferred)
    work.positions = check
    return verdict(check, score, choices)
  }

  enum Preferred: String, Sendable, CaseIterable {
    case first = "A"
    case second = "B"
    case tie
  }

  struct Choice: Sendable, Hashable {
    let preferred: Preferred
    let reason: String
  }

  /// - Parameters:
  ///   - ahead: what is preferred with the answer as A.
  ///   - behind: what is preferred with the answer as B.
  /// - Returns: nil for the score where the two contradict each other.
  static func settle(_ ahead: Preferred, _ behind: Preferred) -> (PositionCheck, Double?) {
    switch (ahead, behind) {
    case (.first, .second): (.agreed, 1)
    case (.second, .first): (.agreed, 0)
    case (.tie, .tie): (.agreed, 0.5)
    case (.first, .first): (.favouredFirst, nil)
    case (.second, .second): (.favouredLast, nil)
    case (.tie, _), (_, .tie): (.wavered, nil)
    }
  }

  private func verdict(_ check: PositionCheck, _ score: Double?, _ choices: [Choice]) -> Verdict {
    let said = choices.map(\.reason).joined(separator: " / ")
    if let score {
      let what = score == 0.5 ? "a tie" : score == 1 ? "the answer is preferred" : "the other answer is preferred"
      return Verdict(score: score, reason: "\(what), in both orders: \(said)")
    }
    let why =
      switch check {
      case .favouredFirst: "the judge prefers whichever comes first"
      case .favouredLast: "the judge prefers whichever comes last"
      case .agreed, .wavered: "the judge prefers one of them in one order only"
      }
    return flipped == .tie
      ? Verdict(score: 0.5, reason: "a tie, because \(why): \(said)")
      : .absent("\(why): \(said)", cause: .undecidable)
  }

  func question(_ material: JudgeMaterial) -> JudgeQuestion<Choice> {
    JudgeQuestion(
      task: """
        Two answers to the same question are given, A and B. Say which is better. \(criterion)

        Their order means nothing: the same pair is judged in the other order too. Say "tie" where \
        neither is better in what matters; do not look for a difference where there is none.
        """,
      form: #"{"reason": "what decides", "preferred": "A" or "B" or "tie", "cannot_tell": null}"#,
      schema: ReplyForm.object([
        "reason": ReplyForm.textOrNull,
        "preferred": ReplyForm.choiceOrNull(Preferred.allCases.map(\.rawValue)), "cannot_tell": ReplyForm.textOrNull,
      ]),
      verdicts: ["preferred"], material: material
    ) { reply throws(JudgeProblem) in
      try reply.only(["reason", "preferred", "cannot_tell"])
      return Choice(
        preferred: try reply.required("preferred").choice(), reason: try reply.required("reason").text())
    }
  }
}
