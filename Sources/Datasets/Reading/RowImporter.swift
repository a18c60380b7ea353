import OpenAIWire

/// Where the rows of a version came from.
public struct DatasetSource: Sendable, Hashable {
  /// The file's name, without its folder.
  public let file: String
  public let form: DatasetForm
  /// Of the file, to the byte.
  public let hash: ContentHash
  public let bytes: Int
}

/// Rows that were read from a file and found good, not yet kept anywhere.
public struct ImportedRows: Sendable {
  /// In the file's order; a row that stands twice to the byte is here once.
  public let rows: [DatasetRow]
  /// Which row of the file each is, from 1.
  public let rowNumbers: [Int]
  public let source: DatasetSource
  /// What was taken from which column, as `input=question`, sorted.
  public let mapping: [String]
  /// Columns that became nothing, sorted.
  public let unusedColumns: [String]
  /// Rows that were left out because an equal one stands before them.
  public let repeatedRows: Int
}

/// Reads rows from bytes that come in pieces of any size. A pure state machine: ``DatasetFile`` feeds it.
///
/// Problems are gathered row by row, and nothing comes out of a file that has any.
public struct RowImporter: Sendable {
  private enum Splitter: Sendable {
    case lines(LineSplitter)
    case records(CSVSplitter)
    case none
  }

  private let file: String
  private let form: DatasetForm
  private let limits: DatasetLimits
  private var splitter: Splitter
  private var mapper: RowMapper
  private var hasher = ContentHasher()
  private var byteCount = 0
  /// The first bytes, until it is clear whether they are a byte order mark.
  private var head: [UInt8]? = []
  private var header: [String]?
  private var rowCount = 0
  private var rows: [DatasetRow] = []
  private var rowNumbers: [Int] = []
  private var rowsByID: [String: Int] = [:]
  private var hashes: Set<ContentHash> = []
  private var repeated = 0
  private var problems: [DatasetProblem] = []
  private var more = 0
  /// Nothing that follows can be read.
  private var hasEnded = false

  /// - Parameter file: the name that problems and the version carry.
  public init(file: String, form: DatasetForm, mapping: ColumnMapping = .automatic, limits: DatasetLimits = .standard) {
    self.file = file
    self.form = form
    self.limits = limits
    mapper = RowMapper(mapping: mapping, cellsAreText: form != .jsonl, limits: limits)
    splitter =
      switch form {
      case .jsonl: .lines(LineSplitter(limits: limits))
      case .csv: .records(CSVSplitter(limits: limits))
      case .tsv: .records(CSVSplitter(separator: 0x09, limits: limits))
      }
  }

  /// Whether the rest of the file can make no difference.
  public var isDone: Bool { hasEnded }

  public mutating func push(_ chunk: [UInt8]) {
    guard !hasEnded, !chunk.isEmpty else { return }
    guard chunk.count <= limits.fileBytes - byteCount else {
      let reason = "the file has more than \(limits.fileBytes) bytes: split it, and add the parts with --append"
      return end(DatasetProblem(reason: reason))
    }
    byteCount += chunk.count
    hasher.update(chunk)
    guard var bytes = head else { return split(chunk) }
    bytes += chunk
    head = bytes
    if bytes.count >= 3 { releaseHead() }
  }

  /// - Throws: ``DatasetError/invalid(file:problems:more:)``, ``DatasetError/noRows(file:)``.
  public mutating func finish() throws(DatasetError) -> ImportedRows {
    releaseHead()
    if !hasEnded { finishSplitting() }
    if !hasEnded, header != nil || form == .jsonl { checkMappedColumns() }
    guard problems.isEmpty else { throw .invalid(file: file, problems: problems, more: more) }
    guard !rows.isEmpty else { throw .noRows(file: file) }
    return ImportedRows(
      rows: rows, rowNumbers: rowNumbers,
      source: DatasetSource(file: file, form: form, hash: hasher.finish(), bytes: byteCount),
      mapping: mapper.taken.sorted(), unusedColumns: mapper.columns.subtracting(mapper.usedColumns).sorted(),
      repeatedRows: repeated)
  }

