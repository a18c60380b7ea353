import OpenAIWire
import Testing

@testable import Evaluators

@Suite("TaskCompletion by rule")
struct TaskCompletionTests {
  private enum Result: Equatable { case done, not, open }

  private func result(_ fact: String, _ answer: String) async throws -> Result {
    switch try await TaskCompletion().verdict(of: sample(answer, fact)).outcome {
    case .score(1): return .done
    case .score: return .not
    case .absent(_, let cause):
      #expect(cause == .undecidable, "\(answer)")
      return .open
    }
  }

  @Test(
    "said",
    arguments: [
      ("Refund issued", "Refund issued"), ("Refund issued", "The refund has been issued."),
      ("Refund issued", "Your REFUND was successfully issued, thank you!"),
      ("Refund issued", "No problem, the refund was issued."), ("Refund issued", "Sorry for that. Refund issued!"),
      ("Refund issued", "We could not reach you, but the refund was issued."),
      ("Refund issued", "Refund issued, no further action needed."), ("Refund issued", "Refund issued with no fee."),
      ("Refund issued", "Telephone support is not available today. The refund was issued."),
      ("Refund issued", "Not only was the refund issued, we added a voucher."),
      ("Refund of $20", "A refund of $20.00 was made."), ("Refund of $20", "Your refund of 20 USD is on its way."),
      ("$20", "You get $20 back of the $2000."), ("Order 4512 cancelled", "Your order #4512 has been cancelled."),
      ("Refund not issued", "The refund was not issued."), ("Refund not issued", "No refund was issued."),
      ("Refund will be issued", "The refund will be issued tomorrow."),
    ])
  func said(fact: String, answer: String) async throws { #expect(try await result(fact, answer) == .done) }

  @Test(
    "not said, or denied",
    arguments: [
      ("Refund issued", "Refund NOT issued"), ("Refund issued", "No refund was issued."),
      ("Refund issued", "The refund hasn't been issued."), ("Refund issued", "The refund wasn’t issued"),
      ("Refund issued", "We never got the refund issued."), ("Refund issued", "The refund failed to be issued."),
      ("Refund issued", "Your request was received."), ("Refund issued", "Refund denied."),
      ("Refund of $20", "A refund of $2000 was made."), ("Refund of $20", "A refund of €20 was made."),
      ("Refund of $20", "A refund of $20.50 was made."), ("$20", "$2000"), ("$20", "$200"), ("$20", "20%"),
      ("Order 4512 cancelled", "Order 45120 cancelled."), ("Order 4512 cancelled", "Order 4513 cancelled."),
      ("Refund not issued", "The refund was issued."), ("Refund issued", "Refund. Issue closed."),
      ("dog bites man", "man bites dog"),
    ])
  func notSaid(fact: String, answer: String) async throws { #expect(try await result(fact, answer) == .not) }

  @Test(
    "what a rule cannot tell is an absence",
    arguments: [
      ("Refund issued", "The refund will be issued."), ("Refund issued", "If the refund is issued, we call you."),
      ("Refund issued", "Was the refund issued?"), ("Refund issued", "The refund might have been issued."),
      ("Refund issued", "Refund issued. Correction: refund not issued."),
      ("Refund issued", "It is not true, as he claims, that the refund was issued."),
      ("Refund issued", "We did not fail to get the refund issued."),
      ("Refund issued", "The refund was issued not to you."),
      ("Refund issued", "You asked for no refund, refund issued."),
      ("Refund issued", "Refund issued once you confirm."),
    ])
  func undecidable(fact: String, answer: String) async throws { #expect(try await result(fact, answer) == .open) }

  @Test("forbidden facts, and wordings")
  func forbidden() async throws {
    let made = try evaluator(
      "TaskCompletion",
      [
        "required": .array([.array([.string("refund issued"), .string("issued a refund")]), .string("$20")]),
        "forbidden": .array([.string("account closed")]),
      ])
    #expect(try await made.score(sample("We issued a refund of $20. Your account was not closed.")) == 1)
    let verdict = try await made.verdict(of: sample("We issued a refund of $2000. Your account was closed."))
    #expect(verdict.outcome == .score(1.0 / 3))
    #expect(verdict.parts.map(\.outcome.score) == [1, 0, 0])
  }

  @Test("the amount that was said instead is named")
  func reason() async throws {
    let verdict = try await TaskCompletion().verdict(of: sample("A refund of $2000 was made.", "Refund of $20"))
    #expect(verdict.reason == "\"Refund of $20\": the answer says $2000 there")
  }

  @Test("a fact of which nothing is left is refused")
  func empty() async throws {
    #expect(try await TaskCompletion().cause(sample("It is.", "it is")) == .noExpectation)
    #expect(throws: EvaluationError.self) { try evaluator("TaskCompletion", ["required": .string("the")]) }
    #expect(throws: EvaluationError.self) { try evaluator("TaskCompletion", ["forbidden": .array([.integer(1)])]) }
  }

  @Test("a long answer that repeats a fact's first word takes linear time, nearly")
  func long() async throws {
    let answer = String(repeating: "refund ", count: 10_000) + "done"
    #expect(try await result("Refund issued today for order", answer) == .not)
    #expect(try await result("refund", answer) == .done)
  }
}
