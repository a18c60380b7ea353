import OpenAIWire
import Testing

@testable import Evaluators

@Suite("A rubric for a judge")
struct RubricTests {
  private static let text = """
    {"version": 4, "instructions": "The reader is a new customer.", "scale": {"low": 1, "high": 5},
     "criteria": [
      {"name": "correct", "question": "Is all of it so?", "weight": 3, "anchors": {"1": "a wrong figure", "5": "all right"}},
      {"name": "tone", "question": "Is it friendly?", "scale": {"low": 0, "high": 1}},
      {"name": "short", "question": "Is it short?", "weight": 0.5}]}
    """

  private func reply(_ marks: [String]) -> String {
    let list = marks.enumerated().map { #""c\#($0 + 1)": {"reason": "r", "mark": \#($1)}"# }.joined(separator: ",")
    return "{\"criteria\": {\(list)}, \"cannot_tell\": null}"
  }

  /// The criteria in the order in which the judge is asked for them.
  private func order(_ request: JudgeRequest) -> [String] {
    request.system.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 1, words[0].hasPrefix("c"), words[0].hasSuffix(","), words[1].hasSuffix(":") else {
        return nil
      }
      return String(words[1].dropLast())
    }
  }

  /// A judge that gives each criterion its mark, whatever the order.
  private func judge(_ marks: [String: String]) -> ScriptedJudge {
    ScriptedJudge { request, _ in .text(self.reply(self.order(request).map { marks[$0] ?? "null" })) }
  }

  @Test("the score is the mean of the criteria by weight, each over its own scale")
  func weights() async throws {
    let rubric = try Rubric(.string(Self.text))
    let judge = judge(["correct": "4", "tone": "0", "short": "5"])
    let evaluation = try await RubricEvaluation(rubric: rubric, judge: judge).evaluate(asked("In 5 days."))
    // (3 * 3/4 + 1 * 0 + 0.5 * 1) / 4.5
    #expect(abs((evaluation.score ?? -1) - 2.75 / 4.5) < 1e-12)
    #expect(evaluation.version == 4)
    #expect(evaluation.parts.map(\.name) == ["correct", "tone", "short"])
    #expect(evaluation.parts.map(\.outcome.score) == [0.75, 0, 1])
    #expect(evaluation.parts[0].reason == "4 of 1 to 5: r")
    #expect(judge.requests[0].system.contains("1 means: a wrong figure. 5 means: all right."))
    #expect(judge.requests[0].system.contains("The reader is a new customer."))
    for (marks, score) in [(["5", "1", "5"], 1.0), (["1", "0", "1"], 0.0)] {
      let judge = self.judge(["correct": marks[0], "tone": marks[1], "short": marks[2]])
      #expect(try await RubricEvaluation(rubric: rubric, judge: judge).score(asked("In 5 days.")) == score)
    }
  }

  @Test("the order is drawn for each row: the same again, and no criterion always first")
  func orders() async throws {
    let rubric = try Rubric(.string(Self.text))
    func order(_ id: String, seed: Int = 0) async throws -> [String] {
      let judge = judge(["correct": "4", "tone": "0", "short": "5"])
      var sample = asked("In 5 days.")
      sample.id = id
      let evaluator = RubricEvaluation(rubric: rubric, judge: judge, settings: JudgeSettings(seed: seed))
      #expect(abs((try await evaluator.score(sample) ?? -1) - 2.75 / 4.5) < 1e-12)
      return self.order(judge.requests[0])
    }
    var firsts: [String: Int] = [:]
    for row in 0..<60 {
      let drawn = try await order("row \(row)")
      #expect(drawn.sorted() == ["correct", "short", "tone"])
      #expect(try await order("row \(row)") == drawn)
      firsts[drawn[0], default: 0] += 1
    }
    #expect(firsts.count == 3)
    #expect(firsts.values.allSatisfy { $0 >= 10 })
    var differ = false
    for row in 0..<10 where try await order("row \(row)") != order("row \(row)", seed: 1) { differ = true }
    #expect(differ)
  }

  @Test("a criterion that the judge cannot tell leaves the answer without a score")
  func open() async throws {
    let judge = judge(["correct": "4", "short": "5"])
    let evaluation = try await RubricEvaluation(rubric: try Rubric(.string(Self.text)), judge: judge)
      .evaluate(asked("In 5 days."))
    #expect(evaluation.score == nil)
    #expect(evaluation.parts.map(\.outcome.score) == [0.75, nil, 1])
    #expect(evaluation.outcome.absence?.reason == "the judge cannot tell tone: r")
  }

