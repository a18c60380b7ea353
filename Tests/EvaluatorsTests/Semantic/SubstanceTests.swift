import Testing

@testable import Evaluators

@Suite("Refusals, courtesies and questions that are asked again")
struct SubstanceTests {
  private func words(_ text: String) -> [String] {
    AnswerText.tokens(Array(text.unicodeScalars)).compactMap(\.word)
  }

  @Test(
    "refusals",
    arguments: [
      "I'm sorry, but I can't help with that.", "I do not know.", "We are unable to comment on this.",
      "I have no idea.", "As an AI language model, I cannot browse the web.", "I'm not able to say.",
      "Sorry, I don’t have enough information to answer that.", "I would rather not answer.", "No comment.",
      "I cannot tell you why your transaction is pending.",
    ])
  func refusals(text: String) { #expect(Refusal.isSaid(in: words(text)), "\(text)") }

  @Test(
    "answers that only sound like one",
    arguments: [
      "Green is not available this season; it is made in navy.", "Phone support is not available on the free plan.",
      "The bank cannot release the money before Monday.", "No, the fee is charged once.",
      "We do not ship batteries by air.", "I use the blue key for that.", "Nobody knows the exact date.",
    ])
  func answers(text: String) { #expect(!Refusal.isSaid(in: words(text)), "\(text)") }

  @Test("the question again, in any frame")
  func echo() {
    let echo = Echo(words("Why is my transaction marked pending?"))
    for text in [
      "Why is my transaction marked pending?", "Many people ask why my transaction is marked pending.",
      "You want to know why your transaction was marked as pending.",
    ] {
      #expect(echo.isSaid(in: words(text)), "\(text)")
    }
    for text in [
      "Your transaction is marked pending.", "It is awaiting settlement.", "Why not call us?",
      "The reason why it takes so long is the weekend, and your transaction is then pending.",
    ] {
      #expect(!echo.isSaid(in: words(text)), "\(text)")
    }
    let polar = Echo(words("Can I return worn shoes?"))
    #expect(polar.isSaid(in: words("The question is whether I can return worn shoes.")))
    #expect(!polar.isSaid(in: words("Worn shoes cannot be returned.")))
  }

  @Test("what an answer adds")
  func news() throws {
    let substance = try Substance(
      of: "Your transactions are pending because the batch waits.", to: "Why is my transaction marked pending?")
    #expect(substance.sentences.map(\.news) == [["batch", "waits"]])
    #expect(substance.sentences.map(\.rest) == ["your are because the batch waits"])
  }

  @Test("an answer of very many clauses is refused")
  func tooMany() {
    #expect(throws: EvaluationError.self) {
      try Substance(of: String(repeating: "The cat sat. ", count: Substance.mostClauses + 1), to: "Why?")
    }
  }
}
