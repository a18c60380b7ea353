import Testing

@testable import Datasets

@Suite struct RowSplitterTests {
  private struct Case: Decodable {
    let delimiter: String
    let text: String
    let rows: [[String]]
  }

  private func records(
    _ text: String, separator: UInt8 = UInt8(ascii: ","), chunk: Int = 1 << 16, limits: DatasetLimits = .standard
  ) throws(SplitFailure) -> [RawRecord] {
    var splitter = CSVSplitter(separator: separator, limits: limits)
    var records: [RawRecord] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try splitter.push(Array(bytes[start..<min(bytes.count, start + chunk)]), into: &records)
    }
    try splitter.finish(into: &records)
    return records
  }

  /// Python's csv module on the same texts, whatever the pieces they come in.
  @Test(arguments: [1, 2, 3, 7, 1 << 16]) func recordsAreThoseOfPython(_ chunk: Int) throws {
    let cases: [Case] = try fixture("csv")
    #expect(cases.count > 80)
    for item in cases {
      let found = try records(item.text, separator: item.delimiter.utf8.first!, chunk: chunk)
      let cells = found.map { $0.fields.map { String(decoding: $0, as: UTF8.self) } }
      // Compared by their bytes: String's equality would let composed and decomposed letters pass for each other.
      #expect(cells.map { $0.map { Array($0.utf8) } } == item.rows.map { $0.map { Array($0.utf8) } }, "\(item.text)")
    }
  }

  @Test(arguments: [
    ("a\nb\nc", [1, 2, 3]), ("a\r\nb\r\nc\r\n", [1, 2, 3]), ("a\rb\rc", [1, 2, 3]), ("\n\na\n\nb", [3, 5]),
    ("\"x\ny\"\nb\n", [1, 3]), ("\"x\r\ny\"\r\nb\n", [1, 3]), ("\"x\ry\"\rb", [1, 3]), ("\r\n\r\na", [3]),
  ])
  func linesAreCounted(_ text: String, _ lines: [Int]) throws {
    for chunk in [1, 100] { #expect(try records(text, chunk: chunk).map(\.line) == lines) }
  }

  @Test(arguments: [
    ("a,b\n1,2\"3\n", 2, 1, "a quote stands within a cell that is not quoted: quote the cell and double its quotes"),
    ("a\n\"x\"y\n", 2, 0, "text follows a closing quote: double quotes within a cell"),
    ("a\n1\n\"x", 3, 0, "a quoted cell that begins here does not end"),
    ("a\n\"x\ny\n\n", 2, 0, "a quoted cell that begins here does not end"),
  ])
  func whatTheStandardForbidsIsRefused(_ text: String, _ line: Int, _ field: Int, _ reason: String) {
    #expect(throws: SplitFailure(line: line, field: field, reason: reason)) { try records(text) }
  }

  @Test func recordsBeforeAFailureCount() {
    var splitter = CSVSplitter(limits: .standard)
    var found: [RawRecord] = []
    #expect(throws: SplitFailure.self) { try splitter.push(Array("a\nb\n\"c\"d".utf8), into: &found) }
    #expect(found.map(\.line) == [1, 2])
  }

  @Test func rowsAndColumnsAreCapped() throws {
    let limits = DatasetLimits(rowBytes: 10, columns: 3)
    #expect(try records("1,2,3\n1234567,9\n", limits: limits).count == 2)
    #expect(throws: SplitFailure(line: 2, field: 0, reason: "the row has more than 10 bytes")) {
      try records("1\n12345678901", limits: limits)
    }
    #expect(throws: SplitFailure(line: 1, field: 2, reason: "there are more than 3 columns")) {
      try records("1,2,3,4", limits: limits)
    }
    #expect(throws: SplitFailure(line: 1, field: 0, reason: "the row has more than 10 bytes")) {
      try records("\"" + String(repeating: "\n", count: 20), limits: limits)
    }
  }

  @Test(arguments: [1, 2, 5, 100]) func linesOfJSONL(_ chunk: Int) throws {
    var splitter = LineSplitter(limits: .standard)
    var found: [RawRecord] = []
    let bytes = Array("{}\r\n\n \t\n[1]\n{\"a\":1}".utf8)
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try splitter.push(Array(bytes[start..<min(bytes.count, start + chunk)]), into: &found)
    }
    splitter.finish(into: &found)
    #expect(found.map(\.line) == [1, 4, 5])
    #expect(found.map { String(decoding: $0.fields[0], as: UTF8.self) } == ["{}", "[1]", "{\"a\":1}"])
  }

  @Test func aLineIsCapped() {
    var splitter = LineSplitter(limits: DatasetLimits(rowBytes: 4))
    var found: [RawRecord] = []
    #expect(throws: Never.self) { try splitter.push(Array("1234\n12".utf8), into: &found) }
    #expect(throws: SplitFailure(line: 2, reason: "the line has more than 4 bytes")) {
      try splitter.push(Array("345".utf8), into: &found)
    }
    #expect(found.count == 1)
  }
}
