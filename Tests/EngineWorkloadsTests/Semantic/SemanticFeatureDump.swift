import Foundation
import Synchronization
import TestSupport
import Testing

@testable import EngineWorkloads
@testable import Evaluators

/// Writes what is measured of the labelled rows, for scripts/evaluators/fit_semantic.py, and the figures that
/// docs/evaluators.md gives. Does nothing unless EFFICIENTLLM_SEMANTIC_FEATURES names a folder.
@Suite(.serialized)
struct SemanticFeatureDump {
  static let folder = ProcessInfo.processInfo.environment["EFFICIENTLLM_SEMANTIC_FEATURES"]

  private func write(
    _ rows: [(LabelledAnswer, LabelledFile.Part)], to name: String,
    features: @escaping @Sendable (EvaluationSample) async throws -> [[String: Double]]?
  ) async throws {
    var lines = Data()
    for (row, part) in rows {
      guard let values = try await features(row.sample), !values.isEmpty else { continue }
      let line: [String: Any] = [
        "part": part.rawValue, "kind": row.kind, "label": row.label, "question": row.sample.input.question,
        "text": row.sample.output ?? "", "features": values,
      ]
      lines += try JSONSerialization.data(withJSONObject: line, options: .sortedKeys) + Data("\n".utf8)
    }
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try lines.write(to: folder.appendingPathComponent(name))
  }

  private func say(_ title: String, _ report: EvaluatorCalibration, seconds: Double) {
    func shown(_ interval: CalibrationInterval?) -> String {
      guard let interval else { return "none" }
      return [interval.value, interval.lower, interval.upper].map { String(format: "%.3f", $0) }.joined(separator: " ")
    }
    print("== \(title): \(report.scores.count) rows in \(String(format: "%.1f", seconds)) s")
    print("   AUC \(shown(report.areaUnderROC))")
    print("   precision \(shown(report.precision)), recall \(shown(report.recall))")
    for kind in report.kinds {
      print("   \(kind.name): \(kind.passed) of \(kind.count) pass, \(kind.absent) without a score")
    }
  }

  private func say(_ title: String, _ evaluator: any Evaluator, _ pairs: [LabelledAnswer]) async throws {
    let start = ContinuousClock.now
    let report = try await EvaluatorCalibration.report(evaluator: evaluator, pairs: pairs)
    let took = start.duration(to: .now)
    say(title, report, seconds: Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18)
  }

  @Test("the figures on held-out rows", .enabled(if: folder != nil))
  func figures() async throws {
    let encoder = try await RealEncoder.encoder()
    let claims = try LabelledFile.claims(try RealEncoder.labelled("groundedness.jsonl"), part: .heldOut)
    try await say("groundedness", SemanticGroundedness(encoder: encoder), claims)
    let questions = try LabelledFile.questions(try RealEncoder.labelled("relevancy.jsonl"), part: .heldOut)
    let answers = LabelledFile.answers(questions, part: .heldOut, others: 3)
    let evaluator = SemanticAnswerRelevancy(encoder: encoder)
    let isShuffled = { (answer: LabelledAnswer) in ["good", "other-row"].contains(answer.kind) }
    try await say("relevancy, shuffled", evaluator, answers.filter(isShuffled))
    try await say("relevancy, attacks", evaluator, answers.filter { !isShuffled($0) || $0.kind == "good" })
  }

  @Test("groundedness", .enabled(if: folder != nil), arguments: [LabelledFile.Part.fit, .heldOut])
  func groundedness(part: LabelledFile.Part) async throws {
    let encoder = RememberingEncoder(try await RealEncoder.encoder())
    let evaluator = SemanticGroundedness(encoder: encoder)
    let rows = try LabelledFile.claims(try RealEncoder.labelled("groundedness.jsonl"), part: part)
    try await write(rows.map { ($0, part) }, to: "groundedness-\(part.rawValue).jsonl") { sample in
      try? await evaluator.features(of: sample)
    }
  }

