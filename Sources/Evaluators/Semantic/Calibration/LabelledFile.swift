import OpenAIWire

/// The labelled rows that the project ships, in `evaluations/labelled`.
public enum LabelledFile {
  /// Which rows: weights were fitted on one part and are reported on the other.
  public enum Part: String, Sendable {
    case fit
    case heldOut = "held-out"
  }

  /// A line of `relevancy.jsonl`.
  public struct Question: Sendable, Hashable {
    public let source: String
    public let row: AnswerAttack.Row
  }

  /// The rows of a part, from `relevancy.jsonl`.
  /// - Throws: ``EvaluationError/malformedSample(place:reason:)`` and what reading JSON throws.
  public static func questions(_ bytes: [UInt8], part: Part) throws -> [Question] {
    try lines(bytes).compactMap { place, row in
      guard let question = row["question"]?.string, let answer = row["answer"]?.string,
        let source = row["source"]?.string, let name = row["part"]?.string
      else {
        throw EvaluationError.malformedSample(place: place, reason: "it has no question, answer, source and part")
      }
      guard name == part.rawValue else { return nil }
      return Question(
        source: source,
        row: AnswerAttack.Row(question: question, answer: answer, opening: row["opening"]?.string))
    }
  }

  /// Each good answer, also with a courtesy or a remark around it, and what every attack makes of it.
  /// - Parameter others: answers of other rows of the same source, for each.
  public static func answers(_ questions: [Question], part: Part, others: Int = 1) -> [LabelledAnswer] {
    let phrases: AnswerAttack.Phrases = part == .fit ? .fit : .heldOut
    var bySource: [String: [AnswerAttack.Row]] = [:]
    for question in questions { bySource[question.source, default: []].append(question.row) }
    var places: [String: Int] = [:]
    var answers: [LabelledAnswer] = []
    for question in questions {
      let row = question.row
      func add(_ kind: String, _ label: Bool, _ text: String) {
        answers.append(
          LabelledAnswer(
            sample: EvaluationSample(input: .text(row.question), output: text, expected: [row.answer]), label: label,
            kind: kind))
      }
      add("good", true, row.answer)
      for (kind, text) in goodForms(row) { add(kind, true, text) }
      for attack in AnswerAttack.allCases {
        if let text = attack.answer(row, phrases: phrases) { add(attack.rawValue, false, text) }
      }
      let index = places[question.source, default: 0]
      places[question.source] = index + 1
      for round in 0..<others {
        if let text = AnswerAttack.otherAnswer(index, of: bySource[question.source] ?? [], round: round) {
          add("other-row", false, text)
        }
      }
    }
    return answers
  }

  private static func goodForms(_ row: AnswerAttack.Row) -> [(String, String)] {
    var choice = AttackChoice(row.question + "good")
    var forms = [
      (
        "good-polite",
        choice.one(of: [
          "Thanks for your question. ", "Good question! ", "Sure, happy to help. ", "I'm sorry about the trouble. ",
        ]) + row.answer
      ),
      (
        "good-not-available",
        row.answer
          + choice.one(of: [
            " More details are not available.", " A list of exceptions is not available online.",
            " Support by phone is not available.",
          ])
      ),
    ]
    if let opening = row.opening { forms.append(("good-restated", opening + ". " + row.answer)) }
    return forms
  }

  /// The claims of a part, from `groundedness.jsonl`: a line has passages, and claims about them.
  /// - Throws: as ``questions(_:part:)``.
  public static func claims(_ bytes: [UInt8], part: Part) throws -> [LabelledAnswer] {
    var answers: [LabelledAnswer] = []
    for (place, row) in try lines(bytes) {
      guard let context = row["context"]?.array?.compactMap(\.string), !context.isEmpty,
        let claims = row["claims"]?.array, let name = row["part"]?.string
      else { throw EvaluationError.malformedSample(place: place, reason: "it has no context, claims and part") }
      guard name == part.rawValue else { continue }
      for claim in claims {
        guard let object = claim.object, let text = object["claim"]?.string, let kind = object["kind"]?.string,
          let label = object["supported"]?.boolean
        else { throw EvaluationError.malformedSample(place: place, reason: "a claim has no claim, kind and supported") }
        answers.append(
          LabelledAnswer(
            sample: EvaluationSample(
              input: .text(row["question"]?.string ?? ""), output: text, context: context), label: label, kind: kind))
      }
    }
    return answers
  }

  private static func lines(_ bytes: [UInt8]) throws -> [(place: String, row: JSONObject)] {
    try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      let place = "line \(index + 1)"
      guard let object = try JSONReader.value(of: line).object else {
        throw EvaluationError.malformedSample(place: place, reason: "it is no object")
      }
      return (place, object)
    }
  }
}
