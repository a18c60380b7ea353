import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Contains and NotContains")
struct ContainsTests {
  @Test("phrases end at words and at numbers")
  func boundaries() async throws {
    let contains = Contains()
    for answer in ["$20", "It costs $20.", "$20, please", "($20)", "20 and $20"] {
      #expect(try await contains.score(sample(answer, "$20")) == 1, "\(answer)")
    }
    for answer in ["$2000", "$20.50", "$20,000", "US20", "120"] {
      #expect(try await contains.score(sample(answer, "$20")) == 0, "\(answer)")
    }
    #expect(try await contains.score(sample("concatenate", "cat")) == 0)
    #expect(try await Contains(wholeWords: false).score(sample("concatenate", "cat")) == 1)
    #expect(try await contains.score(sample("1,20", "20")) == 0)
    #expect(try await contains.score(sample("C++ is fine", "C++")) == 1)
    #expect(try await contains.score(sample("the end", "longer than the answer itself")) == 0)
  }

  @Test("any and all")
  func match() async throws {
    let values = ["alpha", "beta", "gamma"]
    #expect(try await Contains(values: values).score(sample("beta only")) == 1)
    let all = Contains(values: values, match: .all)
    let verdict = try await all.verdict(of: sample("beta and alpha"))
    #expect(verdict.outcome == .score(2.0 / 3))
    #expect(verdict.reason == "missing: \"gamma\"")
    #expect(try await Contains(values: ["BETA"], normalisation: .caseFolded).score(sample("beta")) == 1)
    #expect(try await Contains(values: ["BETA"]).score(sample("beta")) == 0)
  }

  @Test("nothing forbidden")
  func notContains() async throws {
    let clean = NotContains(values: ["as an AI", "sorry"], normalisation: .caseFolded)
    #expect(try await clean.score(sample("Here it is.")) == 1)
    let verdict = try await clean.verdict(of: sample("As an AI I cannot"))
    #expect(verdict.outcome == .score(0))
    #expect(verdict.reason.contains("as an AI"))
  }

  @Test("a value of which nothing is left would be in every answer: it is refused")
  func empty() throws {
    #expect(throws: EvaluationError.self) { try evaluator("Contains", ["values": .string("  ")]) }
    #expect(throws: EvaluationError.self) {
      try evaluator("NotContains", ["values": .array([.string("the")]), "normalisation": .string("squad")])
    }
    #expect(throws: EvaluationError.self) { try evaluator("NotContains") }
  }
}
