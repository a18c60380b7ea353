import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Preferences in both orders")
struct PairwisePreferenceTests {
  private static func reply(_ preferred: String) -> JudgeReply {
    .text(#"{"reason": "because", "preferred": "\#(preferred)", "cannot_tell": null}"#)
  }

  /// Prefers the longer answer, or whatever else the rule says of the two as A and B.
  private func judge(_ prefer: @escaping @Sendable (String, String) -> String) -> ScriptedJudge {
    ScriptedJudge { request, _ in
      Self.reply(prefer(request.section("answer A") ?? "", request.section("answer B") ?? ""))
    }
  }

  private let sample = asked("a good answer", expected: ["another"])

  @Test("a preference counts that stands in both orders")
  func agreed() async throws {
    let better = judge { first, _ in first == "a good answer" ? "A" : "B" }
    let evaluation = try await PairwisePreference(judge: better).evaluate(sample)
    #expect(evaluation.score == 1)
    #expect(evaluation.work?.positions == .agreed)
    #expect(evaluation.work?.requests == 2)
    #expect(evaluation.cost == .charged(try #require(DecimalAmount("0.02")), currency: "USD"))
    #expect(better.requests[0].section("answer A") == better.requests[1].section("answer B"))
    let worse = judge { first, _ in first == "a good answer" ? "B" : "A" }
    #expect(try await PairwisePreference(judge: worse).evaluate(sample).score == 0)
    let tie = judge { _, _ in "tie" }
    #expect(try await PairwisePreference(judge: tie).evaluate(sample).score == 0.5)
  }

  @Test("one that moves with the order is a tie or undecidable, and counted")
  func flipped() async throws {
    for (always, check) in [("A", PositionCheck.favouredFirst), ("B", .favouredLast)] {
      let biased = judge { _, _ in always }
      let tie = try await PairwisePreference(judge: biased).evaluate(sample)
      #expect(tie.score == 0.5)
      #expect(tie.work?.positions == check)
      #expect(tie.reason.hasPrefix("a tie, because the judge prefers whichever comes"))
      let open = try await PairwisePreference(flipped: .undecidable, judge: biased).evaluate(sample)
      #expect(open.score == nil)
      #expect(open.work?.positions == check)
      if case .absent(_, let cause) = open.outcome { #expect(cause == .undecidable) }
    }
    let wavering = ScriptedJudge(Self.reply("A"), Self.reply("tie"))
    let evaluation = try await PairwisePreference(judge: wavering).evaluate(sample)
    #expect(evaluation.work?.positions == .wavered)
    #expect(evaluation.score == 0.5)
  }

  @Test("every pair of verdicts is settled, and swapping the answers turns it round")
  func settled() {
    typealias Preferred = PairwisePreference.Preferred
    for ahead in Preferred.allCases {
      for behind in Preferred.allCases {
        let (check, score) = PairwisePreference.settle(ahead, behind)
        #expect((score == nil) == (check != .agreed))
        // The other answer's own comparison has the same two verdicts the other way round.
        let (mirrored, other) = PairwisePreference.settle(behind, ahead)
        #expect(mirrored == check)
        if let score { #expect(other == 1 - score) }
      }
    }
  }

  @Test("the same answer twice is a tie without asking; nothing to compare with is an absence")
  func trivial() async throws {
    let judge = judge { _, _ in "A" }
    let evaluator = PairwisePreference(judge: judge)
    let same = try await evaluator.evaluate(asked("same ", expected: ["same"]))
    #expect(same.score == 0.5)
    #expect(same.cost == .free)
    #expect(same.work == nil)
    #expect(try await evaluator.cause(asked("a")) == .noExpectation)
    #expect(try await evaluator.cause(asked(" ", expected: ["b"])) == .noAnswer)
    #expect(try await evaluator.verdict(of: asked("a"), comparedWith: " ").outcome.score == nil)
    #expect(judge.requests.isEmpty)
    #expect(try await evaluator.verdict(of: asked("a"), comparedWith: "b").outcome.score == 0.5)
  }

  @Test("another candidate's answer can stand in the metadata")
  func metadata() async throws {
    let judge = judge { first, _ in first == "mine" ? "A" : "B" }
    let made = try EvaluatorRegistry.standard(judge: judge).make(
      EvaluatorConfiguration(
        "PairwisePreference", options: ["against": .string("theirs"), "flipped": .string("undecidable")]))
    var row = asked("mine")
    #expect(try await made.cause(row) == .noExpectation)
    row.metadata["theirs"] = .string("other")
    #expect(try await made.score(row) == 1)
    row.metadata["theirs"] = .integer(1)
    #expect(try await made.cause(row) == .noExpectation)
  }

  @Test("a judge that cannot tell, or gives no choice")
  func other() async throws {
    let declining = ScriptedJudge(texts: #"{"reason": null, "preferred": null, "cannot_tell": "no language I know"}"#)
    #expect(try await PairwisePreference(judge: declining).cause(sample) == .declined)
    for wrong in [
      #"{"reason": "x", "preferred": "C"}"#, #"{"reason": "x", "preferred": "a good answer"}"#,
      #"{"reason": "x", "preferred": "A", "cannot_tell": "x"}"#, #"{"reason": "x"}"#,
    ] {
      await #expect(throws: EvaluationError.self) {
        try await PairwisePreference(judge: ScriptedJudge(texts: wrong)).evaluate(sample)
      }
    }
    // The second order's unusable reply is asked for again, and both are paid for.
    let judge = ScriptedJudge(Self.reply("A"), .text("hm"), Self.reply("B"))
    let evaluation = try await PairwisePreference(judge: judge).evaluate(sample)
    #expect(evaluation.score == 1)
    #expect(evaluation.work?.requests == 3)
    #expect(evaluation.work?.retries == 1)
  }
}
