import Testing

@testable import Datasets

/// What files become rows, whatever their form.
@Suite struct RowImporterTests {
  private struct Version: Decodable {
    let file: String
    let canonical: [String]
    let hashes: [String]
    let version: String
  }

  /// Canonical forms and hashes made by the rfc8785 package and hashlib.
  @Test(arguments: [1, 3, 1 << 16]) func rowsAndHashesAreThoseOfTheOracle(_ chunk: Int) throws {
    let oracle: Version = try fixture("version")
    let imported = try read(oracle.file, chunk: chunk)
    #expect(imported.rows.map { Array(text($0).utf8) } == oracle.canonical.map { Array($0.utf8) })
    #expect(imported.rows.map(\.hash.description) == oracle.hashes)
    #expect(ContentHash(ofList: imported.rows.map(\.hash)).description == oracle.version)
    #expect(imported.source.bytes == oracle.file.utf8.count)
    #expect(imported.source.hash == ContentHash(of: Array(oracle.file.utf8)))
  }

  @Test func aStoredRowIsReadAsItself() throws {
    let oracle: Version = try fixture("version")
    let again = try read(oracle.canonical.joined(separator: "\n"))
    #expect(again.rows.map(\.hash.description) == oracle.hashes)
  }

  @Test func usualColumnsAreFound() throws {
    let row = try read(
      """
      {"Question":"q","id":7,"ground_truth":4.50,"contexts":["c","d"],"metadata":{"a":1,"b":null},"metadata.c":"x","x":0}
      """)
    #expect(
      row.rows.map(text) == [
        #"{"context":["c","d"],"expected":["4.5"],"id":"7","input":"q","metadata":{"a":1,"c":"x"}}"#
      ])
    #expect(
      row.mapping == [
        "context=contexts", "expected=ground_truth", "id=id", "input=Question", "metadata.c=metadata.c",
        "metadata=metadata",
      ])
    #expect(row.unusedColumns == ["x"])
  }

  @Test func theChoiceOfAColumnDependsOnTheRowAlone() throws {
    let rows = try read(
      """
      {"prompt":"p","question":"q","output":"o"}
      {"prompt":null,"question":"q","answer":"a","output":"o"}
      {"input":[{"role":"user","content":"hi"}],"ideal":["x","y"]}
      """
    ).rows
    #expect(rows.map(\.input.question) == ["p", "q", "hi"])
    #expect(rows.map(\.expected) == [["o"], ["a"], ["x", "y"]])
  }

  @Test func columnsAreMappedByHand() throws {
    let text = """
      {"frage":"q","a":"one","b":["two"],"meta":{"lang":"de","deep":{"n":3}},"zip":10115,"ok":"TRUE","good":[true,false]}
      """
    let row = try #require(
      try read(
        text,
        map: [
          "input=frage", "expected=b", "expected=a", "metadata.lang=meta.lang", "metadata.n:number=meta.deep.n",
          "metadata.zip:text=zip", "metadata.ok:boolean=ok", "labels.Relevancy=good",
        ]
      ).rows.first)
    #expect(row.expected == ["two", "one"])
    #expect(
      row.metadata == ["lang": .text("de"), "n": .number(3), "zip": .text("10115"), "ok": .boolean(true)])
    #expect(
      row.labels == [
        HumanLabel(name: "Relevancy", value: .boolean(true)), HumanLabel(name: "Relevancy", value: .boolean(false)),
      ])
  }

  @Test func theRestMayBecomeMetadata() throws {
    let rows = try read(
      #"{"question":"q","answer":"a","country":"DE","n":3,"list":[1],"none":null}"#, rest: true
    ).rows
    #expect(rows[0].metadata == ["country": .text("DE"), "n": .number(3)])
    // What is left of a row does not depend on the rows before it.
    let alone = try read(#"{"input":"q","question":"other"}"#, rest: true).rows
    let after = try read("{\"question\":\"z\"}\n{\"input\":\"q\",\"question\":\"other\"}", rest: true).rows
    #expect(alone[0].metadata == ["question": .text("other")])
    #expect(after[1] == alone[0])
  }

  @Test func labelsNameWhoJudged() throws {
    let row = try read(
      """
      {"input":"q","judged":"a","labels":[{"name":"R","value":0.5,"annotator":"ann"},{"name":"R","value":"good"}]}
      """
    ).rows[0]
    #expect(
      row.labels == [
        HumanLabel(name: "R", value: .number(0.5), annotator: "ann"), HumanLabel(name: "R", value: .text("good")),
      ])
    #expect(row.judged == "a")
    #expect(try read(text(row)).rows[0] == row)
  }

  @Test func cellsOfCSVAreReadAsWhatTheyAre() throws {
    let csv = #"""
      \#u{feff}id,question,answer,contexts,metadata.tokens,metadata.zip,metadata.paid,metadata.big,messages\#r
      1,"two\#r
      lines, ""quoted""","[""a"",""b""]",plain,1.50,01234,true,9007199254740993,\#r
      2,,[1],"[""c""",,"x ",True,,"[{""role"":""user"",""content"":""m""}]"\#r

      """#
    let rows = try read(csv, .csv, chunk: 1).rows
    #expect(
      rows.map(text) == [
        #"{"context":["plain"],"expected":["a","b"],"id":"1","input":"two\r\nlines, \"quoted\"","metadata":"#
          + #"{"big":"9007199254740993","paid":true,"tokens":1.5,"zip":"01234"}}"#,
        #"{"context":["[\"c\""],"expected":["[1]"],"id":"2","messages":[{"content":"m","role":"user"}],"#
          + #""metadata":{"paid":"True","zip":"x "}}"#,
      ])
  }

  @Test func tabsPartCellsOfTSV() throws {
    #expect(
      try read("question\tanswer\na,b\t\"c\td\"\n", .tsv).rows.map(text) == [#"{"expected":["c\td"],"input":"a,b"}"#])
  }

  @Test func pathsAreNotFollowedInCSV() throws {
    #expect(try read("question,metadata.a.b\nq,1\n", .csv).rows[0].metadata == ["a.b": .number(1)])
  }

  @Test func repeatedRowsAreLeftOut() throws {
    let imported = try read("{\"input\":\"a\"}\n{\"input\":\"b\"}\n{ \"input\" : \"a\" }\n{\"input\":\"c\"}")
    #expect(imported.rows.map(\.input.question) == ["a", "b", "c"])
    #expect(imported.rowNumbers == [1, 2, 4])
    #expect(imported.repeatedRows == 1)
  }

  @Test func formsGoByTheEnding() {
    #expect(DatasetForm(path: "a/b.JSONL") == .jsonl)
    #expect(DatasetForm(path: "x.ndjson") == .jsonl)
    #expect(DatasetForm(path: "x.y.csv") == .csv)
    #expect(DatasetForm(path: "x.tsv") == .tsv)
    for path in ["x", "x.json", "a.csv/x", "-", ""] { #expect(DatasetForm(path: path) == nil) }
  }
}
