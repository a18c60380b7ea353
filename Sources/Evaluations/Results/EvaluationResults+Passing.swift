import Records

extension EvaluationResults {
  /// The names of the evaluators whose verdicts say whether an answer passes, as people read them. Nil where all of them
  /// have to agree.
  public var passingEvaluator: String? {
    let names = passingEvaluators
    return names.count > 1 && Set(names) == Set(evaluatorNames) ? nil : names.joined(separator: ", ")
  }

  /// The evaluators that have a say in whether an answer passes: those that the plan names, a line each, else all.
  static func passingEvaluators(of evaluation: EvaluationRecord, all names: [String]) -> [String] {
    let named = evaluation.manifest.sections["settings"]?["passes"]?.split(separator: "\n").map(String.init) ?? []
    return named.isEmpty ? names : named
  }

  /// Whether an answer passes: when all evaluators pass it that have a say. A verdict against it settles the matter; where one
  /// is missing and none is against it there is no saying.
  func passed(_ verdicts: [VerdictRecord]) -> Bool? {
    var isComplete = !passingEvaluators.isEmpty
    for name in passingEvaluators {
      switch verdicts.first(where: { $0.evaluator == name })?.passed {
      case false?: return false
      case true?: break
      case nil: isComplete = false
      }
    }
    return isComplete ? true : nil
  }

  /// What a request that came to nothing failed of. Nil for one that was answered.
  ///
  /// A blank answer that no evaluator could score is no answer: whoever asked got nothing. Left out, it would be to the
  /// candidate's advantage.
  func failure(of observation: ObservationRecord) -> String? {
    if observation.status == .failed { return observation.failureKind ?? "failed" }
    let verdicts = verdicts(on: observation)
    if verdicts.contains(where: { $0.score != nil }) { return nil }
    let isBlank =
      observation.text.map { $0.allSatisfy(\.isWhitespace) } == true && observation.toolCalls == nil
      && observation.trajectory == nil
    let isCalledEmpty = verdicts.contains { verdict in
      if case .absent(_, cause: "no-answer") = verdict.outcome { true } else { false }
    }
    return isBlank || isCalledEmpty ? "no-answer" : nil
  }
}
