import OpenAIWire
import Testing

@testable import Evaluators

@Suite("Similarity")
struct SimilarityTests {
  @Test("every method agrees with another implementation", arguments: TextSimilarity.allCases)
  func oracle(method: TextSimilarity) throws {
    let cases = try #require(try fixture("similarity").array)
    #expect(cases.count >= 20)
    for row in cases {
      let object = try #require(row.object)
      let answer = try #require(object["answer"]?.string)
      let reference = try #require(object["reference"]?.string)
      let expected = try #require(object[method.rawValue]?.double)
      // Where nothing of the reference is left, the others say 0 and we say that there is nothing to compare.
      let found = try method.of(answer, reference) ?? 0
      #expect(abs(found - expected) < 1e-12, "\(method) of \(answer) and \(reference)")
    }
  }

  @Test("the nearest of several references counts")
  func best() async throws {
    let verdict = try await Similarity(method: .levenshtein).verdict(of: sample("kitten", "banana", "sitten"))
    #expect(abs((verdict.outcome.score ?? 0) - 5.0 / 6) < 1e-15)
    #expect(verdict.reason.contains("sitten"))
  }

  @Test("a script a method cannot read is an absence, not 0")
  func scripts() async throws {
    #expect(try await Similarity(method: .rougeL).cause(sample("答え", "答え")) == .noExpectation)
    #expect(try await Similarity(method: .chrF).score(sample("答え", "答え")) == 1)
    #expect(try await Similarity(method: .tokenF1).cause(sample("x", "the")) == .noExpectation)
  }

  @Test("what takes the product of two lengths has a limit")
  func limit() async {
    let long = String(repeating: "ab ", count: 6000)
    await #expect(throws: EvaluationError.self) {
      try await Similarity(method: .levenshtein).verdict(of: sample(long, long))
    }
  }
}
