extension EvaluatorRegistry {
  /// All kinds there are, with the engines that can be had.
  ///
  /// Where a kind has several, its option `engine` chooses. What needs no judge is the usual one, so that nothing is paid
  /// for that was not asked for. A kind or an engine whose judge is missing is listed all the same, and asking for it is
  /// refused with the mend.
  ///
  /// - Parameters:
  ///   - judge: the model that gives verdicts; nil where none was named.
  ///   - encoder: what the local engines of AnswerRelevancy and Groundedness read by; nil where there is none.
  ///   - makeRunner: starts programs for CustomEvaluation; nil where nothing does.
  public static func standard(
    judge: (any JudgeEndpoint)? = nil, encoder: (any SentenceEncoder)? = nil,
    makeRunner: (@Sendable (_ command: [String]) throws(EvaluationError) -> any EvaluationProgram)? = nil
  ) -> EvaluatorRegistry {
    local.adding(engineKinds(judge: judge, encoder: encoder, makeRunner: makeRunner))
  }

  /// The kinds that have an engine beyond what ``local`` holds.
  static func engineKinds(
    judge: (any JudgeEndpoint)?, encoder: (any SentenceEncoder)? = nil,
    makeRunner: (@Sendable (_ command: [String]) throws(EvaluationError) -> any EvaluationProgram)?
  ) -> [EvaluatorKind] {
    [
      .engines(
        name: "AnswerRelevancy", summary: "the answer answers what was asked", usual: "local",
        [SemanticEvaluators.relevancy(encoder), JudgeEvaluators.relevancy(judge)]),
      .engines(
        name: "Groundedness", summary: "what the answer claims rests on the context, claim by claim", usual: "local",
        [SemanticEvaluators.groundedness(encoder), JudgeEvaluators.groundedness(judge)]),
      .engines(
        name: "TaskCompletion", summary: "the task was done: by rules over facts, or by a judge", usual: "rules",
        [EvaluatorEngine("rules", kind: TaskCompletion.kind), JudgeEvaluators.taskCompletion(judge)]),
      JudgeEvaluators.preference(judge),
      JudgeEvaluators.custom(judge, makeRunner: makeRunner),
    ]
  }
}