  @Test("a criterion left out, made up or off its scale is no verdict")
  func malformed() async throws {
    let one = try Rubric(json(#"{"criteria": [{"name": "a", "question": "b?"}]}"#))
    for (text, kind) in [
      (reply([]), JudgeProblem.Kind.form), (reply(["3", "3"]), .form), (reply(["6"]), .range), (reply(["0"]), .range),
      (reply(["2.5"]), .range), (reply(["\"3\""]), .form), (#"{"criteria": {"c1": 3}}"#, .form),
      (#"{"criteria": {"c1": {"mark": 3}}}"#, .form), (#"{"criteria": [], "cannot_tell": null}"#, .form),
      (#"{"criteria": null, "cannot_tell": ""}"#, .form),
      (#"{"criteria": {"c1": {"mark": 3, "reason": "r", "x": 1}}}"#, .form),
    ] {
      let evaluator = RubricEvaluation(rubric: one, judge: ScriptedJudge(texts: text))
      let error = await #expect(throws: EvaluationError.self) { try await evaluator.evaluate(asked("In 5 days.")) }
      guard case .judgeFailed(_, _, _, let work) = error else { continue }
      #expect(work.problems.map(\.kind) == [kind, kind, kind], "\(text)")
    }
  }

  @Test("shows what it says, where the row has it")
  func shows() async throws {
    func sections(_ rubric: String) async throws -> [Bool] {
      let judge = ScriptedJudge(texts: reply(["3"]))
      _ = try await RubricEvaluation(rubric: try Rubric(.string(rubric)), judge: judge)
        .evaluate(asked("In 5 days.", context: ["a passage"], expected: ["5 days"]))
      return ["passage 1", "right answer 1", "the answer"].map { judge.requests[0].section($0) != nil }
    }
    #expect(try await sections(#"{"criteria": [{"name": "a", "question": "b?"}]}"#) == [true, true, true])
    #expect(
      try await sections(#"{"shows": ["context"], "criteria": [{"name": "a", "question": "b?"}]}"#) == [
        true, false, true,
      ])
    #expect(
      try await sections(#"{"shows": [], "criteria": [{"name": "a", "question": "b?"}]}"#) == [false, false, true])
  }

  @Test(
    "a rubric that cannot be used is refused with its place",
    arguments: [
      ("[", ""), ("[]", ""), ("{}", "criteria"), (#"{"criteria": []}"#, "criteria"),
      (#"{"criteria": [{}]}"#, "criteria[0].name"),
      (#"{"criteria": [{"name": "a"}]}"#, "criteria[0].question"),
      (#"{"criteria": [{"name": " ", "question": "b"}]}"#, "criteria[0].name"),
      (#"{"criteria": [{"name": "a", "question": "b", "weight": 0}]}"#, "criteria[0].weight"),
      (#"{"criteria": [{"name": "a", "question": "b", "weight": -1}]}"#, "criteria[0].weight"),
      (#"{"criteria": [{"name": "a", "question": "b", "weigth": 1}]}"#, "criteria[0].weigth"),
      (#"{"criteria": [{"name": "a", "question": "b", "scale": {"low": 5, "high": 1}}]}"#, "criteria[0].scale"),
      (#"{"criteria": [{"name": "a", "question": "b", "scale": {"low": 0, "high": 999}}]}"#, "criteria[0].scale"),
      (#"{"criteria": [{"name": "a", "question": "b", "anchors": {"9": "x"}}]}"#, "criteria[0].anchors.9"),
      (#"{"criteria": [{"name": "a", "question": "b", "anchors": {"one": "x"}}]}"#, "criteria[0].anchors.one"),
      (#"{"criteria": [{"name": "a", "question": "b"}, {"name": "a", "question": "c"}]}"#, "criteria[1]"),
      (#"{"shows": ["answer"], "criteria": [{"name": "a", "question": "b"}]}"#, "shows[0]"),
      (#"{"version": "1", "criteria": [{"name": "a", "question": "b"}]}"#, "version"),
    ])
  func refused(text: String, place: String) {
    let error = #expect(throws: EvaluationError.self) { try Rubric(.string(text)) }
    guard case .badRubric(place: place, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.isUsageError == true)
  }

  @Test("CustomEvaluation takes a rubric or a command, not both, and needs a judge for the one")
  func kinds() async throws {
    let judge = ScriptedJudge(texts: reply(["5"]))
    let rubric = try json(#"{"criteria": [{"name": "a", "question": "b?"}]}"#)
    let registry = EvaluatorRegistry.standard(judge: judge)
    let made = try registry.make(
      EvaluatorConfiguration("CustomEvaluation", options: ["rubric": rubric, "attempts": .integer(1)]))
    #expect(try await made.score(asked("In 5 days.")) == 1)
    func error(_ registry: EvaluatorRegistry, _ options: [String: JSONValue]) -> EvaluationError? {
      #expect(throws: EvaluationError.self) {
        try registry.make(EvaluatorConfiguration("CustomEvaluation", options: options))
      }
    }
    #expect(
      error(EvaluatorRegistry.standard(), ["rubric": rubric])
        == .missingEngine(evaluator: "CustomEvaluation", engine: "rubric", has: [], mend: JudgeEvaluators.mend))
    #expect(error(registry, ["command": .string("x")]) == .noRunner(evaluator: "CustomEvaluation"))
    for options in [["rubric": rubric, "command": .string("x")], ["command": .string("x"), "attempts": .integer(2)]] {
      guard case .wrongOption = error(registry, options) else {
        Issue.record("\(options)")
        return
      }
    }
    guard case .missingOption = error(registry, [:]) else {
      Issue.record("nothing was given")
      return
    }
    guard case .badRubric = error(registry, ["rubric": .integer(1)]) else {
      Issue.record("a number is no rubric")
      return
    }
  }
}
