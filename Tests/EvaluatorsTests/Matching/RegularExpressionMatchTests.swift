import OpenAIWire
import Testing

@testable import Evaluators

@Suite("RegularExpressionMatch")
struct RegularExpressionMatchTests {
  private func score(
    _ pattern: String, _ answer: String, mode: RegularExpressionMatch.Mode = .search
  ) async throws -> Double? {
    try await RegularExpressionMatch(pattern: pattern, mode: mode).score(sample(answer))
  }

  @Test("search, prefix and full")
  func modes() async throws {
    #expect(try await score("b+", "abba") == 1)
    #expect(try await score("b+", "abba", mode: .prefix) == 0)
    #expect(try await score("a|ab", "ab", mode: .full) == 1)
    #expect(try await score("a", "ab", mode: .full) == 0)
    #expect(try await score("a$", "a\n", mode: .full) == 0)
    #expect(try await score("x|y", "zy", mode: .prefix) == 0)
  }

  @Test("a group's text is held against the expected values")
  func groups() async throws {
    let letter = try RegularExpressionMatch(pattern: #"answer is \(?([A-D])\)?"#, group: 1)
    #expect(try await letter.score(sample("The answer is (B).", "B")) == 1)
    #expect(try await letter.score(sample("The answer is (C).", "B")) == 0)
    #expect(try await letter.cause(sample("The answer is (C).")) == .noExpectation)
    let optional = try RegularExpressionMatch(pattern: "a(b)?", group: 1)
    #expect(try await optional.score(sample("a", "b")) == 0)
  }

  @Test("a pattern that backtracks without bound ends in an error that names it")
  func catastrophic() async throws {
    let answer = String(repeating: "a", count: 64) + "!"
    for pattern in ["(a+)+$", "(a|aa)+$", "(.*a){20}b"] {
      let match = try RegularExpressionMatch(pattern: pattern, deadlineMilliseconds: 50)
      let error = await #expect(throws: EvaluationError.self) { try await match.verdict(of: sample(answer)) }
      #expect(error == .patternTimeout(pattern, milliseconds: 50))
      #expect(error?.description.contains(pattern) == true)
    }
  }

  @Test("patterns that cannot be read are refused, also those that close what is put around them")
  func broken() {
    for pattern in ["(", "a)(b", "[z-a]", "*"] {
      #expect(throws: EvaluationError.self) { try RegularExpressionMatch(pattern: pattern, mode: .full) }
    }
    #expect(throws: EvaluationError.self) { try RegularExpressionMatch(pattern: "(a)", group: 2) }
    #expect(throws: EvaluationError.self) {
      try RegularExpressionMatch(pattern: String(repeating: "a", count: BoundedPattern.longestPattern + 1))
    }
  }

  @Test("flags")
  func flags() async throws {
    #expect(try await RegularExpressionMatch(pattern: "ABC", ignoresCase: true).score(sample("abc")) == 1)
    #expect(try await RegularExpressionMatch(pattern: "^b", linesHaveEnds: true).score(sample("a\nb")) == 1)
    #expect(try await RegularExpressionMatch(pattern: "a.b", dotMatchesLineEnds: true).score(sample("a\nb")) == 1)
    #expect(try await RegularExpressionMatch(pattern: "a.b").score(sample("a\nb")) == 0)
  }

  @Test("matches are replaced by templates")
  func replacing() throws {
    let pattern = try BoundedPattern("([a-z])([0-9])")
    #expect(try pattern.replacing(in: "a1 🙂 b2", with: "$2$1") == "1a 🙂 2b")
    #expect(try pattern.replacing(in: "none", with: "$1") == "none")
  }
}
