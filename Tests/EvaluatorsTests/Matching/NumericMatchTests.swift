import OpenAIWire
import Testing

@testable import Evaluators

@Suite("NumericMatch")
struct NumericMatchTests {
  @Test(
    "numbers that are the same, however they are written",
    arguments: [
      ("The total is 1,234.50 dollars.", "$1234.5"), ("#### 42", "42"), ("x\n#### 42\n\nQuestion: 7 apples", "#### 42"),
      ("So 3 + 4 = 7 and then 7 * 6 = 42.", "42"), ("It is 50%.", "50"), ("half: 1/2", "0.5"), ("½", "0.5"),
      ("2 1/2", "2.5"), ("1½ cups", "1.5"), ("\\frac{3}{4}", "0.75"), ("-5", "\u{2212}5"), ("- 7 is 7", "7"),
      ("1e3", "1000"), ("6.02e23", "602000000000000000000000"), ("0.30", "0.3"), ("$ 20", "20 USD"), ("20€", "€20"),
      ("USD 20", "$20.00"), ("12\u{202F}345", "12345"), ("US$20", "$20"), ("3/6", "1/2"), ("-$5", "$-5"), (".5", "0.5"),
      ("100000000000000000001", "100,000,000,000,000,000,001"), ("The answer is 18.", "#### 18"), ("007", "7"),
      ("+4", "4"),
    ])
  func same(answer: String, expected: String) async throws {
    let verdict = try await NumericMatch().verdict(of: sample(answer, expected))
    #expect(verdict.outcome == .score(1), "\(verdict.reason)")
  }

  @Test(
    "numbers that differ",
    arguments: [
      ("$20", "$2000"), ("$20", "€20"), ("20%", "$20"), ("42 or 43", "42"), ("0.333", "1/3"), ("-5", "5"),
      ("100000000000000000001", "100000000000000000000"), ("1,5", "1.5"), ("no number", "4"), ("gpt4", "4"),
      ("v1.5", "5"), ("3/4/2024", "0.75"), ("1/0", "1"), ("20 thousand", "20,000"),
    ])
  func differ(answer: String, expected: String) async throws {
    let verdict = try await NumericMatch().verdict(of: sample(answer, expected))
    #expect(verdict.outcome == .score(0), "\(verdict.reason)")
  }

  @Test("what is extracted can be said")
  func extraction() async throws {
    func score(_ way: NumericMatch.Extraction, _ answer: String) async throws -> Double? {
      try await NumericMatch(extraction: way).score(sample(answer, "42"))
    }
    #expect(try await score(.first, "42 of 50") == 1)
    #expect(try await score(.last, "42 of 50") == 0)
    #expect(try await score(.marker, "42") == 0)
    #expect(try await score(.marker, "12 #### $42 of 9") == 1)
    #expect(try await score(.marker, "####\n42") == 0)
    #expect(try await score(.whole, " 42. ") == 1)
    #expect(try await score(.whole, "42 apples") == 0)
    #expect(try await NumericMatch(marker: "Answer:").score(sample("Answer: 42, not 43", "42")) == 1)
  }

  @Test("tolerances are exact at their bounds")
  func tolerance() async throws {
    #expect(try await NumericMatch(absolute: 0.1).score(sample("0.3", "0.2")) == 1)
    #expect(try await NumericMatch(absolute: 0.1).score(sample("0.30000000000000004", "0.2")) == 0)
    #expect(try await NumericMatch(relative: 0.01).score(sample("99", "100")) == 1)
    #expect(try await NumericMatch(relative: 0.01).score(sample("98.99", "100")) == 0)
    #expect(try await NumericMatch(relative: 0.01).score(sample("-99", "-100")) == 1)
    #expect(try await NumericMatch(absolute: 1).score(sample("-0.5", "0.5")) == 1)
    #expect(try await NumericMatch(absolute: 0.001).score(sample("0.333", "1/3")) == 1)
    #expect(try await NumericMatch(absolute: 1).score(sample("$20", "€20")) == 0)
  }

  @Test("units and decimal marks")
  func options() async throws {
    #expect(try await NumericMatch(units: .ignore).score(sample("€20", "$20")) == 1)
    #expect(try await NumericMatch(units: .require).score(sample("20", "$20")) == 0)
    #expect(try await NumericMatch(decimal: .comma).score(sample("1.234,5", "1234,50")) == 1)
  }

  @Test("an expected value without a number is the dataset's fault")
  func noNumber() async throws {
    #expect(try await NumericMatch().cause(sample("42", "forty-two")) == .noExpectation)
  }

  @Test("numbers of any length do not cost much, and too long ones are none")
  func hostile() async throws {
    let digits = String(repeating: "9", count: 100_000)
    #expect(try await NumericMatch().score(sample(digits, "9")) == 0)
    #expect(try await NumericMatch().score(sample("1e9999", "9")) == 0)
    let many = String(repeating: "1/", count: 20_000) + "1"
    #expect(try await NumericMatch().score(sample(many, "1")) == 1)
  }

  @Test("amounts and their places are found in a text")
  func scanner() {
    let found = NumberScanner.numbers(in: "Pay $1,200.50 by 2024-01-31, or 3.5% more.")
    #expect(found.map(\.text) == ["$1,200.50", "2024", "01", "31", "3.5%"])
    #expect(found.map(\.unit) == ["$", nil, nil, nil, "%"])
  }
}
