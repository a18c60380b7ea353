import Measures
import OpenAIWire

/// What a judge makes of an answer by a rubric: CustomEvaluation with `rubric`.
///
/// Each criterion gets a mark on its own scale and becomes a part with (mark - low) / (high - low). The score is the mean
/// of the parts by the criteria's weights. A criterion that the judge cannot tell leaves the answer without a score: a
/// mean over the others would be one of another rubric.
///
/// The order in which criteria are asked for is drawn for each row from the settings' seed, so that none always comes
/// first.
public struct RubricEvaluation: Evaluator {
  public let name: String
  public let threshold: Double
  public let rubric: Rubric
  private let asking: JudgeAsking

  public init(
    name: String = "CustomEvaluation", threshold: Double = 0.5, rubric: Rubric, judge: any JudgeEndpoint,
    settings: JudgeSettings = JudgeSettings()
  ) {
    self.init(
      name: name, threshold: threshold, rubric: rubric,
      asking: JudgeAsking(evaluator: name, judge: judge, settings: settings))
  }

  init(name: String = "CustomEvaluation", threshold: Double = 0.5, rubric: Rubric, asking: JudgeAsking) {
    self.name = name
    self.threshold = threshold
    self.rubric = rubric
    self.asking = asking
  }

  /// The rubric's.
  public var version: Int { rubric.version }
  public var engine: String { asking.engine }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    try await asking.verdict(of: sample) { work in
      let answer = try sample.answer()
      var material = JudgeMaterial()
      material.addQuestion(sample)
      if rubric.shows.contains(.context) { material.addPassages(sample.context) }
      if rubric.shows.contains(.expected) {
        for (index, text) in sample.expected.enumerated() { material.add("right answer \(index + 1)", text) }
      }
      if rubric.shows.contains(.trajectory), !sample.trajectory.isEmpty {
        material.add("what was done, a step a line", sample.trajectory.map(\.anonymous.text).joined(separator: "\n"))
      }
      material.add("the answer", answer)
      let order = RowOrder.shuffled(Array(rubric.criteria.indices), sample, seed: asking.settings.seed)
      switch try await asking.ask(question(material, order), &work) {
      case .declined(let reason): return .absent("the judge cannot tell: \(reason)", cause: .declined)
      case .answer(let marks): return verdict(marks)
      }
    }
  }

  struct Mark: Sendable, Hashable {
    /// Nil where the judge cannot tell.
    let mark: Int?
    let reason: String
  }

  /// - Parameter marks: one for each criterion, in the rubric's order.
  func verdict(_ marks: [Mark]) -> Verdict {
    let parts = zip(rubric.criteria, marks).map { criterion, mark in
      guard let point = mark.mark else {
        return Verdict.Part(
          name: criterion.name, outcome: .absent(Absence(mark.reason), cause: .declined), reason: mark.reason)
      }
      let score = Double(point - criterion.scale.lowerBound) / Double(criterion.scale.count - 1)
      return Verdict.Part(
        name: criterion.name, outcome: .score(score),
        reason: "\(point) of \(criterion.scale.lowerBound) to \(criterion.scale.upperBound): \(mark.reason)")
    }
    let open = parts.filter { $0.outcome.score == nil }
    guard open.isEmpty else {
      return .absent(
        "the judge cannot tell \(open.map { "\($0.name.shown): \($0.reason)" }.joined(separator: "; "))"
          .cut(VerdictLine.longestReason), cause: .declined, parts: parts)
    }
    let total = rubric.criteria.reduce(0) { $0 + $1.weight }
    let sum = zip(rubric.criteria, parts).reduce(0) { $0 + $1.0.weight * ($1.1.outcome.score ?? 0) }
    return Verdict(
      score: min(1, max(0, sum / total)),
      reason: parts.map { "\($0.name.shown) \($0.reason)" }.joined(separator: "; ").cut(VerdictLine.longestReason),
      parts: parts)
  }

  /// - Parameter order: places in the rubric, in the order in which they are asked for: c1 is the first.
  func question(_ material: JudgeMaterial, _ order: [Int]) -> JudgeQuestion<[Mark]> {
    let criteria = rubric.criteria
    let schema = order.enumerated().map { place, index in
      (
        name: "c\(place + 1)",
        schema: ReplyForm.object(["reason": ReplyForm.text, "mark": ReplyForm.mark(criteria[index].scale)])
      )
    }
    return JudgeQuestion(
      task: task(order),
      form: """
        {"criteria": {"c1": {"reason": "why this mark", "mark": a whole number of its scale, or null where it cannot be \
        told}\(order.count > 1 ? ", ... \"c\(order.count)\": {...}" : "")}, "cannot_tell": null}
        """,
      schema: ReplyForm.object(["criteria": ReplyForm.object(schema), "cannot_tell": ReplyForm.textOrNull]),
      verdicts: [], material: material
    ) { reply throws(JudgeProblem) in
      try reply.only(["criteria", "cannot_tell"])
      let list = try reply.required("criteria")
      try list.only(Set(schema.map(\.name)))
      var marks: [Int: Mark] = [:]
      for (place, index) in order.enumerated() {
        let field = try list.required("c\(place + 1)")
        try field.only(["reason", "mark"])
        var mark: Int?
        if let given = try field.member("mark") { mark = try given.mark(criteria[index].scale) }
        marks[index] = Mark(mark: mark, reason: try field.required("reason").text())
      }
      return criteria.indices.compactMap { marks[$0] }
    }
  }

  private func task(_ order: [Int]) -> String {
    var text = "Judge the answer by the criteria below, each for itself and each exactly once.\n"
    if let instructions = rubric.instructions { text += "\n\(instructions)\n" }
    for (place, index) in order.enumerated() {
      let criterion = rubric.criteria[index]
      text += "\nc\(place + 1), \(criterion.name): \(criterion.question)\n"
      text +=
        "A whole number from \(criterion.scale.lowerBound), the worst, to \(criterion.scale.upperBound), the best."
      for (point, anchor) in criterion.anchors.sorted(by: { $0.key < $1.key }) { text += " \(point) means: \(anchor)." }
      text += "\n"
    }
    return text
  }
}

/// Orders that are drawn for a row: the same for the same row and seed, on every machine.
enum RowOrder {
  static func shuffled(_ elements: [Int], _ sample: EvaluationSample, seed: Int) -> [Int] {
    var generator = SeededGenerator(seed: hash(sample) ^ UInt64(bitPattern: Int64(seed)))
    var elements = elements
    for end in elements.indices.dropFirst().reversed() {
      elements.swapAt(end, generator.index(below: end + 1))
    }
    return elements
  }

  /// FNV-1a over the row's id, or over its question where it has none: all candidates of a row share its order.
  private static func hash(_ sample: EvaluationSample) -> UInt64 {
    (sample.id ?? sample.input.question).utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
