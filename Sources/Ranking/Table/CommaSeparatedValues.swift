/// Comma-separated values as RFC 4180 has them: quoted cells may hold commas, line ends and doubled quotes; lines end
/// with CRLF, LF or CR; a byte order mark is skipped.
struct CommaSeparatedValues {
  struct Record: Hashable {
    /// The line on which the record begins, counted from 1.
    let line: Int
    /// Without blanks at either end.
    let cells: [String]

    var isBlank: Bool { cells.allSatisfy(\.isEmpty) }
  }

  static let maximumBytes = 64 << 20
  static let maximumColumns = 4_096
  static let maximumRecords = 1_000_000

  /// Records with at least one cell that is not blank.
  let records: [Record]

  /// - Throws: ``TableError`` `.tooLarge`, `.notUTF8`, `.unterminatedQuote`, `.textAfterQuote`.
  init(_ bytes: some Collection<UInt8>) throws(TableError) {
    if bytes.count > Self.maximumBytes { throw .tooLarge(what: "bytes", limit: Self.maximumBytes) }
    var parser = Parser()
    for byte in bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...] {
      try parser.consume(byte)
    }
    try parser.finish()
    records = parser.records
  }
}

/// Goes through the bytes once. No byte of a multi-byte UTF-8 character is a comma, a quote or a line end.
private struct Parser {
  private enum State { case cellStart, plain, quoted, quoteInQuoted }

  private(set) var records: [CommaSeparatedValues.Record] = []
  private var state = State.cellStart
  private var cell: [UInt8] = []
  private var cells: [String] = []
  private var line = 1
  private var recordLine = 1
  private var quoteLine = 1
  private var previousWasCarriageReturn = false

  mutating func consume(_ byte: UInt8) throws(TableError) {
    let completesLineEnd = previousWasCarriageReturn && byte == UInt8(ascii: "\n")
    previousWasCarriageReturn = byte == UInt8(ascii: "\r")
    let isLineEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    if completesLineEnd {
      if state == .quoted { cell.append(byte) }
      return
    }
    if isLineEnd { line += 1 }

    switch state {
    case .quoted:
      if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { cell.append(byte) }
    case .quoteInQuoted where byte == UInt8(ascii: "\""):
      cell.append(byte)
      state = .quoted
    case .cellStart where byte == UInt8(ascii: "\""):
      cell.removeAll(keepingCapacity: true)
      quoteLine = line
      state = .quoted
    case _ where byte == UInt8(ascii: ","):
      try endCell()
    case _ where isLineEnd:
      try endRecord()
    case .quoteInQuoted:
      // Blanks between the closing quote and the comma do no harm.
      if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
        throw .textAfterQuote(line: line, field: cells.count + 1)
      }
    case .cellStart, .plain:
      cell.append(byte)
      if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { state = .plain }
    }
  }

  mutating func finish() throws(TableError) {
    if state == .quoted { throw .unterminatedQuote(line: quoteLine) }
    if !cells.isEmpty || !cell.isEmpty || state != .cellStart { try endRecord() }
  }

  private mutating func endCell() throws(TableError) {
    guard let text = String(validating: cell, as: UTF8.self), !cell.contains(0) else { throw .notUTF8 }
    cells.append(text.trimmingBlanks())
    if cells.count > CommaSeparatedValues.maximumColumns {
      throw .tooLarge(what: "columns", limit: CommaSeparatedValues.maximumColumns)
    }
    cell.removeAll(keepingCapacity: true)
    state = .cellStart
  }

  private mutating func endRecord() throws(TableError) {
    try endCell()
    let record = CommaSeparatedValues.Record(line: recordLine, cells: cells)
    if !record.isBlank { records.append(record) }
    if records.count > CommaSeparatedValues.maximumRecords {
      throw .tooLarge(what: "rows", limit: CommaSeparatedValues.maximumRecords)
    }
    cells.removeAll(keepingCapacity: true)
    recordLine = line
  }
}

extension String {
  /// Without white space at either end.
  func trimmingBlanks() -> String {
    let start = drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }
}
