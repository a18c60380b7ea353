extension EvaluatorRegistry {
  /// All kinds there are, with the engines that can be had.
  ///
  /// Where a kind has several, its option `engine` chooses. What needs no judge is the usual one, so that nothing is paid
  /// for that was not asked for. A kind or an engine whose judge is missing is listed all the same, and asking for it is
  /// refused with the mend.
  ///
  /// - Parameters:
  ///   - judge: the model that gives verdicts; nil where none was named.
  ///   - makeRunner: starts programs for CustomEvaluation; nil where nothing does.
  public static func standard(
    judge: (any JudgeEndpoint)? = nil,
    makeRunner: (@Sendable (_ command: [String]) throws(EvaluationError) -> any EvaluationProgram)? = nil
  ) -> EvaluatorRegistry {
    local.adding(engineKinds(judge: judge, makeRunner: makeRunner))
  }

  /// The kinds that have an engine beyond what ``local`` holds.
  ///
  /// The place of the local engines of AnswerRelevancy and Groundedness is in the first two lists, in front of the
  /// judge's: `EvaluatorEngine("local", kind: ...)` where there is a sentence encoder, and
  /// ``EvaluatorEngine/init(missing:options:threshold:mend:)`` where there is none. Then `local` becomes the usual one, and
  /// an encoder a parameter here and in ``standard(judge:makeRunner:)``.
  static func engineKinds(
    judge: (any JudgeEndpoint)?,
    makeRunner: (@Sendable (_ command: [String]) throws(EvaluationError) -> any EvaluationProgram)?
  ) -> [EvaluatorKind] {
    [
      .engines(
        name: "AnswerRelevancy", summary: "the answer answers what was asked", usual: "judge",
        [JudgeEvaluators.relevancy(judge)]),
      .engines(
        name: "Groundedness", summary: "what the answer claims rests on the context, claim by claim", usual: "judge",
        [JudgeEvaluators.groundedness(judge)]),
      .engines(
        name: "TaskCompletion", summary: "the task was done: by rules over facts, or by a judge", usual: "rules",
        [EvaluatorEngine("rules", kind: TaskCompletion.kind), JudgeEvaluators.taskCompletion(judge)]),
      JudgeEvaluators.preference(judge),
      JudgeEvaluators.custom(judge, makeRunner: makeRunner),
    ]
  }
}
