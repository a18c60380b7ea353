import OpenAIWire

/// The kinds whose verdicts a judge can give.
public enum JudgeEvaluators {
  /// The judged kinds, for ``EvaluatorRegistry/adding(_:)``: AnswerRelevancy, Groundedness, TaskCompletion (whose rules
  /// stay), CustomEvaluation with a rubric, and PairwisePreference.
  public static func kinds(judge: any JudgeEndpoint) -> [EvaluatorKind] {
    EvaluatorRegistry.engineKinds(judge: judge, makeRunner: nil)
  }

  static let mend = "Name a judge: a model at an OpenAI-compatible endpoint."

  static func relevancy(_ judge: (any JudgeEndpoint)?) -> EvaluatorEngine {
    engine(judge, threshold: 0.5) { options, judge throws(EvaluationError) in
      JudgedAnswerRelevancy(
        name: options.name, threshold: options.threshold, judge: judge, settings: try JudgeSettings(options))
    }
  }

  static func groundedness(_ judge: (any JudgeEndpoint)?) -> EvaluatorEngine {
    engine(judge, threshold: 0.8) { options, judge throws(EvaluationError) in
      JudgedGroundedness(
        name: options.name, threshold: options.threshold, judge: judge, settings: try JudgeSettings(options))
    }
  }

  static func taskCompletion(_ judge: (any JudgeEndpoint)?) -> EvaluatorEngine {
    let facts = TaskCompletion.kind.options.filter { ["required", "forbidden"].contains($0.name) }
    return engine(judge, options: facts, threshold: 1) { options, judge throws(EvaluationError) in
      JudgedTaskCompletion(
        name: options.name, threshold: options.threshold, required: try statements("required", options),
        forbidden: try statements("forbidden", options) ?? [], judge: judge, settings: try JudgeSettings(options))
    }
  }

  /// The facts of the option as the rules take them, a fact's wordings side by side.
  private static func statements(
    _ option: String, _ options: EvaluatorOptions
  ) throws(EvaluationError) -> [String]? {
    guard let value = options[option] else { return nil }
    let facts = (value.array ?? [value]).map { entry in (entry.array ?? [entry]).map { $0.string ?? "" } }
    guard (1...JudgedTaskCompletion.mostRequirements).contains(facts.count),
      facts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { !$0.isBlank } })
    else {
      throw options.wrong(
        option, "a list of 1 to \(JudgedTaskCompletion.mostRequirements) facts, each a text or a list of its wordings",
        found: EvaluatorOptions.shown(value))
    }
    return facts.map { $0.joined(separator: " (or: ") + String(repeating: ")", count: $0.count - 1) }
  }

  /// CustomEvaluation: a program where there is a `command`, a judge where there is a `rubric`.
  static func custom(
    _ judge: (any JudgeEndpoint)?,
    makeRunner: (@Sendable (_ command: [String]) throws(EvaluationError) -> any EvaluationProgram)?
  ) -> EvaluatorKind {
    let program = CustomEvaluation.kind { command throws(EvaluationError) in
      guard let makeRunner else { throw .noRunner(evaluator: "CustomEvaluation") }
      return try makeRunner(command)
    }
    let rubric = EvaluatorOption(
      "rubric", "criteria with weights and scales for a judge, instead of a command: an object, or its JSON as a text")
    return EvaluatorKind(
      name: "CustomEvaluation", summary: "any program, or a judge by a rubric",
      options: program.options + [rubric] + JudgeSettings.options, threshold: 0.5
    ) { options throws(EvaluationError) in
      let own = Set(program.options.map(\.name))
      let isRubric = options["rubric"] != nil
      for option in options.names where own.contains(option) == isRubric && option != "rubric" {
        throw options.wrong(
          option, "left out \(isRubric ? "where there is a rubric" : "where a program gives the verdict")",
          found: "given")
      }
      guard let document = options["rubric"] else { return try program.make(options) }
      guard let judge else {
        throw .missingEngine(evaluator: "CustomEvaluation", engine: "rubric", has: [], mend: mend)
      }
      return RubricEvaluation(
        name: options.name, threshold: options.threshold, rubric: try Rubric(document), judge: judge,
        settings: try JudgeSettings(options))
    }
  }

  static func preference(_ judge: (any JudgeEndpoint)?) -> EvaluatorKind {
    EvaluatorKind(
      name: "PairwisePreference", summary: "whether a judge prefers the answer to another, asked in both orders",
      options: [
        EvaluatorOption(
          "against",
          "expected, the row's first expected value (default), or the name of the metadata with the other answer"),
        EvaluatorOption("flipped", "what a preference is that moves with the order: tie (default) or undecidable"),
        EvaluatorOption("criterion", "what makes an answer the better one, in a sentence or more"),
      ] + JudgeSettings.options, threshold: 0.5
    ) { options throws(EvaluationError) in
      guard let judge else {
        throw .missingEngine(evaluator: "PairwisePreference", engine: "judge", has: [], mend: mend)
      }
      let against = try options.string("against") ?? "expected"
      return PairwisePreference(
        name: options.name, threshold: options.threshold,
        against: against == "expected" ? .expected : .metadata(against),
        flipped: try options.choice("flipped", default: .tie),
        criterion: try options.string("criterion") ?? PairwisePreference.usualCriterion, judge: judge,
        settings: try JudgeSettings(options))
    }
  }

  private static func engine(
    _ judge: (any JudgeEndpoint)?, options: [EvaluatorOption] = [], threshold: Double,
    make: @escaping @Sendable (EvaluatorOptions, any JudgeEndpoint) throws(EvaluationError) -> any Evaluator
  ) -> EvaluatorEngine {
    let engine = EvaluatorEngine(
      "judge", options: options + JudgeSettings.options, threshold: threshold
    ) { options throws(EvaluationError) in
      guard let judge else {
        throw .missingEngine(evaluator: options.kind, engine: "judge", has: [], mend: mend)
      }
      return try make(options, judge)
    }
    return judge == nil ? engine.missing(mend) : engine
  }
}
