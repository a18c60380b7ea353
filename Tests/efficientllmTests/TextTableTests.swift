import Testing

@testable import efficientllm

@Suite struct TextTableTests {
  @Test func alignsWordsLeftAndNumbersRight() {
    var table = TextTable([.left("method"), .right("PPL"), .right("rank")])
    table.append(["MQA", "8.23", "4"])
    table.append(["a long name", "10", "11"])
    #expect(
      table.render() == """
        method        PPL  rank
        -----------  ----  ----
        MQA          8.23     4
        a long name    10    11
        """)
  }

  @Test func missingCellsAreBlankAndLinesHaveNoTail() {
    var table = TextTable([.left("a"), .left("b"), .right("c")])
    table.append(["x"])
    #expect(table.render(indent: 2) == "  a  b  c\n  -  -  -\n  x")
  }

  @Test func wideCharactersTakeTwoColumns() {
    var table = TextTable([.left("名"), .right("n")])
    table.append(["ab", "1"])
    #expect(table.render() == "名  n\n--  -\nab  1")
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    var table = TextTable([.left("a")])
    table.append(["x\u{1B}[31m\ny"])
    #expect(table.render() == "a\n--------\nx [31m y")
  }

  @Test func numbers() {
    #expect(TextTable.number(nil) == "")
    #expect(TextTable.number(8.23) == "8.23")
    #expect(TextTable.number(0) == "0")
    #expect(TextTable.number(123_456.7) == "123457")
    #expect(TextTable.number(0.12345678) == "0.12346")
    #expect(TextTable.number(-3) == "-3")
    #expect(TextTable.number(1.5e-7) == "1.5e-07")
    #expect(TextTable.number(2e12) == "2e+12")
    #expect(TextTable.number(.infinity) == "inf")
  }
}
