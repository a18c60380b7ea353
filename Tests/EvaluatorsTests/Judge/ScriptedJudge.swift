import Measures
import OpenAIWire
import Synchronization

@testable import Evaluators

/// A judge that says what a test wrote down, and keeps what it was asked.
final class ScriptedJudge: JudgeEndpoint {
  typealias Script = @Sendable (_ request: JudgeRequest, _ index: Int) throws(JudgeFailure) -> JudgeReply

  let model: String
  let structured: StructuredOutput
  private let script: Script
  private let asked = Mutex<[JudgeRequest]>([])

  init(model: String = "judge-1", structured: StructuredOutput = .jsonSchema, _ script: @escaping Script) {
    self.model = model
    self.structured = structured
    self.script = script
  }

  /// The replies in turn; the last one again and again.
  convenience init(_ replies: JudgeReply..., structured: StructuredOutput = .jsonSchema) {
    self.init(structured: structured) { _, index in replies[min(index, replies.count - 1)] }
  }

  convenience init(texts: String...) {
    self.init { _, index in .text(texts[min(index, texts.count - 1)]) }
  }

  var requests: [JudgeRequest] { asked.withLock { $0 } }

  func ask(_ request: JudgeRequest) async throws(JudgeFailure) -> JudgeReply {
    let index = asked.withLock { asked in
      asked.append(request)
      return asked.count - 1
    }
    return try script(request, index)
  }
}

extension JudgeReply {
  static let cent = EvaluationCost.charged(DecimalAmount("0.01")!, currency: "USD")

  static func text(
    _ text: String?, finish: FinishReason? = .stop, refusal: String? = nil, model: String? = "judge-1-2026-01-01",
    cost: EvaluationCost = JudgeReply.cent
  ) -> JudgeReply {
    JudgeReply(
      text: text, refusal: refusal, finishReason: finish, model: model,
      usage: .members(["prompt_tokens": .integer(10), "completion_tokens": .integer(5)]),
      latency: .milliseconds(20), cost: cost)
  }
}

extension JudgeRequest {
  var system: String { messages.first { $0.role == .system }?.content ?? "" }
  var user: String { messages.first { $0.role == .user }?.content ?? "" }

  /// The boundary that the first user's message names.
  var boundary: String {
    let words = user.split(separator: "\n").first?.split(separator: " ") ?? []
    return String(words.last?.dropLast() ?? "")
  }

  /// The text of a section, found as an attentive judge finds it: between the two lines with the boundary.
  func section(_ title: String) -> String? {
    let pieces = user.components(
      between: "=== \(boundary) begin: \(title) ===\n", and: "\n=== \(boundary) end: \(title) ===")
    return pieces.count == 1 ? pieces[0] : nil
  }
}

extension String {
  func components(between start: String, and end: String) -> [String] {
    pieces(separatedBy: start).dropFirst().compactMap { piece in
      let parts = piece.pieces(separatedBy: end)
      return parts.count > 1 ? parts[0] : nil
    }
  }
}

func asked(
  _ output: String?, question: String = "When is my refund paid?", context: [String] = [], expected: [String] = [],
  model: String? = nil
) -> EvaluationSample {
  EvaluationSample(
    id: "r1", input: .text(question), output: output, expected: expected, context: context, model: model)
}

func mark(_ mark: Int) -> String { #"{"reason": "because", "mark": \#(mark), "cannot_tell": null}"# }

/// Counts up from 0.
final class Turns: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      defer { count += 1 }
      return count
    }
  }
}
