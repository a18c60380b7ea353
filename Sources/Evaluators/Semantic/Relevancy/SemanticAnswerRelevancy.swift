/// Whether an answer speaks to its question, by sentence embeddings and without a judge.
///
/// Near the question is not enough: the question itself is nearest. So the answer is taken without what it repeats of the
/// question, without courtesies and without refusals, and five things have to hold of the rest, each a number from 0 to 1
/// that was fitted on labelled answers; the score is their product:
///
/// * it is about the question, more than about others,
/// * so is what is left of it without the question's own words,
/// * it adds words of its own,
/// * its words stand in an order that a sentence has,
/// * none of its clauses comes from nowhere or leads away.
///
/// A score depends on the question, the answer and the encoder's weights, and on no other row: it is the same in every
/// version of a dataset.
///
/// It does not know whether what an answer says is true, and an absurd reason in the question's own field can pass.
/// The rules are English.
public struct SemanticAnswerRelevancy: Evaluator {
  public let name: String
  public let version = 2
  public let threshold: Double
  public let encoder: any SentenceEncoder
  /// Names the weights: others give other scores.
  public var engine: String { "local by \(encoder.identity)" }
  private let store: SemanticAnchorStore

  public init(name: String = "SemanticAnswerRelevancy", threshold: Double = 0.5, encoder: any SentenceEncoder) {
    self.name = name
    self.threshold = threshold
    self.encoder = encoder
    store = SemanticAnchorStore(encoder: encoder)
  }

  public func verdict(of sample: EvaluationSample) async throws -> Verdict {
    do {
      return try await scored(sample)
    } catch let nothing as NothingToScore {
      return .absent(nothing.reason, cause: nothing.cause)
    }
  }

  private func scored(_ sample: EvaluationSample) async throws -> Verdict {
    let (answer, question) = (try sample.answer(), sample.input.question)
    guard !question.isBlank else { throw NothingToScore("the row has no question", cause: .noExpectation) }
    try Self.checkLanguage(answer)
    let substance = try Substance(of: answer, to: question)
    guard !substance.sentences.isEmpty else { throw NothingToScore("the answer has no words", cause: .undecidable) }
    if let bare = Self.bare(substance) { throw NothingToScore(bare, cause: .undecidable) }
    let anchors = try await store.anchors()
    let (kinds, features) = try await measured(substance, question, anchors)
    let refused = zip(substance.sentences, kinds).compactMap { sentence, kind in
      kind == .substance
        ? nil
        : Verdict.Part(
          name: sentence.piece.text.shown, outcome: .score(0),
          reason: kind == .refusal
            ? "declines to answer" : kind == .echo ? "asks the question again" : "is a courtesy")
    }
    guard let features else {
      let reason =
        kinds.contains(.refusal)
        ? "the answer declines to answer"
        : kinds.contains(.echo) ? "the answer asks the question again" : "the answer is courtesies alone"
      return Verdict(score: 0, reason: reason, parts: refused)
    }
    let gates = SemanticModel.shared.relevancy.gates(features.values)
    let score = gates.reduce(1) { $0 * $1.open }
    return Verdict(
      score: score, reason: Self.reason(gates, features, passes: score >= threshold),
      parts: refused + Self.parts(features))
  }

  /// The features of a sample, for fitting; nil where nothing but courtesies and refusals is there.
  func features(of sample: EvaluationSample) async throws -> [String: Double]? {
    let question = sample.input.question
    let substance = try Substance(of: try sample.answer(), to: question)
    return try await measured(substance, question, try await store.anchors()).1?.values
  }

