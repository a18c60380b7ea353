import Measures
import Ranking
import Testing

@Suite struct RankingTableTests {
  private func table(_ text: String, _ layout: TableLayout = TableLayout()) throws -> RankingTable {
    try RankingTable(csv: text.utf8, layout: layout)
  }

  @Test func readsGroupsMethodsModelsAndDirections() throws {
    let table = try table(
      "axis,technique,size,PPL,AMU_GB,TT\nattention,MQA,1.5B,8.23,42.24,\n",
      TableLayout(groupColumn: "axis", methodColumn: "technique", modelColumn: "size"))
    #expect(
      table.columns == [
        .init(name: "PPL", direction: .lowerIsBetter), .init(name: "AMU_GB", direction: .lowerIsBetter),
        .init(name: "TT", direction: .higherIsBetter),
      ])
    #expect(
      table.rows == [.init(group: "attention", method: "MQA", model: "1.5B", values: ["PPL": 8.23, "AMU_GB": 42.24])])
    #expect(table.notes.isEmpty)
  }

  @Test func theModelColumnIsOptionalAndNoMeasureOfTheSameBeginning() throws {
    let table = try table("Method,model_params,PPL\nA,5,1\nB,6,2\n")
    #expect(table.rows.map(\.model) == ["", ""])
    #expect(table.columns.map(\.name) == ["model_params", "PPL"])
  }

  @Test func blanksInManySpellings() throws {
    let spellings = ["", "NaN", "nan", "n/a", "NA", "#N/A", "null", "None", "-", "—", " "]
    let rows = spellings.enumerated().map { "m\($0.offset),\($0.element)\n" }.joined()
    #expect(try table("method,PPL\n" + rows).rows.allSatisfy { $0.values.isEmpty })
  }

  @Test func numbersInManySpellings() throws {
    let rows = try table("method,PPL\na,1e1\nb,+3\nc,-2.5E-1\nd,.5\ne,7.\nf,\"8.25\"\ng,0\n").rows
    #expect(rows.map { $0.values["PPL"] } == [10, 3, -0.25, 0.5, 7, 8.25, 0])
  }

  @Test(arguments: ["1.2x", "1,5", "12%", "0x10", "1 2", "1.2.3", "--1", "e5", "abc"])
  func noNumbersNameLineAndColumn(text: String) {
    #expect(throws: TableError.notANumber(line: 3, column: "AL_s", text: text)) {
      try table("method,AL_s\na,1\nb,\"\(text)\"\n")
    }
  }

  @Test(arguments: ["inf", "-inf", "Infinity", "1e999"])
  func infiniteValuesAreRefused(text: String) {
    #expect(throws: TableError.notFinite(line: 2, column: "PPL", text: text)) { try table("method,PPL\na,\(text)\n") }
  }

  @Test func flagsOverrideTheCatalogue() throws {
    let table = try table("method,PPL,Score\na,1,2\n", TableLayout(higher: ["ppl"], lower: ["Score"]))
    #expect(table[column: "PPL"]?.direction == .higherIsBetter)
    #expect(table[column: "Score"]?.direction == .lowerIsBetter)
    let unit = try self.table("method,AMU_GB\na,1\n", TableLayout(higher: ["AMU"]))
    #expect(unit[column: "AMU_GB"]?.direction == .higherIsBetter)
  }

  @Test func columnsOfUnknownDirectionAreKeptAndNoted() throws {
    let table = try table("method,wall,hardware,\na,33,\"H100, 8x\",0\n")
    #expect(table.columns == [.init(name: "wall", direction: nil)])
    #expect(table.notes.count == 3)
    #expect(table.notes[0].contains("'wall' is not ranked"))
    #expect(table.notes[1].contains("'hardware' is left out") && table.notes[1].contains("line 2"))
    #expect(table.notes[2].contains("column 4 has no name"))
  }

  @Test func performanceSaysHowItIsRead() throws {
    #expect(try table("method,Performance\na,1\n").notes.first?.contains("--higher") == true)
    #expect(try table("method,Performance\na,1\n", TableLayout(higher: ["Performance"])).notes.isEmpty)
  }

  @Test func columnsThatAreNotThere() {
    let text = "method,PPL\na,1\n"
    for (layout, option) in [
      (TableLayout(groupColumn: "x"), "--group-by"), (TableLayout(methodColumn: "x"), "--method-column"),
      (TableLayout(modelColumn: "x"), "--model-column"), (TableLayout(higher: ["x"]), "--higher"),
      (TableLayout(lower: ["x"]), "--lower"),
    ] {
      #expect(throws: TableError.unknownColumn(name: "x", askedBy: option, known: ["method", "PPL"])) {
        try table(text, layout)
      }
    }
    #expect(throws: TableError.self) { try table(text, TableLayout(higher: [""])) }
  }

  @Test func contradictions() {
    let text = "group,method,model,PPL,AL_s,AL_ms\ng,a,m,1,2,3\n"
    for layout in [
      TableLayout(higher: ["PPL"], lower: ["PPL"]), TableLayout(higher: ["method"]),
      TableLayout(groupColumn: "method"), TableLayout(groupColumn: "group", modelColumn: "group"),
      TableLayout(methodColumn: "model", modelColumn: "model"), TableLayout(lower: ["AL"]),
    ] {
      #expect(throws: TableError.self) { try table(text, layout) }
    }
  }

  @Test func shapesThatAreWrong() {
    #expect(throws: TableError.empty) { try table("") }
    #expect(throws: TableError.noRows) { try table("method,PPL\n\n") }
    #expect(throws: TableError.duplicateColumn(name: "PPL")) { try table("method,PPL,PPL\na,1,2\n") }
    #expect(throws: TableError.cellCount(line: 3, found: 1, expected: 2)) { try table("method,PPL\na,1\nb\n") }
    #expect(throws: TableError.cellCount(line: 2, found: 3, expected: 2)) { try table("method,PPL\na,1,2\n") }
    #expect(throws: TableError.blankName(line: 2, column: "method")) { try table("method,PPL\n,1\n") }
    #expect(throws: TableError.blankName(line: 2, column: "g")) {
      try table("g,method,PPL\n,a,1\n", TableLayout(groupColumn: "g"))
    }
  }

  @Test func duplicatesAreRefused() throws {
    let text = "group,method,model,PPL\ng,a,m,1\nh,a,m,2\n"
    #expect(throws: TableError.duplicateRow(line: 3, firstLine: 2, row: "'a / m'", isGrouped: false)) {
      try table(text)
    }
    #expect(try table(text, TableLayout(groupColumn: "group")).rows.count == 2)
  }

  @Test func errorsSayTheMend() {
    let unknown = TableError.unknownColumn(name: "method", askedBy: "--method-column", known: ["method;PPL"])
    #expect(unknown.description.contains("semicolons"))
    #expect(TableError.notANumber(line: 2, column: "PPL", text: "1,2").description.contains("decimal point"))
    #expect(TableError.notANumber(line: 2, column: "PPL", text: "5%").description.contains("fraction"))
    #expect(
      TableError.duplicateRow(line: 3, firstLine: 2, row: "'a'", isGrouped: false).description.contains("--group-by"))
    #expect(TableError.noDirection(column: "x").description.contains("--higher"))
  }
}
