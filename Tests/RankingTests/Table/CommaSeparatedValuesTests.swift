import Testing

@testable import Ranking

@Suite struct CommaSeparatedValuesTests {
  private func cells(_ text: String) throws -> [[String]] { try CommaSeparatedValues(text.utf8).records.map(\.cells) }

  @Test func quotesCommasAndLineEnds() throws {
    #expect(try cells("a,b\n\"1,5\",\"say \"\"hi\"\"\"\n") == [["a", "b"], ["1,5", "say \"hi\""]])
    #expect(try cells("a\n\"two\nlines\"\n") == [["a"], ["two\nlines"]])
    #expect(try cells("a\r\n\"two\r\nlines\"\r\n") == [["a"], ["two\r\nlines"]])
    #expect(try cells("\"\",\"x\"\n") == [["", "x"]])
  }

  @Test func everyLineEnd() throws {
    let wanted = [["a", "b"], ["1", "2"]]
    for text in ["a,b\n1,2", "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "\u{FEFF}a,b\n1,2\n", "a,b\n\n1,2\n\n\n"] {
      #expect(try cells(text) == wanted)
    }
  }

  @Test func blanksAroundCells() throws {
    #expect(try cells(" a , \"b\" \n\t1,  2\n") == [["a", "b"], ["1", "2"]])
    #expect(try cells("5\" disk,x\n") == [["5\" disk", "x"]])
  }

  @Test func emptyCellsStayAndEmptyRecordsGo() throws {
    #expect(try cells("a,b,c\n1,,\n,,\n,,3\n") == [["a", "b", "c"], ["1", "", ""], ["", "", "3"]])
    #expect(try cells("") == [])
    #expect(try cells("\n \n") == [])
  }

  @Test func lineNumbersCountLinesInsideQuotes() throws {
    #expect(try CommaSeparatedValues("a\n\"x\r\ny\"\r\n\r\nz".utf8).records.map(\.line) == [1, 2, 5])
  }

  @Test func brokenQuotes() {
    #expect(throws: TableError.unterminatedQuote(line: 2)) { try cells("a,b\n\"1,2\n3,4\n") }
    #expect(throws: TableError.textAfterQuote(line: 2, field: 2)) { try cells("a,b\n1,\"2\"3\n") }
  }

  @Test func onlyText() {
    #expect(throws: TableError.notUTF8) { try CommaSeparatedValues([0x61, 0xFF, 0x0A]) }
    #expect(throws: TableError.notUTF8) { try CommaSeparatedValues([0xFF, 0xFE, 0x61, 0x00]) }
    #expect(throws: TableError.notUTF8) { try CommaSeparatedValues([0x61, 0x00]) }
  }

  @Test func sizesHaveCaps() {
    let commas = String(repeating: ",", count: CommaSeparatedValues.maximumColumns)
    #expect(throws: TableError.tooLarge(what: "columns", limit: CommaSeparatedValues.maximumColumns)) {
      try cells("a" + commas)
    }
    let bytes = repeatElement(UInt8(ascii: "a"), count: CommaSeparatedValues.maximumBytes + 1)
    #expect(throws: TableError.tooLarge(what: "bytes", limit: CommaSeparatedValues.maximumBytes)) {
      try CommaSeparatedValues(bytes)
    }
  }
}