  private mutating func releaseHead() {
    guard var bytes = head else { return }
    head = nil
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return end(DatasetProblem(reason: "the file is UTF-16: save it as UTF-8"))
    }
    split(bytes)
  }

  private mutating func split(_ bytes: [UInt8]) {
    var records: [RawRecord] = []
    let failure = cut(bytes, into: &records)
    take(records)
    if let failure, !hasEnded { end(failure) }
  }

  private mutating func finishSplitting() {
    var records: [RawRecord] = []
    let failure = cut(nil, into: &records)
    take(records)
    if let failure, !hasEnded { end(failure) }
  }

  /// - Parameter bytes: nil at the end of the file.
  private mutating func cut(_ bytes: [UInt8]?, into records: inout [RawRecord]) -> SplitFailure? {
    do {
      // The splitter is taken out of its case and put back, so that its buffers are not copied.
      switch splitter {
      case .lines(var lines):
        splitter = .none
        defer { splitter = .lines(lines) }
        if let bytes { try lines.push(bytes, into: &records) } else { lines.finish(into: &records) }
      case .records(var cells):
        splitter = .none
        defer { splitter = .records(cells) }
        if let bytes { try cells.push(bytes, into: &records) } else { try cells.finish(into: &records) }
      case .none: break
      }
      return nil
    } catch {
      return error
    }
  }

  private mutating func end(_ failure: SplitFailure) {
    let column = failure.field.flatMap { field in header.flatMap { field < $0.count ? $0[field] : nil } }
    let isHeader = form != .jsonl && header == nil
    end(DatasetProblem(row: isHeader ? nil : rowCount + 1, line: failure.line, column: column, reason: failure.reason))
  }

  private mutating func end(_ problem: DatasetProblem) {
    report(problem)
    hasEnded = true
  }

  private mutating func report(_ problem: DatasetProblem) {
    if problems.count < limits.problems { problems.append(problem) } else { more += 1 }
  }

  private mutating func take(_ records: [RawRecord]) {
    for record in records where !hasEnded {
      if form != .jsonl, header == nil {
        readHeader(record)
        continue
      }
      rowCount += 1
      guard rowCount <= limits.rows else {
        return end(DatasetProblem(row: rowCount, line: record.line, reason: "there are more than \(limits.rows) rows"))
      }
      guard let object = form == .jsonl ? object(record) : cells(record) else { continue }
      add(object, line: record.line)
    }
  }

  private mutating func readHeader(_ record: RawRecord) {
    var names: [String] = []
    for (index, bytes) in record.fields.enumerated() {
      guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty else {
        return end(
          DatasetProblem(line: record.line, reason: "column \(index + 1) has no name, or one that is not UTF-8"))
      }
      guard !names.contains(name) else {
        return end(DatasetProblem(line: record.line, column: name, reason: "two columns have that name"))
      }
      names.append(name)
    }
    header = names
  }

  private mutating func object(_ record: RawRecord) -> JSONObject? {
    do {
      let value = try JSONReader.value(of: record.fields[0], limits: JSONLimits(bytes: limits.rowBytes))
      if case .object(let object) = value { return object }
      report(
        DatasetProblem(row: rowCount, line: record.line, reason: "each line has to be a JSON object, not \(value.kind)")
      )
    } catch {
      let reason = "the line is no JSON: \(RowMapper.reason(of: error))"
      report(DatasetProblem(row: rowCount, line: record.line, reason: reason))
    }
    return nil
  }

  /// The cells by their columns. A cell with nothing in it is left out: the form cannot tell empty from absent.
  private mutating func cells(_ record: RawRecord) -> JSONObject? {
    guard let header, record.fields.count == header.count else {
      let reason = "the row has \(record.fields.count) cells and the header \(header?.count ?? 0)"
      report(DatasetProblem(row: rowCount, line: record.line, reason: reason))
      return nil
    }
    var object = JSONObject()
    for (name, bytes) in zip(header, record.fields) {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        report(DatasetProblem(row: rowCount, line: record.line, column: name, reason: "the cell is not UTF-8"))
        return nil
      }
      object.append(name, text.isEmpty ? .null : .string(text))
    }
    return object
  }

  private mutating func add(_ object: JSONObject, line: Int) {
    var found: [RowMapper.ColumnProblem] = []
    guard let row = mapper.row(of: object, problems: &found) else {
      for problem in found {
        report(DatasetProblem(row: rowCount, line: line, column: problem.column, reason: problem.reason))
      }
      return
    }
    guard hashes.insert(row.hash).inserted else {
      repeated += 1
      return
    }
    if let id = row.id {
      if let other = rowsByID[id] {
        let reason = "row \(other) has the same id, and other content"
        return report(DatasetProblem(row: rowCount, line: line, column: "id", reason: reason))
      }
      rowsByID[id] = rowCount
    }
    // Once there is a problem nothing will come of the rows.
    guard problems.isEmpty else { return }
    rows.append(row)
    rowNumbers.append(rowCount)
  }

  /// A column that was mapped by hand and that no row has is a slip of the pen.
  private mutating func checkMappedColumns() {
    guard rowCount > 0 else { return }
    let known = mapper.columns.union(mapper.usedColumns).union(header ?? [])
    for entry in mapper.mapping.entries {
      let first = entry.column.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init)
      guard !known.contains(entry.column), form != .jsonl || !known.contains(first ?? "") else { continue }
      let names = known.sorted().prefix(20).map(DatasetProblem.shown).joined(separator: ", ")
      report(DatasetProblem(column: entry.column, reason: "no row has such a column; there are \(names)"))
    }
  }
}