  private func measured(
    _ substance: Substance, _ question: String, _ anchors: SemanticAnchors
  ) async throws -> ([Substance.Kind], RelevancyFeatures?) {
    // Most answers refuse nothing: what both steps need is encoded at once, and a second time only when something went.
    let opening = try await Embeddings(
      [question] + substance.openingTexts + RelevancyFeatures.texts(substance.sentences), by: encoder)
    let kinds = substance.sentences.map { substance.kind($0, opening, anchors) }
    let kept = zip(substance.sentences, kinds).filter { $0.1 == .substance }.map(\.0)
    guard !kept.isEmpty else { return (kinds, nil) }
    let embeddings =
      kept.count == substance.sentences.count
      ? opening
      : try await opening.merging(Embeddings(RelevancyFeatures.texts(kept), by: encoder))
    return (
      kinds, RelevancyFeatures(question: question, sentences: kept, embeddings: embeddings, anchors: anchors)
    )
  }

  /// Answers in other scripts: nothing here can read them.
  static func checkLanguage(_ text: String) throws(NothingToScore) {
    var letters = 0
    var latin = 0
    for scalar in text.unicodeScalars where scalar.isLetter {
      letters += 1
      if scalar.value < 0x250 { latin += 1 }
    }
    if letters > 0, latin * 2 < letters {
      throw NothingToScore(
        "the answer is not in Latin letters; the encoder and the rules read English, a judge reads more",
        cause: .unsupported)
    }
  }

  /// A bare yes, no or number, which no embedding can hold against a question.
  private static func bare(_ substance: Substance) -> String? {
    let words = substance.sentences.flatMap { $0.piece.words }
    let isBare = words.allSatisfy { word in
      ["yes", "no", "true", "false"].contains(word) || word.unicodeScalars.allSatisfy { $0.isDigit || $0 == "." }
    }
    return isBare
      ? "a bare \"\(words.joined(separator: " ").shown)\" says nothing that an embedding can hold against the question; "
        + "ExactMatch or NumericMatch can" : nil
  }

  private static func parts(_ features: RelevancyFeatures) -> [Verdict.Part] {
    features.parts.map { part in
      let score = max(0, min(1, part.support / 0.4))
      let reason =
        !part.isNew
        ? "says again what the question says"
        : part.support > part.nearness
          ? "\(part.nearness.signed2) near the question, \(part.support.signed2) with a clause that carries it"
          : "\(part.nearness.signed2) near the question"
      return Verdict.Part(name: part.text.shown, outcome: .score(part.isNew ? score : 0), reason: reason)
    }
  }

  private static func reason(
    _ gates: [(name: String, open: Double)], _ features: RelevancyFeatures, passes: Bool
  ) -> String {
    let near = features.values["full"] ?? 0
    guard !passes, let weakest = gates.min(by: { $0.open < $1.open }) else {
      let topic = features.parts.filter(\.isNew).max { $0.nearness < $1.nearness }
      return "it speaks to the question (\(near.signed2) near it)"
        + (topic.map { ", most in \"\($0.text.shown)\"" } ?? "")
    }
    switch weakest.name {
    case "topic":
      return "it is not about this question: \(near.signed2) near it, "
        + "\((features.values["standing"] ?? 0).signed2) standard deviations above other questions"
    case "added":
      return "what it adds to the question's own words is not about the question: "
        + "\((features.values["rest"] ?? 0).signed2) near it"
    case "news":
      return "it says little that the question does not say itself"
    case "order":
      return "its words stand in no order that sentences have"
    default:
      if let aside = features.aside, (features.values["aside"] ?? 0) > 0.1 {
        return "without a part it would be nearer to the question: \"\(aside.shown)\""
      }
      let stray = features.parts.filter(\.counts).min { $0.support < $1.support }
      return "a part has nothing to do with the question or with the rest"
        + (stray.map { ": \"\($0.text.shown)\" (\($0.support.signed2))" } ?? "")
    }
  }
}

extension Double {
  /// With two digits behind the point, for a reason's text.
  var signed2: String {
    let hundredths = Int((max(-1e6, min(1e6, self)) * 100).rounded())
    let fraction = String(abs(hundredths) % 100)
    return (hundredths < 0 ? "-" : "") + "\(abs(hundredths) / 100)."
      + String(repeating: "0", count: 2 - fraction.utf8.count) + fraction
  }
}