  @Test("relevancy", .enabled(if: folder != nil), arguments: [LabelledFile.Part.fit, .heldOut])
  func relevancy(part: LabelledFile.Part) async throws {
    let encoder = RememberingEncoder(try await RealEncoder.encoder())
    let evaluator = SemanticAnswerRelevancy(encoder: encoder)
    let questions = try LabelledFile.questions(try RealEncoder.labelled("relevancy.jsonl"), part: part)
    let rows = LabelledFile.answers(questions, part: part, others: 3)
    try await encoder.learn(
      rows.flatMap { row -> [String] in
        let question = row.sample.input.question
        guard let answer = row.sample.output, let substance = try? Substance(of: answer, to: question) else {
          return []
        }
        return [question] + substance.openingTexts + RelevancyFeatures.texts(substance.sentences)
      })
    try await write(rows.map { ($0, part) }, to: "relevancy-\(part.rawValue).jsonl") { sample in
      try await evaluator.features(of: sample).map { [$0] }
    }
  }
}

/// Writes the held-out rows, with what attacks make of them, as datasets that `efficientllm dataset add` takes, so that
/// `efficientllm evaluate calibrate` gives the figures of docs/evaluators.md. Does nothing unless
/// EFFICIENTLLM_CALIBRATION_DATASETS names a folder. Needs no encoder.
struct CalibrationDatasets {
  static let folder = ProcessInfo.processInfo.environment["EFFICIENTLLM_CALIBRATION_DATASETS"]

  private func write(_ rows: [LabelledAnswer], as evaluator: String, to name: String) throws {
    var lines = Data()
    for (index, row) in rows.enumerated() {
      let question = row.sample.input.question
      var line: [String: Any] = [
        // Some passages have no question, and a dataset's row needs one.
        "id": "\(index + 1)", "input": question.isEmpty ? "What do the passages say?" : question,
        "judged": row.sample.output ?? "",
        "labels": [evaluator: row.label], "metadata": ["kind": row.kind],
      ]
      if !row.sample.context.isEmpty { line["context"] = row.sample.context }
      lines += try JSONSerialization.data(withJSONObject: line, options: .sortedKeys) + Data("\n".utf8)
    }
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try lines.write(to: folder.appendingPathComponent(name))
  }

  @Test("the held-out rows as datasets", .enabled(if: folder != nil))
  func datasets() throws {
    let questions = try LabelledFile.questions(try RealEncoder.labelled("relevancy.jsonl"), part: .heldOut)
    let answers = LabelledFile.answers(questions, part: .heldOut, others: 3)
    try write(answers, as: "AnswerRelevancy", to: "relevancy-attacks.jsonl")
    try write(
      answers.filter { ["good", "other-row"].contains($0.kind) }, as: "AnswerRelevancy", to: "relevancy-shuffled.jsonl")
    let claims = try LabelledFile.claims(try RealEncoder.labelled("groundedness.jsonl"), part: .heldOut)
    try write(claims, as: "Groundedness", to: "groundedness-claims.jsonl")
  }
}

/// Encodes each text once, many at a time.
final class RememberingEncoder: SentenceEncoder {
  private let encoder: any SentenceEncoder
  private let known = Mutex<[String: [Float]]>([:])
  var identity: EncoderIdentity { encoder.identity }

  init(_ encoder: any SentenceEncoder) { self.encoder = encoder }

  func learn(_ texts: [String]) async throws {
    let new = known.withLock { known in Set(texts).filter { known[$0] == nil } }.sorted()
    for start in stride(from: 0, to: new.count, by: 2048) {
      let some = Array(new[start..<min(new.count, start + 2048)])
      let vectors = try await encoder.embeddings(of: some)
      known.withLock { known in for (text, vector) in zip(some, vectors) { known[text] = vector } }
    }
  }

  func embeddings(of texts: [String]) async throws -> [[Float]] {
    try await learn(texts)
    return known.withLock { known in texts.map { known[$0] ?? [] } }
  }
}
