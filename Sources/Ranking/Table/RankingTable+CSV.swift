import Measures

extension RankingTable {
  /// Reads a table from comma-separated values. The first line names the columns.
  ///
  /// A cell is blank when nothing stands in it, or one of `NaN`, `NA`, `N/A`, `#N/A`, `null`, `none` and a dash. A column
  /// whose direction is not known is kept unranked when it holds numbers, and left out when it holds text; either way
  /// ``notes`` says so. In a column with a direction every cell that is not blank must be a finite number.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 text as RFC 4180 has it.
  ///   - layout: which columns name the group, the method and the model, and directions that override the catalogue's.
  /// - Throws: ``TableError`` that names the line and the column.
  public init(csv bytes: some Collection<UInt8>, layout: TableLayout = TableLayout()) throws(TableError) {
    let records = try CommaSeparatedValues(bytes).records
    guard let header = records.first else { throw .empty }
    let body = records.dropFirst()
    let resolver = try ColumnResolver(header: header.cells)
    let keys = try KeyColumns(layout, resolver)
    let flagged = try resolver.directions(layout, keys: keys.indices)

    for record in body where record.cells.count != header.cells.count {
      throw .cellCount(line: record.line, found: record.cells.count, expected: header.cells.count)
    }
    if body.isEmpty { throw .noRows }

    var notes: [String] = []
    var columns: [Column] = []
    var values = Array(repeating: [String: Double](), count: body.count)
    for (index, name) in header.cells.enumerated() where !keys.indices.contains(index) {
      let cells = body.map { (line: $0.line, text: $0.cells[index]) }
      if name.isEmpty {
        if cells.contains(where: { !$0.text.isEmpty }) { notes.append("column \(index + 1) has no name: left out") }
        continue
      }
      let direction = flagged[name] ?? MeasureCatalogue.direction(forColumn: name)
      let numbers: [Double?]
      do throws(TableError) {
        numbers = try cells.map { cell throws(TableError) in try Self.number(cell.text, line: cell.line, column: name) }
      } catch {
        // Text beside the numbers is common; text among them is a slip.
        if direction != nil { throw error }
        notes.append("column '\(name)' is left out, because it holds text: \(error.excerpt)")
        continue
      }
      if direction == nil {
        notes.append("column '\(name)' is not ranked: say which way is better with --higher or --lower")
      } else if flagged[name] == nil, MeasureCatalogue.baseName(ofColumn: name).lowercased() == "performance" {
        notes.append("column '\(name)' is read as perplexity, less is better; for a score say --higher '\(name)'")
      }
      columns.append(Column(name: name, direction: direction))
      for (row, number) in numbers.enumerated() { values[row][name] = number }
    }
    let rows = try Self.rows(body, keys, header.cells, values)
    self.init(columns: columns, rows: rows, notes: notes)
  }

  private static func rows(
    _ body: ArraySlice<CommaSeparatedValues.Record>, _ keys: KeyColumns, _ header: [String],
    _ values: [[String: Double]]
  ) throws(TableError) -> [Row] {
    struct Key: Hashable { let group: String, method: String, model: String }
    var firstLines: [Key: Int] = [:]
    var rows: [Row] = []
    for (record, values) in zip(body, values) {
      for index in [keys.group, keys.method].compactMap({ $0 }) where record.cells[index].isEmpty {
        throw .blankName(line: record.line, column: header[index])
      }
      let row = Row(
        group: keys.group.map { record.cells[$0] } ?? wholeTable, method: record.cells[keys.method],
        model: keys.model.map { record.cells[$0] } ?? "", values: values)
      let key = Key(group: row.group, method: row.method, model: row.model)
      if let first = firstLines.updateValue(record.line, forKey: key) {
        let names = [keys.group == nil ? "" : row.group, row.method, row.model].filter { !$0.isEmpty }
        throw .duplicateRow(
          line: record.line, firstLine: first, row: "'\(names.joined(separator: " / "))'",
          isGrouped: keys.group != nil && keys.model != nil)
      }
      rows.append(row)
    }
    return rows
  }

  private static let blanks: Set<String> = ["", "nan", "na", "n/a", "#n/a", "null", "none", "-", "–", "—"]

  /// A decimal number, or nil for a blank cell.
  private static func number(_ text: String, line: Int, column: String) throws(TableError) -> Double? {
    if blanks.contains(text.lowercased()) { return nil }
    // Double also reads hexadecimal, which in a table is a slip.
    let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    guard let value = Double(text), isDecimal || !value.isFinite else {
      throw .notANumber(line: line, column: column, text: text)
    }
    if value.isNaN { return nil }
    if value.isInfinite { throw .notFinite(line: line, column: column, text: text) }
    return value
  }
}

/// Where the names of a row stand.
private struct KeyColumns {
  let group: Int?
  let method: Int
  let model: Int?

  var indices: Set<Int> { Set([group, method, model].compactMap { $0 }) }

  init(_ layout: TableLayout, _ resolver: ColumnResolver) throws(TableError) {
    method = try resolver.index(of: layout.methodColumn, askedBy: "--method-column")
    group = try layout.groupColumn.map { name throws(TableError) in
      try resolver.index(of: name, askedBy: "--group-by")
    }
    if let name = layout.modelColumn {
      model = try resolver.index(of: name, askedBy: "--model-column")
    } else {
      // Nobody asked for it: a column that is named otherwise already keeps its meaning.
      let found = try? resolver.index(of: "model", askedBy: "")
      model = found == method || found == group ? nil : found
    }
    if group == method {
      throw .contradiction(column: resolver.header[method], reason: "it cannot name the group and the method at once")
    }
    if let model, model == method || model == group {
      throw .contradiction(
        column: resolver.header[model], reason: "it cannot name the model and something else at once")
    }
  }
}
