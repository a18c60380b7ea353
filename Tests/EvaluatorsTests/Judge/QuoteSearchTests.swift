import Testing

@testable import Evaluators

@Suite("Quotes that really stand in the context")
struct QuoteSearchTests {
  private let search = QuoteSearch([
    "Refunds are paid within 5 days. No refund is issued after 30 days, and gift cards aren't refundable.",
    "A fee of $20,000 or 2.5% applies.\n\nOpening hours: 9–17 o’clock. Sale items are non-refundable. “Ça va” est dit.",
    "返金は5日以内に行われます。", "aaaa aaaa aaaa aaab",
  ])

  @Test(
    "stand whatever the case, the spaces and the shape of marks",
    arguments: [
      "Refunds are paid within 5 days.", "refunds  ARE paid\nwithin 5 days", "\"Refunds are paid\"",
      "No refund is issued",
      "a fee of $20,000 or 2.5%", "$20,000", "opening hours: 9-17 o'clock", "\"ça va\"", "C\u{327}a va est dit",
      "返金は5日以内に行われます", "refunds are paid within 5 days...", "ref\u{200B}unds are paid", "aaaa aaaa aaab", "5",
      "No refund is issued after 30 days, and gift cards",
    ])
  func stands(quote: String) { #expect(search.find(quote) == .stands) }

  @Test(
    "do not stand with a word, a figure or a place changed",
    arguments: [
      "Refunds are paid within 6 days", "Refunds are paid within 50 days", "a fee of $20", "a fee of $20,00",
      "fee of 20.000",
      "Refunds paid within 5 days", "Refunds ... 5 days", "Refund are paid", "paid within 5 days. A fee of",
      "are paid within 5 days No refund", "aaaa aaab aaaa", "efunds are paid", "opening hours 9-17",
    ])
  func missing(quote: String) { #expect(search.find(quote) == .missing) }

  @Test(
    "do not stand without the negation before them",
    arguments: ["refund is issued after 30 days", "refundable.", "refundable. \"Ça va\""])
  func negated(quote: String) { #expect(search.find(quote) == .negated) }

  @Test(
    "show nothing when there is nothing in them",
    arguments: ["", " ", "the", "a", "...", "\"\"", "is", "$", "\u{200B}"])
  func tooShort(quote: String) { #expect(search.find(quote) == .tooShort) }

  @Test("a quote that stands once without a negation stands")
  func twice() {
    #expect(QuoteSearch(["It is not refundable.", "Tickets: refundable at any time."]).find("refundable") == .stands)
    #expect(QuoteSearch([]).find("refundable") == .missing)
    #expect(QuoteSearch([""]).find("refundable") == .missing)
  }

  @Test("long texts that repeat take linear time")
  func linear() {
    let passage = String(repeating: "a ", count: 200_000)
    let quote = String(repeating: "a ", count: 2_000) + "b"
    let search = QuoteSearch([passage + "b c"])
    for _ in 0..<20 { #expect(search.find(quote) == .stands) }
    #expect(search.find(String(repeating: "a ", count: 2_000) + "c") == .missing)
  }
}
