/// Whether what an answer says rests on the row's passages, claim by claim, by sentence embeddings and exact comparison,
/// without a judge.
///
/// Every sentence of the answer that claims something is held against the passages' sentences: how near the nearest is and
/// how much of its words they have (so a paraphrase is found), and exactly, against the best-matching sentences, its amounts
/// with their units, its names, its denials and words that rule each other out. A claim that the passages say otherwise is
/// contradicted; one that they do not say is not found. The score is half the mean and half the least of the claims, so that
/// one bad claim among many shows.
///
/// It does not reason: what follows from two sentences together, and a contradiction without a number, a name, a denial or a
/// known pair of opposites, it cannot see. The rules are English.
public struct SemanticGroundedness: Evaluator {
  public let name: String
  public let version = 1
  public let threshold: Double
  public let encoder: any SentenceEncoder
  /// Names the weights: others give other scores.
  public var engine: String { "local by \(encoder.identity)" }
  private let store: SemanticAnchorStore

  public init(name: String = "SemanticGroundedness", threshold: Double = 0.5, encoder: any SentenceEncoder) {
    self.name = name
    self.threshold = threshold
    self.encoder = encoder
    store = SemanticAnchorStore(encoder: encoder)
  }

  /// Claims of an answer and sentences of its context that are compared.
  public static let mostClaims = 200
  public static let mostSentences = 2000

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    do {
      return try await scored(sample)
    } catch let nothing as NothingToScore {
      return .absent(nothing.reason, cause: nothing.cause)
    }
  }

  private func scored(_ sample: EvaluationSample) async throws -> Verdict {
    let claims = try await measured(sample)
    let parts = claims.map { claim, features in
      Self.part(claim, features, score: Self.score(features), passes: threshold)
    }
    let scores = parts.compactMap(\.outcome.score)
    guard let least = scores.min() else {
      throw NothingToScore("the answer claims nothing that could rest on the context", cause: .undecidable)
    }
    let mean = scores.reduce(0, +) / Double(scores.count)
    let failed = parts.filter { ($0.outcome.score ?? 0) < threshold }
    return Verdict(
      score: (mean + least) / 2,
      reason: failed.isEmpty
        ? "the context carries \(parts.count == 1 ? "the claim" : "all \(parts.count) claims")"
        : "\(failed.count) of \(parts.count) claims do not rest on the context: "
          + failed.prefix(3).map { "\"\($0.name)\": \($0.reason)" }.joined(separator: "; "),
      parts: parts)
  }

  /// The features of each claim, for fitting.
  func features(of sample: EvaluationSample) async throws -> [[String: Double]] {
    try await measured(sample).map(\.1.values)
  }

  private static func score(_ features: GroundednessFeatures) -> Double {
    SemanticModel.shared.groundedness.gates(features.values).reduce(1) { $0 * $1.open }
  }

  private func measured(_ sample: EvaluationSample) async throws -> [(Statement, GroundednessFeatures)] {
    let answer = try sample.answer()
    guard sample.context.contains(where: { !$0.isBlank }) else {
      throw NothingToScore(
        "the row has no context to rest on; map a column of the dataset to it", cause: .noExpectation)
    }
    try SemanticAnswerRelevancy.checkLanguage(answer)
    let question = sample.input.question
    let ground = GroundednessFeatures.Ground(sample.context, question: question)
    guard !ground.sentences.isEmpty else { throw NothingToScore("the context has no words", cause: .noExpectation) }
    guard ground.sentences.count <= Self.mostSentences else {
      throw EvaluationError.tooLarge(
        what: "the context has \(ground.sentences.count) sentences", limit: "\(Self.mostSentences)")
    }
    let claims = try await claims(answer, question)
    let embeddings = try await Embeddings(
      claims.map(\.text) + ground.sentences.map(\.text) + ground.windows, by: encoder)
    let best = claims.map { GroundednessFeatures.best($0, ground, embeddings) }
    let words = try await Embeddings(
      zip(claims, best).flatMap { GroundednessFeatures.words($0, ground, $1) }, by: encoder)
    let all = embeddings.merging(words)
    return zip(claims, best).map { claim, best in
      (claim, GroundednessFeatures(claim, ground: ground, best: best, embeddings: all))
    }
  }

  /// The sentences that claim something: no question, no courtesy, no refusal, and not a bare word.
  private func claims(_ answer: String, _ question: String) async throws -> [Statement] {
    let scalars = Array(answer.unicodeScalars)
    let substance = try Substance(of: answer, to: question)
    let anchors = try await store.anchors()
    let embeddings = try await Embeddings(substance.openingTexts, by: encoder)
    let kept = substance.sentences.filter { sentence in
      !sentence.piece.text.hasScalarSuffix("?")
        && sentence.piece.words.contains { !EnglishWords.shared.isFunction($0) }
        && substance.kind(sentence, embeddings, anchors) == .substance
    }
    guard kept.count <= Self.mostClaims else {
      throw EvaluationError.tooLarge(what: "the answer has \(kept.count) claims", limit: "\(Self.mostClaims)")
    }
    return kept.map { Statement($0.piece, of: scalars) }
  }

  private static func part(
    _ claim: Statement, _ features: GroundednessFeatures, score: Double, passes threshold: Double
  ) -> Verdict.Part {
    let passage = "\"\(features.passage.shown)\" (\(features.nearness.signed2))"
    let reason: String
    if score >= threshold {
      reason = "carried by \(passage)"
    } else if let contradiction = features.contradiction {
      reason = "contradicted: \(contradiction); the passage is \(passage)"
    } else if let unknown = features.unknown {
      reason = "not found: \(unknown); nearest is \(passage)"
    } else {
      reason = "not found: nearest is \(passage)"
    }
    return Verdict.Part(name: claim.text.shown, outcome: .score(score), reason: reason)
  }
}
