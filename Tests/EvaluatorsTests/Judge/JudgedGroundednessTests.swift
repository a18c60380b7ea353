import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Groundedness by a judge")
struct JudgedGroundednessTests {
  private static let context = ["Refunds are paid within 5 days.", "No refund is issued after 30 days."]

  private func claim(_ claim: String, _ status: String, _ quote: String?) -> String {
    JSONValue.members([
      "claim": .string(claim), "reason": .string("so it is"), "quote": quote.map { .string($0) } ?? .null,
      "status": .string(status),
    ]).text
  }

  private func reply(_ claims: String..., has: Bool = true) -> String {
    "{\"has_claims\": \(has), \"claims\": [\(claims.joined(separator: ","))], \"cannot_tell\": null}"
  }

  private func evaluate(_ reply: String, context: [String] = Self.context) async throws -> Evaluation {
    try await JudgedGroundedness(judge: ScriptedJudge(texts: reply)).evaluate(
      asked("Refunds take 5 days.", context: context))
  }

  @Test("the score is the share of claims that the context supports")
  func share() async throws {
    let evaluation = try await evaluate(
      reply(
        claim("Refunds take 5 days.", "supported", "paid within 5 days"),
        claim("Refunds are possible after 30 days.", "contradicted", "No refund is issued after 30 days"),
        claim("The company sits in Oslo.", "not_found", nil), claim("It is 30 days.", "supported", "after 30 days.")))
    #expect(evaluation.score == 0.5)
    #expect(evaluation.passed == false)
    #expect(evaluation.parts.map(\.outcome.score) == [1, 0, 0, 1])
    #expect(evaluation.parts[0].reason == "supported by \"paid within 5 days\"")
    #expect(evaluation.parts[1].reason == "contradicted: so it is")
    #expect(evaluation.parts[2].reason == "not in the context: so it is")
    #expect(evaluation.reason.hasPrefix("2 of 4 claims rest on the context; not: "))
  }

  @Test("a claim whose quote does not stand in the context is not supported, whatever the judge says")
  func quotes() async throws {
    for quote in ["paid within 6 days", "the answer is right", "refund is issued after 30 days", "the", nil, " "] {
      let evaluation = try await evaluate(reply(claim("Refunds take 6 days.", "supported", quote)))
      #expect(evaluation.score == 0)
      #expect(evaluation.parts[0].reason.hasPrefix("the judge"))
    }
    #expect(try await evaluate(reply(claim("All.", "supported", "Refunds are paid within 5 days."))).score == 1)
  }

  @Test("an answer without a claim has no score; an empty list without a word is no verdict")
  func noClaims() async throws {
    let none = try await evaluate(reply(has: false))
    guard case .absent(_, .declined) = none.outcome else {
      Issue.record("\(none.outcome)")
      return
    }
    await #expect(throws: EvaluationError.self) { try await evaluate(reply()) }
  }

  @Test("what is no list of claims is an error with its problem")
  func malformed() async throws {
    let good = claim("A.", "supported", "5 days")
    let replies: [(String, JudgeProblem.Kind)] = [
      (reply(), .emptyList), (reply(good, has: false), .contradiction),
      (#"{"claims": [\#(good)], "cannot_tell": null}"#, .form), (#"{"has_claims": true, "claims": "none"}"#, .form),
      (#"{"has_claims": true, "claims": null}"#, .form), (reply("1"), .form), (reply("{}"), .form),
      (reply(claim("A.", "yes", nil)), .form), (reply(claim(" ", "supported", "5 days")), .form),
      (#"{"has_claims": true, "claims": [\#(good)], "score": 1}"#, .form),
      (#"{"has_claims": true, "claims": [\#(good)], "cannot_tell": "no"}"#, .contradiction),
      (reply(#"{"claim": "A.", "reason": "x", "quote": 5, "status": "supported"}"#), .form),
      ("{\"has_claims\": true, \"claims\": [\(Array(repeating: good, count: 201).joined(separator: ","))]}", .form),
    ]
    for (text, kind) in replies {
      let error = await #expect(throws: EvaluationError.self) { try await evaluate(text) }
      guard case .judgeFailed(evaluator: "Groundedness", _, _, let work) = error else { continue }
      #expect(work.problems.map(\.kind) == [kind, kind, kind], "\(text.prefix(80))")
    }
  }

  @Test("a row without context is not judged, and an empty answer neither")
  func nothing() async throws {
    let judge = ScriptedJudge(texts: reply(claim("A.", "supported", "5 days")))
    let evaluator = JudgedGroundedness(judge: judge)
    #expect(try await evaluator.cause(asked("Yes.")) == .noExpectation)
    #expect(try await evaluator.cause(asked("Yes.", context: [" "])) == .noExpectation)
    #expect(try await evaluator.cause(asked(" ", context: Self.context)) == .noAnswer)
    #expect(judge.requests.isEmpty)
  }

  @Test("the judge sees each passage by itself")
  func material() async throws {
    let judge = ScriptedJudge(texts: reply(claim("A.", "supported", "5 days")))
    _ = try await JudgedGroundedness(judge: judge).evaluate(asked("Yes.", context: Self.context))
    #expect(judge.requests[0].section("passage 1") == Self.context[0])
    #expect(judge.requests[0].section("passage 2") == Self.context[1])
    #expect(judge.requests[0].section("the question") == "When is my refund paid?")
  }
}
