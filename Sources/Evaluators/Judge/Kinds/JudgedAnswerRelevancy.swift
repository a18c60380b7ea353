import OpenAIWire

/// Whether the answer answers what was asked, as a judge sees it: AnswerRelevancy's engine `judge`.
///
/// The judge gives one mark from 0 to 4, each point with its meaning; the score is mark / 4. It judges whether the
/// question is answered, not whether the answer is true: for that there are ``JudgedGroundedness`` and a rubric.
public struct JudgedAnswerRelevancy: Evaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  private let asking: JudgeAsking

  public init(
    name: String = "AnswerRelevancy", threshold: Double = 0.5, judge: any JudgeEndpoint,
    settings: JudgeSettings = JudgeSettings()
  ) {
    self.init(
      name: name, threshold: threshold,
      asking: JudgeAsking(evaluator: name, judge: judge, settings: settings))
  }

  init(name: String = "AnswerRelevancy", threshold: Double = 0.5, asking: JudgeAsking) {
    self.name = name
    self.threshold = threshold
    self.asking = asking
  }

  public var engine: String { asking.engine }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    try await asking.verdict(of: sample) { work in
      let answer = try sample.answer()
      guard !sample.input.question.isBlank else {
        throw NothingToScore("the row asks nothing; map a column of the dataset to its input", cause: .noExpectation)
      }
      var material = JudgeMaterial()
      material.addQuestion(sample)
      material.add("the answer", answer)
      switch try await asking.ask(Self.question(material), &work) {
      case .declined(let reason): return .absent("the judge cannot tell: \(reason)", cause: .declined)
      case .answer(let found):
        return Verdict(
          score: Double(found.mark) / Double(Self.scale.upperBound),
          reason: "\(found.mark) of \(Self.scale.upperBound): \(found.reason)")
      }
    }
  }

  private static let scale = 0...4

  struct Mark: Sendable, Hashable {
    let mark: Int
    let reason: String
  }

  static func question(_ material: JudgeMaterial) -> JudgeQuestion<Mark> {
    JudgeQuestion(
      task: """
        Judge whether the answer answers the question, or the last message of the user in the conversation. Take no \
        account of whether what it says is true, which you may not know, but of whether it could settle what was asked. \
        Give one mark:

        4: it answers all that was asked, directly and specifically.
        3: it answers what was asked, but leaves out a smaller part, or is half beside the point.
        2: it answers a part only, or so vaguely that much is left to guess.
        1: it speaks of the same subject and does not answer; or it begins like an answer and goes on with a reason \
        that makes no sense.
        0: it is no answer. It repeats or rephrases the question, strings words of the question together, speaks of \
        something else, answers another question, declines without saying anything of use, or is nonsense.

        An answer that says that something is not possible, not available or not known is a full answer where that is \
        what was to be found out. It is not a refusal because such words stand in it.
        """,
      form: #"{"reason": "why this mark and no other", "mark": 0 to 4, "cannot_tell": null}"#,
      schema: ReplyForm.object([
        "reason": ReplyForm.textOrNull, "mark": ReplyForm.mark(scale), "cannot_tell": ReplyForm.textOrNull,
      ]),
      verdicts: ["mark"], material: material
    ) { reply throws(JudgeProblem) in
      try reply.only(["reason", "mark", "cannot_tell"])
      return Mark(mark: try reply.required("mark").mark(scale), reason: try reply.required("reason").text())
    }
  }
}
