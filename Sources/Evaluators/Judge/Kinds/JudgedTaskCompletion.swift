import OpenAIWire

/// Whether the task was done, over the final answer and, where there is one, the trajectory: TaskCompletion's engine
/// `judge`.
///
/// The judge says of each requirement whether it is met; the score is the share that is. The requirements are those of
/// the options, else the row's expected values, else what the judge finds the task to ask for. A requirement that the
/// judge cannot tell leaves the row without a score, as it does by rule.
public struct JudgedTaskCompletion: Evaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  /// Nil: the row's expected values.
  public let required: [String]?
  public let forbidden: [String]
  private let asking: JudgeAsking

  /// Requirements of one task that are taken.
  public static let mostRequirements = 100

  public init(
    name: String = "TaskCompletion", threshold: Double = 1, required: [String]? = nil, forbidden: [String] = [],
    judge: any JudgeEndpoint, settings: JudgeSettings = JudgeSettings()
  ) {
    self.init(
      name: name, threshold: threshold, required: required, forbidden: forbidden,
      asking: JudgeAsking(evaluator: name, judge: judge, settings: settings))
  }

  init(
    name: String = "TaskCompletion", threshold: Double = 1, required: [String]? = nil, forbidden: [String] = [],
    asking: JudgeAsking
  ) {
    self.name = name
    self.threshold = threshold
    self.required = required
    self.forbidden = forbidden
    self.asking = asking
  }

  public var engine: String { asking.engine }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    try await asking.verdict(of: sample) { work in
      let answer = try sample.answer()
      let known = try requirements(of: sample)
      var material = JudgeMaterial()
      material.addQuestion(sample)
      if !known.isEmpty {
        material.add("the requirements", known.enumerated().map { "r\($0 + 1): \($1)" }.joined(separator: "\n"))
      }
      if !sample.trajectory.isEmpty {
        material.add("what was done, a step a line", sample.trajectory.map(\.anonymous.text).joined(separator: "\n"))
      }
      material.add("the final answer", answer)
      switch try await asking.ask(Self.question(material, known: known), &work) {
      case .declined(let reason): return .absent("the judge cannot tell: \(reason)", cause: .declined)
      case .answer(let found): return Self.verdict(found)
      }
    }
  }

  private func requirements(of sample: EvaluationSample) throws -> [String] {
    // A row without expected values is judged by its task alone, a row with a blank one is broken.
    let wanted = try required ?? (sample.expected.isEmpty ? [] : sample.expectations())
    let all = wanted + forbidden.map { "It is not said and not done: \($0)" }
    guard all.count <= Self.mostRequirements else {
      throw EvaluationError.tooLarge(
        what: "a task has \(all.count) requirements", limit: "\(Self.mostRequirements)")
    }
    return all
  }

  enum Status: String, Sendable, CaseIterable {
    case met
    case unmet
    case cannotTell = "cannot_tell"
  }

  struct Finding: Sendable, Hashable {
    let requirement: String
    let status: Status
    let reason: String
  }

  static func verdict(_ findings: [Finding]) -> Verdict {
    let parts = findings.map { finding in
      let outcome: Outcome =
        switch finding.status {
        case .met: .score(1)
        case .unmet: .score(0)
        case .cannotTell: .absent(.init(finding.reason), cause: .declined)
        }
      return Verdict.Part(name: finding.requirement, outcome: outcome, reason: finding.reason)
    }
    func listed(_ parts: [Verdict.Part]) -> String {
      parts.map { "\($0.name.shown): \($0.reason)" }.joined(separator: "; ").cut(VerdictLine.longestReason)
    }
    let open = parts.filter { $0.outcome.score == nil }
    guard open.isEmpty else {
      return .absent(
        "the judge cannot tell \(open.count) of \(parts.count) requirements: \(listed(open))", cause: .declined,
        parts: parts)
    }
    let unmet = parts.filter { $0.outcome.score == 0 }
    return Verdict(
      score: Double(parts.count - unmet.count) / Double(parts.count),
      reason: unmet.isEmpty ? "all \(parts.count) requirements are met" : listed(unmet), parts: parts)
  }

  static func question(_ material: JudgeMaterial, known: [String]) -> JudgeQuestion<[Finding]> {
    let identifiers = known.indices.map { "r\($0 + 1)" }
    let whatToList =
      known.isEmpty
      ? """
      First list what the task asks for, 1 to 20 requirements, each one thing that can be met or not; take them from the \
      task alone, not from the answer. Then judge each.
      """
      : """
      The requirements are given with their names. Judge each of them, every one exactly once, by its name.
      """
    return JudgeQuestion(
      task: """
        Judge whether a task was done. The task is the question or the conversation; what counts is the final answer \
        and, where steps are given, what was really done in them. \(whatToList)

        met: it is done, and said where it has to be said, in whatever words.
        unmet: it is not done, only promised or planned, done otherwise (another amount, another thing, another person), \
        or the answer says the opposite. What the answer claims was done and the given steps do not show, or show to \
        have failed, is unmet.
        cannot_tell: the material does not show whether it is.

        Mind every number, amount, name and negation: $20 is not $2000, and "refund NOT issued" is not "refund issued".
        """,
      form: known.isEmpty
        ? #"{"requirements": [{"requirement": "...", \#(finding)}, ...], "cannot_tell": null}"#
        : #"{"requirements": {"r1": {\#(finding)}\#(known.count > 1 ? ", ..." : "")}, "cannot_tell": null}"#,
      schema: ReplyForm.object([
        "requirements": known.isEmpty
          ? ReplyForm.list(of: ReplyForm.object([("requirement", ReplyForm.text)] + findingForm))
          : ReplyForm.object(identifiers.map { ($0, ReplyForm.object(findingForm)) }),
        "cannot_tell": ReplyForm.textOrNull,
      ]),
      verdicts: known.isEmpty ? ["requirements"] : [], material: material
    ) { reply throws(JudgeProblem) in
      try reply.only(["requirements", "cannot_tell"])
      let list = try reply.required("requirements")
      var findings: [Finding] = []
      if known.isEmpty {
        for field in try list.elements(atMost: mostRequirements) {
          try field.only(["requirement", "reason", "status"])
          findings.append(try read(field, of: try field.required("requirement").text()))
        }
      } else {
        try list.only(Set(identifiers))
        for (identifier, text) in zip(identifiers, known) {
          let field = try list.required(identifier)
          try field.only(["reason", "status"])
          findings.append(try read(field, of: text))
        }
      }
      return findings
    }
  }

  private static let finding = #""reason": "...", "status": "met" or "unmet" or "cannot_tell""#
  private static var findingForm: [(name: String, schema: JSONValue)] {
    [("reason", ReplyForm.text), ("status", ReplyForm.choice(Status.allCases.map(\.rawValue)))]
  }

  private static func read(_ field: ReplyField, of requirement: String) throws(JudgeProblem) -> Finding {
    Finding(
      requirement: requirement, status: try field.required("status").choice(),
      reason: try field.required("reason").text())
  }
}
