import OpenAIWire

/// Makes rows of what a file holds, column by column, and says of each what is wrong with it.
struct RowMapper: Sendable {
  let mapping: ColumnMapping
  /// Whether every cell is text, as in CSV, and lists and numbers have to be read out of it.
  let cellsAreText: Bool
  let limits: DatasetLimits

  /// What was taken from where, as `input=question`.
  private(set) var taken: Set<String> = []
  /// The columns that some row had.
  private(set) var columns: Set<String> = []
  private(set) var usedColumns: Set<String> = []
  /// Those that are something in the row at hand: what is left of a row must not depend on the rows before it.
  private(set) var usedInRow: Set<String> = []

  init(mapping: ColumnMapping, cellsAreText: Bool, limits: DatasetLimits) {
    self.mapping = mapping
    self.cellsAreText = cellsAreText
    self.limits = limits
  }

  /// What is wrong with one column of a row.
  struct ColumnProblem: Error {
    var column: String?
    var reason: String
  }

  /// A value with the column it came from.
  struct Cell {
    let column: String
    let value: JSONValue
  }

  /// The columns of one row under the names that automatic mapping looks for.
  struct Record {
    let object: JSONObject
    private let plainNames: [String: String]

    init(_ object: JSONObject) {
      self.object = object
      var names: [String: String] = [:]
      for member in object.members where !member.value.isNull {
        let plain = member.name.lowercased().replacing(" ", with: "_")
        // A column of exactly that name goes before one that is only like it.
        if names[plain] == nil || member.name == plain { names[plain] = member.name }
      }
      plainNames = names
    }

    func cell(_ column: String) -> Cell? {
      if let value = object[column] { return value.isNull ? nil : Cell(column: column, value: value) }
      // A path leads into objects; names with points of their own were looked for above.
      var value = JSONValue.object(object)
      for name in column.split(separator: ".", omittingEmptySubsequences: false) {
        guard let next = value.object?[String(name)] else { return nil }
        value = next
      }
      return value.isNull ? nil : Cell(column: column, value: value)
    }

    func automatic(_ names: [String]) -> Cell? {
      for name in names { if let column = plainNames[name], let cell = cell(column) { return cell } }
      return nil
    }

    /// The members whose names begin so, with the rest of the name.
    func members(after prefix: String) -> [(name: String, cell: Cell)] {
      object.members.compactMap { member in
        guard member.name.hasPrefix(prefix), member.name.utf8.count > prefix.utf8.count, !member.value.isNull else {
          return nil
        }
        return (String(member.name.dropFirst(prefix.count)), Cell(column: member.name, value: member.value))
      }
    }
  }

  /// The row, or nil with the reasons in `problems`.
  mutating func row(of object: JSONObject, problems: inout [ColumnProblem]) -> DatasetRow? {
    guard object.members.count <= limits.columns else {
      problems.append(ColumnProblem(reason: "it has \(object.members.count) members, more than \(limits.columns)"))
      return nil
    }
    if columns.count <= limits.columns { columns.formUnion(object.members.map(\.name)) }
    usedInRow = []
    let record = Record(object)
    let before = problems.count
    let input = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.input(record) }
    let id = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.id(record) }
    let expected = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.texts(.expected, record) }
    let context = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.texts(.context, record) }
    let trajectory = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.trajectory(record) }
    let judged = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.judged(record) }
    let labels = attempt(&problems) { (mapper) throws(ColumnProblem) in try mapper.labels(record) }
    let metadata = metadata(record, problems: &problems)
    guard problems.count == before, let input, let id, let expected, let context, let trajectory, let judged, let labels
    else { return nil }
    return DatasetRow(
      id: id, input: input, expected: expected, context: context, metadata: metadata, trajectory: trajectory,
      labels: labels, judged: judged)
  }

  private mutating func attempt<Value>(
    _ problems: inout [ColumnProblem], _ make: (inout RowMapper) throws(ColumnProblem) -> Value
  ) -> Value? {
    do {
      return try make(&self)
    } catch {
      problems.append(error)
      return nil
    }
  }

  /// The cells of a part of the row, by the mapping or by the usual names.
  mutating func cells(_ target: ColumnMapping.Target, _ record: Record) -> [Cell] {
    let mapped = mapping.columns(for: target)
    let cells =
      mapped.isEmpty
      ? [record.automatic(target.automaticColumns)].compactMap { $0 } : mapped.compactMap { record.cell($0) }
    for cell in cells { note(target, cell) }
    return cells
  }

  mutating func note(_ target: ColumnMapping.Target, _ cell: Cell) {
    usedInRow.insert(cell.column)
    usedColumns.insert(cell.column)
    if !cellsAreText, let dot = cell.column.firstIndex(of: ".") {
      // A path takes the member that it leads through.
      usedInRow.insert(String(cell.column[..<dot]))
      usedColumns.insert(String(cell.column[..<dot]))
    }
    // Names of metadata can be as many as there are rows.
    if taken.count < limits.columns { taken.insert("\(target)=\(cell.column)") }
  }
}
