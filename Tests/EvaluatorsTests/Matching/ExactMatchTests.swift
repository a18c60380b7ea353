import OpenAIWire
import Testing

@testable import Evaluators

@Suite("ExactMatch and its normalisations")
struct ExactMatchTests {
  private func score(
    _ normalisation: TextNormalisation, _ answer: String, _ expected: String
  ) async throws -> Double? {
    try await ExactMatch(normalisation: normalisation).score(sample(answer, expected))
  }

  @Test("each normalisation lets through what it says")
  func normalisations() async throws {
    #expect(try await score(.none, "Paris", "Paris") == 1)
    #expect(try await score(.none, "Paris ", "Paris") == 0)
    #expect(try await score(.trimmed, " Paris\n", "Paris") == 1)
    #expect(try await score(.trimmed, "paris", "Paris") == 0)
    #expect(try await score(.caseFolded, "PARIS", "paris") == 1)
    #expect(try await score(.caseFolded, "STRASSE", "Straße") == 1)
    #expect(try await score(.caseFolded, "cafe\u{301}", "CAFÉ") == 1)
    #expect(try await score(.none, "cafe\u{301}", "café") == 0)
    #expect(try await score(.squad, "The Eiffel Tower!", "eiffel tower") == 1)
    #expect(try await score(.squad, "An Eiffel Tower", "tower") == 0)
  }

  @Test("any of several expected values will do")
  func several() async throws {
    let verdict = try await ExactMatch().verdict(of: sample("b", "a", "b"))
    #expect(verdict.outcome == .score(1))
    #expect(try await ExactMatch().verdict(of: sample("c", "a", "b")).reason.contains("any of 2"))
  }

  @Test("two texts of which nothing is left do not match")
  func nothingLeft() async throws {
    #expect(try await ExactMatch(normalisation: .squad).cause(sample("the!", "A.")) == .noExpectation)
  }

  @Test("SQuAD's normalisation is lm-eval's copy of the official script")
  func squad() throws {
    for row in try #require(try fixture("squad").array) {
      let object = try #require(row.object)
      let text = try #require(object["text"]?.string)
      #expect(TextNormalisation.squad.apply(text) == object["normalised"]?.string, "\(text)")
    }
  }
}
