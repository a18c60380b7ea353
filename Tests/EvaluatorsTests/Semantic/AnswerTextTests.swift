import Testing

@testable import Evaluators

@Suite("Words, sentences and clauses")
struct AnswerTextTests {
  private func sentences(_ text: String) -> [String] { AnswerText.sentences(text).map(\.text) }

  private func clauses(_ text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    return AnswerText.sentences(text).flatMap { AnswerText.clauses($0, of: scalars) }.map(\.text)
  }

  @Test("sentences end where they end")
  func sentenceEnds() {
    #expect(sentences("It is open. Come in!") == ["It is open.", "Come in!"])
    #expect(sentences("It costs 4.50 euros, e.g. on Monday.") == ["It costs 4.50 euros, e.g. on Monday."])
    #expect(sentences("Use git; it helps") == ["Use git;", "it helps"])
    #expect(sentences("He said \"stop.\" Then he left.") == ["He said \"stop.", "\" Then he left."])
    #expect(sentences("one\ntwo") == ["one", "two"])
    #expect(sentences(" .\n!? ").isEmpty)
    #expect(sentences("").isEmpty)
  }

  @Test("clauses are cut where a reason begins, and not into crumbs")
  func clauseCuts() {
    #expect(
      clauses("The card was declined because foreign use was blocked.") == [
        "The card was declined", "because foreign use was blocked",
      ])
    #expect(clauses("It is red, blue and green.") == ["It is red, blue and green"])
    #expect(
      clauses("The pump stopped working due to a broken valve seal") == [
        "The pump stopped working", "due to a broken valve seal",
      ])
  }

  @Test("words keep what belongs to them")
  func words() {
    let words = AnswerText.tokens(Array("Don’t use built-in v2.0 (e.g. Foo_bar), it’s 24.5!".unicodeScalars))
      .compactMap(\.word)
    #expect(words == ["don't", "use", "built-in", "v2.0", "e.g", "foo_bar", "it's", "24.5"])
  }

  @Test("stems")
  func stems() {
    for (word, other) in [
      ("marked", "marking"), ("parties", "party"), ("boxes", "box"), ("frozen", "freeze"), ("rose", "rising"),
      ("sells", "sold"), ("running", "runs"), ("quickly", "quick"), ("class's", "class"),
    ] {
      #expect(EnglishWords.stem(word) == EnglishWords.stem(other), "\(word) \(other)")
    }
    for (word, other) in [("string", "stripe"), ("loss", "lo"), ("thing", "th")] {
      #expect(EnglishWords.stem(word) != EnglishWords.stem(other), "\(word) \(other)")
    }
  }

  @Test("a sentence stands above its own shuffles, a heap of words does not")
  func order() throws {
    func standing(_ text: String) throws -> Double {
      try #require(WordOrder(AnswerText.sentences(text))).standing
    }
    let good = "The charge is pending because the bank has not yet settled the payment with the shop."
    #expect(try standing(good) > 2)
    #expect(try standing("shop the settled because not is bank payment with has the charge yet pending the the") < 1.5)
    #expect(WordOrder(AnswerText.sentences("Richard Nixon")) == nil)
    #expect(try #require(WordOrder(AnswerText.sentences("bank payment charge pending shop"))).grammar == 0)
    #expect(try standing(good) == standing(good))
  }

  @Test("long texts take linear time, nearly")
  func long() {
    let text = String(repeating: "because the (odd) thing, ", count: 40_000)
    #expect(AnswerText.sentences(text).count == 1)
    #expect(WordOrder(AnswerText.sentences(text)) != nil)
  }
}
