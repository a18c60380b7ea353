/// A piece of a file that holds one row, before anybody has looked inside.
struct RawRecord: Sendable, Hashable {
  /// The cells of a CSV record; the one line of a JSONL file.
  var fields: [[UInt8]]
  /// The line on which it begins, from 1.
  var line: Int
}

/// Why a file cannot be cut into rows. Nothing after it can be trusted.
struct SplitFailure: Error, Sendable, Hashable {
  let line: Int
  /// The field of a CSV record, from 0.
  var field: Int?
  let reason: String
}

/// Cuts bytes that come in pieces of any size into lines. A line ends with LF or CRLF; blank lines count and are left out.
struct LineSplitter: Sendable {
  private let limits: DatasetLimits
  private var line: [UInt8] = []
  private var number = 1

  init(limits: DatasetLimits) { self.limits = limits }

  /// The records that end in the chunk are appended, also those before a failure.
  mutating func push(_ chunk: [UInt8], into records: inout [RawRecord]) throws(SplitFailure) {
    for part in chunk.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if part.offset > 0 { end(&records) }
      guard part.element.count <= limits.rowBytes - line.count else {
        throw SplitFailure(line: number, reason: "the line has more than \(limits.rowBytes) bytes")
      }
      line.append(contentsOf: part.element)
    }
  }

  mutating func finish(into records: inout [RawRecord]) { end(&records) }

  private mutating func end(_ records: inout [RawRecord]) {
    if line.last == 0x0D { line.removeLast() }
    if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { records.append(RawRecord(fields: [line], line: number)) }
    line.removeAll()
    number += 1
  }
}

/// Cuts bytes that come in pieces of any size into the records of comma-separated values (RFC 4180).
///
/// A record ends with CRLF, LF or CR outside quotes; inside quotes these belong to the field, and a quote is doubled. A
/// line with nothing on it is no record. What the standard does not allow, a quote within an unquoted field or text
/// after a closing one, is refused: guessing would put cells into wrong columns.
struct CSVSplitter: Sendable {
  private enum State { case fieldStart, unquoted, quoted, quoteInQuoted }

  private let limits: DatasetLimits
  private let separator: UInt8
  private var state = State.fieldStart
  private var fields: [[UInt8]] = []
  private var field: [UInt8] = []
  private var recordBytes = 0
  private var line = 1
  private var recordLine = 1
  private var isAfterReturn = false
  /// Tells `""` alone on a line, one empty cell, from an empty line.
  private var hasQuote = false

  init(separator: UInt8 = UInt8(ascii: ","), limits: DatasetLimits) {
    self.separator = separator
    self.limits = limits
  }

  /// The records that end in the chunk are appended, also those before a failure.
  mutating func push(_ chunk: [UInt8], into records: inout [RawRecord]) throws(SplitFailure) {
    for byte in chunk { try push(byte, &records) }
  }

  mutating func finish(into records: inout [RawRecord]) throws(SplitFailure) {
    guard state != .quoted else { throw failure("a quoted cell that begins here does not end") }
    endRecord(&records)
  }

  private mutating func push(_ byte: UInt8, _ records: inout [RawRecord]) throws(SplitFailure) {
    let completesReturn = isAfterReturn && byte == 0x0A
    isAfterReturn = byte == 0x0D
    if byte == 0x0A && !completesReturn || byte == 0x0D { line += 1 }
    recordBytes += 1
    guard recordBytes <= limits.rowBytes else { throw failure("the row has more than \(limits.rowBytes) bytes") }
    if state == .quoted {
      if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { field.append(byte) }
      return
    }
    // The LF of a CRLF that ended a record.
    if completesReturn {
      recordBytes = 0
      return
    }
    switch byte {
    case 0x0A, 0x0D: endRecord(&records)
    case separator: try endField()
    case UInt8(ascii: "\""):
      switch state {
      case .fieldStart:
        state = .quoted
        hasQuote = true
      case .quoteInQuoted:
        field.append(byte)
        state = .quoted
      case .unquoted, .quoted:
        throw failure("a quote stands within a cell that is not quoted: quote the cell and double its quotes")
      }
    default:
      guard state != .quoteInQuoted else { throw failure("text follows a closing quote: double quotes within a cell") }
      state = .unquoted
      field.append(byte)
    }
  }

  private mutating func endField() throws(SplitFailure) {
    guard fields.count + 1 < limits.columns else { throw failure("there are more than \(limits.columns) columns") }
    fields.append(field)
    field.removeAll()
    state = .fieldStart
  }

  private mutating func endRecord(_ records: inout [RawRecord]) {
    if !fields.isEmpty || !field.isEmpty || hasQuote {
      records.append(RawRecord(fields: fields + [field], line: recordLine))
    }
    fields.removeAll()
    field.removeAll()
    state = .fieldStart
    hasQuote = false
    recordBytes = 0
    recordLine = line
  }

  private func failure(_ reason: String) -> SplitFailure {
    SplitFailure(line: recordLine, field: fields.count, reason: reason)
  }
}
