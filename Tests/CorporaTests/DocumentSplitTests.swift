import Testing

@testable import Corpora

struct DocumentSplitTests {
  @Test func partsDoNotOverlapAndMissNothing() throws {
    let documents = madeUpDocuments(97)
    let split = try DocumentSplit(documents, heldOutFraction: 0.1, corpus: "x")
    #expect(Set(split.train).isDisjoint(with: split.heldOut))
    #expect((split.train + split.heldOut).sorted() == Array(documents.indices))
    #expect(split.train == split.train.sorted())
  }

  @Test(arguments: [0.01, 0.1, 0.25, 0.5, 0.9])
  func theFractionIsOfBytes(fraction: Double) throws {
    let documents = madeUpDocuments(500)
    let split = try DocumentSplit(documents, heldOutFraction: fraction, corpus: "x")
    let total = documents.reduce(0) { $0 + $1.text.utf8.count }
    let held = split.heldOut.reduce(0) { $0 + documents[$1].text.utf8.count }
    #expect(abs(Double(held) / Double(total) - fraction) < 0.01)
  }

  @Test func theSameTextsSplitTheSameWayInAnyOrder() throws {
    let documents = madeUpDocuments(60)
    let split = try DocumentSplit(documents, heldOutFraction: 0.2, corpus: "x")
    let reversed = Array(documents.reversed())
    let again = try DocumentSplit(reversed, heldOutFraction: 0.2, corpus: "x")
    #expect(Set(split.heldOut.map { documents[$0].id }) == Set(again.heldOut.map { reversed[$0].id }))
  }

  @Test func copiesStayOnOneSide() throws {
    let originals = madeUpDocuments(40)
    let copies = originals.map { original in
      Document(id: original.id + "/copy", text: "  " + original.text.replacing(" ", with: " \n\t ") + "\n")
    }
    let documents = originals + copies
    let split = try DocumentSplit(documents, heldOutFraction: 0.3, corpus: "x")
    let held = Set(split.heldOut)
    #expect(!held.isEmpty)
    for index in originals.indices { #expect(held.contains(index) == held.contains(index + 40)) }
  }

  @Test func aLongDocumentDoesNotSwallowTheHeldOutPart() throws {
    let documents = madeUpDocuments(100) + [Document(id: "long", text: String(repeating: "long text ", count: 5000))]
    let split = try DocumentSplit(documents, heldOutFraction: 0.05, corpus: "x")
    #expect(!split.heldOut.contains(100))
    #expect(!split.heldOut.isEmpty)
  }

  @Test func twoDocumentsAreEnough() throws {
    let split = try DocumentSplit(
      [Document(id: "a", text: "a longer text"), Document(id: "b", text: "short")], heldOutFraction: 0.1, corpus: "x")
    #expect(split.heldOut == [1])
    #expect(split.train == [0])
  }

  @Test func refusesWhatCannotBeSplit() {
    #expect(throws: CorpusError.tooFewDocuments(corpus: "x", documents: 1)) {
      try DocumentSplit(
        [Document(id: "a", text: "same text"), Document(id: "b", text: "same  text")], heldOutFraction: 0.1, corpus: "x"
      )
    }
    #expect(throws: CorpusError.tooFewDocuments(corpus: "x", documents: 0)) {
      try DocumentSplit([], heldOutFraction: 0.1, corpus: "x")
    }
    for fraction in [0, 1, -0.1, 1.5, Double.nan] {
      #expect(throws: CorpusError.self) {
        try DocumentSplit(madeUpDocuments(5), heldOutFraction: fraction, corpus: "x")
      }
    }
  }
}
