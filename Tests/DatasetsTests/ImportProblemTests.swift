import Foundation
import Testing

@testable import Datasets

/// What is wrong with files, and how it is said: with row, line and column, all of it at once.
@Suite struct ImportProblemTests {
  @Test func allProblemsAreGathered() {
    let text = """
      {"input":"fine"}

      {"input":3,"id":1.5,"metadata":{"a":[1],"n":9007199254740993}}
      not json
      [1]
      {"answer":"a"}
      {"input":"","expected":{"text":"x"}}
      """
    #expect(
      problems(text) == [
        "row 2 (line 3), column id: an id has to be text or a whole number of 64 bits, not a number",
        "row 2 (line 3), column metadata.a: it has to be text, a number, true or false, not an array",
        "row 2 (line 3), column metadata.n: a whole number beyond 2^53 is not exact: give it as text",
        "row 3 (line 4): the line is no JSON: at byte 0, there is no value",
        "row 4 (line 5): each line has to be a JSON object, not an array",
        "row 5 (line 6): there is no input: none of the columns input, prompt, question, query, instruction, user_input, "
          + "messages; name one with --map input=COLUMN",
        "row 6 (line 7), column input: it is empty: a row needs an input",
        "row 6 (line 7), column expected: it has to be text, not an object; name a member of it, as in --map "
          + "expected=expected.text",
      ])
  }

  @Test func whatIsQuotedSteersNoTerminal() {
    let found = problems(#"{"input":"a","metadata":{"b\u001b[2J":[]},"metadata.c\u0007":1,"metadata.\n":2}"#)
    #expect(found.count == 3)
    #expect(found.joined().unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    let long = DatasetProblem(column: String(repeating: "x", count: 1_000), reason: "r").description
    #expect(long == "column " + String(repeating: "x", count: 80) + "...: r")
  }

  @Test func problemsAreCapped() {
    let text = String(repeating: "{}\n", count: 30)
    let found = problems(text, limits: DatasetLimits(problems: 3))
    #expect(found.count == 4)
    #expect(found.last == "and 27 more")
  }

  @Test(arguments: [
    (#"{"messages":[]}"#, "column messages: it has no messages"),
    (#"{"messages":"hi"}"#, "column messages: messages must be an array, not a string"),
    (#"{"messages":[{"role":"user"}]}"#, "column messages: messages[0].content is missing"),
    (#"{"messages":[{"role":"king","content":"x"}]}"#, "column messages: messages[0].role must be one of"),
    (#"{"input":"a","messages":[{"role":"user","content":"x"}]}"#, "column messages: the row has input too: map one"),
    (#"{"input":"a","id":""}"#, "column id: an id has to be 1 to 512 bytes"),
    (#"{"input":"a","id":"sha256:00"}"#, "column id: an id has to be"),
    (#"{"input":"a","id":"a\n"}"#, "column id: an id"),
    (#"{"input":"a","expected":["x",null]}"#, "column expected[1]: it has to be text, not null"),
    (#"{"input":"a","trajectory":{}}"#, "column trajectory: a trajectory has to be an array of objects"),
    (#"{"input":"a","trajectory":[1]}"#, "column trajectory[0]: a step has to be an object, not a number"),
    (#"{"input":"a","labels":3}"#, "column labels: labels have to be an object such as"),
    (#"{"input":"a","labels":[{"name":"x"}]}"#, "column labels[0]: a label has to be"),
    (#"{"input":"a","labels":[{"name":"x","value":1,"by":"y"}]}"#, "column labels[0]: a label has to be"),
    (#"{"input":"a","labels":{"x":{}}}"#, "column labels.x: it has to be text, a number, true or false, not an object"),
    (#"{"input":"a","metadata":[1]}"#, "column metadata: metadata has to be an object, not an array"),
    (#"{"input":"a","metadata":{"":1}}"#, "column metadata.: a name has to be 1 to 256 bytes"),
    (#"{"input":"a","metadata":{"b":1},"metadata.b":2}"#, "column metadata.b: the metadata has b already"),
    (#"{"input":"a","input":"b"}"#, "the line is no JSON: at byte 13, a member stands twice in one object"),
    (#"{"input":{"text":"x"}}"#, "column input: it has to be text, not an object; name a member"),
  ])
  func columnsAreNamed(_ line: String, _ problem: String) throws {
    let found = problems(line)
    #expect(found.count == 1)
    let said = try #require(found.first)
    #expect(said.hasPrefix("row 1 (line 1)"))
    #expect(said.contains(problem), "\(said)")
  }

  @Test func equalIDsNeedEqualContent() {
    let text = "{\"id\":\"q\",\"input\":\"a\"}\n{\"id\":\"q\",\"input\":\"a\"}\n{\"id\":\"q\",\"input\":\"b\"}"
    #expect(problems(text) == ["row 3 (line 3), column id: row 1 has the same id, and other content"])
  }

  @Test func mappedColumnsHaveToBeThere() {
    #expect(
      problems(#"{"input":"a","lang":"de"}"#, map: ["metadata.l=lan", "metadata.x=meta.lang"]) == [
        "column lan: no row has such a column; there are input, lang",
        "column meta.lang: no row has such a column; there are input, lang",
      ])
    #expect(
      problems("question\nq\n", .csv, map: ["id=nr"]) == ["column nr: no row has such a column; there are question"])
    // A path through a member that some row has may be there in others.
    #expect(problems(#"{"input":"a","meta":{}}"#, map: ["metadata.x=meta.lang"]) == [])
    #expect(
      problems(#"{"a":"x"}"#, map: ["input=b"]) == [
        "row 1 (line 1), column b: it is missing or empty: a row needs an input",
        "column b: no row has such a column; there are a",
      ])
  }

  @Test func kindsThatAreAskedForAreKept() {
    #expect(
      problems(#"{"input":"a","n":"x","b":"yes"}"#, map: ["metadata.n:number=n", "metadata.b:boolean=b"]) == [
        "row 1 (line 1), column n: it has to be a number, not text",
        "row 1 (line 1), column b: it has to be true or false, not text",
      ])
  }

  @Test func brokenCSVIsNamed() {
    #expect(problems("", .csv) == ["test.csv has no rows; nothing was added"])
    #expect(problems("question\n", .csv) == ["test.csv has no rows; nothing was added"])
    #expect(problems("a,,b\n", .csv) == ["line 1: column 2 has no name, or one that is not UTF-8"])
    #expect(problems("a,a\n", .csv) == ["line 1, column a: two columns have that name"])
    #expect(
      problems("question,answer\nq\nq,a,b\nq,\"x\"y\nq,a\n", .csv) == [
        "row 1 (line 2): the row has 1 cells and the header 2", "row 2 (line 3): the row has 3 cells and the header 2",
        "row 3 (line 4), column answer: text follows a closing quote: double quotes within a cell",
      ])
    #expect(
      problems("question,answer\n,a\nq,[\n", .csv, map: ["trajectory=answer"]) == [
        "row 1 (line 2): there is no input: none of the columns input, prompt, question, query, instruction, user_input, "
          + "messages; name one with --map input=COLUMN",
        "row 1 (line 2), column answer: the cell has to hold JSON: at byte 0, there is no value",
        "row 2 (line 3), column answer: the cell has to hold JSON: at byte 1, the document ends too early",
      ])
  }

  @Test func encodingsAreChecked() throws {
    for mark: [UInt8] in [[0xFF, 0xFE], [0xFE, 0xFF]] {
      #expect(throws: DatasetError.self) { try read(bytes: mark + Array("{}".utf8), .jsonl) }
    }
    let broken = Array("question\n".utf8) + [0x61, 0xC3, 0x28, 0x0A]
    #expect(
      throws: DatasetError.invalid(
        file: "test.csv", problems: [.init(row: 1, line: 2, column: "question", reason: "the cell is not UTF-8")],
        more: 0)
    ) { try read(bytes: broken, .csv) }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    #expect(try read(bytes: mark + Array("{\"input\":\"a\"}".utf8), .jsonl, chunk: 1).rows.count == 1)
    #expect(throws: DatasetError.noRows(file: "test.jsonl")) { try read(bytes: mark, .jsonl) }
  }

  @Test func limitsHold() {
    let rows = String(repeating: "{\"input\":\"a\"}\n", count: 5)
    #expect(problems(rows, limits: DatasetLimits(rows: 4)) == ["row 5 (line 5): there are more than 4 rows"])
    #expect(
      problems(rows, limits: DatasetLimits(fileBytes: 20)) == [
        "the file has more than 20 bytes: split it, and add the parts with --append"
      ])
    #expect(problems(rows, limits: DatasetLimits(rowBytes: 5)) == ["row 1 (line 1): the line has more than 5 bytes"])
    #expect(problems(#"{"input":"a","b":1,"c":2}"#, limits: DatasetLimits(columns: 2)).count == 1)
    #expect(
      problems(#"{"input":"a","context":["b","c","d"]}"#, limits: DatasetLimits(elements: 2)) == [
        "row 1 (line 1), column context: it has more than 2 elements"
      ])
    #expect(problems(String(repeating: "[", count: 1_000_000)).first?.contains("nested more than 64 deep") == true)
  }

  @Test(arguments: [
    ("input", "write PART=COLUMN, such as input=question"), ("input=", "write PART=COLUMN, such as input=question"),
    ("inptu=x", "a row has id, input, messages"), ("metadata.=x", "a row has id, input"), ("labels.=x", "a row has id"),
  ])
  func mappingsAreChecked(_ pair: String, _ reason: String) {
    #expect { try ColumnMapping([pair]) } throws: { "\($0)".hasPrefix("--map \(pair): \(reason)") }
  }

  @Test func mappingsDoNotContradictThemselves() throws {
    #expect(throws: DatasetError.self) { try ColumnMapping(["input=a", "input=b"]) }
    #expect(throws: DatasetError.self) { try ColumnMapping(["expected=a", "expected=a"]) }
    #expect(throws: DatasetError.self) { try ColumnMapping(["input=a", "messages=b"]) }
    let mapping = try ColumnMapping(["expected=a", "expected=b=c", "metadata.x:y=d", "metadata.z:text=e"])
    #expect(
      mapping.entries.map { "\($0.target)=\($0.column)" } == [
        "expected=a", "expected=b=c", "metadata.x:y=d", "metadata.z:text=e",
      ])
  }

  @Test func filesAreLookedFor() throws {
    let scratch = try Scratch()
    let path = scratch.url.path
    #expect(throws: DatasetError.notFound(path: path + "/none.csv")) { try DatasetFile.read(path + "/none.csv") }
    #expect(throws: DatasetError.unknownForm(path: path)) { try DatasetFile.read(path) }
    #expect(throws: DatasetError.self) { try DatasetFile.read(path, form: .csv) }
    let file = path + "/rows.jsonl"
    let text = (0..<40_000).map { "{\"input\":\"row \($0)\"}\n" }.joined()
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let imported = try DatasetFile.read(file)
    #expect(imported.rows.count == 40_000)
    #expect(imported.source.file == "rows.jsonl")
    #expect(imported.source.hash == ContentHash(of: Array(text.utf8)))
  }
}
