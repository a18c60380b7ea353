/// The kinds that sentence embeddings can give verdicts on, without a judge.
enum SemanticEvaluators {
  static let mend = "Its encoder is not there: efficientllm models get minilm."

  static func relevancy(_ encoder: (any SentenceEncoder)?) -> EvaluatorEngine {
    engine(encoder, threshold: 0.5) { options, encoder throws(EvaluationError) in
      SemanticAnswerRelevancy(name: options.name, threshold: options.threshold, encoder: encoder)
    }
  }

  static func groundedness(_ encoder: (any SentenceEncoder)?) -> EvaluatorEngine {
    engine(encoder, threshold: 0.5) { options, encoder throws(EvaluationError) in
      SemanticGroundedness(name: options.name, threshold: options.threshold, encoder: encoder)
    }
  }

  private static func engine(
    _ encoder: (any SentenceEncoder)?, threshold: Double,
    make: @escaping @Sendable (EvaluatorOptions, any SentenceEncoder) throws(EvaluationError) -> any Evaluator
  ) -> EvaluatorEngine {
    guard let encoder else {
      return EvaluatorEngine("local", options: [], threshold: threshold) { options throws(EvaluationError) in
        throw .missingEngine(evaluator: options.kind, engine: "local", has: [], mend: mend)
      }.missing(mend)
    }
    return EvaluatorEngine("local", options: [], threshold: threshold) { options throws(EvaluationError) in
      try make(options, encoder)
    }
  }
}
