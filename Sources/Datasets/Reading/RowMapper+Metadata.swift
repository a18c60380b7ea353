import OpenAIWire

/// Metadata.
extension RowMapper {
  mutating func metadata(_ record: Record, problems: inout [ColumnProblem]) -> [String: MetadataValue] {
    var found: [(name: String, kind: MetadataValue.Kind?, cell: Cell)] = []
    if let cell = cells(.metadata, record).first {
      do throws(ColumnProblem) {
        guard case .object(let object) = try structured(cell) else {
          throw ColumnProblem(column: cell.column, reason: "metadata has to be an object, not \(cell.value.kind)")
        }
        for member in object.members where !member.value.isNull {
          found.append((member.name, nil, Cell(column: "\(cell.column).\(member.name)", value: member.value)))
        }
      } catch {
        problems.append(error)
      }
    }
    for (name, cell) in record.members(after: "metadata.") {
      note(.metadataField(name, nil), cell)
      found.append((name, nil, cell))
    }
    for entry in mapping.entries {
      guard case .metadataField(let name, let kind) = entry.target, let cell = record.cell(entry.column) else {
        continue
      }
      note(entry.target, cell)
      // What is mapped by hand goes before what merely has the name.
      found.removeAll { $0.name == name }
      found.append((name, kind, cell))
    }
    if mapping.restIsMetadata {
      for member in record.object.members where !usedInRow.contains(member.name) {
        let cell = Cell(column: member.name, value: member.value)
        switch member.value {
        case .null, .array, .object: continue
        default: found.append((member.name, nil, cell))
        }
      }
    }
    var metadata: [String: MetadataValue] = [:]
    for (name, kind, cell) in found {
      do throws(ColumnProblem) {
        try checkName(name, cell)
        guard metadata[name] == nil else {
          throw ColumnProblem(column: cell.column, reason: "the metadata has \(name) already, from another column")
        }
        metadata[name] = try fact(cell, as: kind)
      } catch {
        problems.append(error)
      }
    }
    return metadata
  }

  /// A text, a number or a boolean. In CSV what reads as a JSON number, `true` or `false` is one.
  func fact(_ cell: Cell, as kind: MetadataValue.Kind? = nil) throws(ColumnProblem) -> MetadataValue {
    if kind == .text { return .text(try text(cell)) }
    var value = cell.value
    if case .string(let text) = value, cellsAreText || kind != nil {
      let spelled = kind == .boolean ? text.lowercased() : text
      switch try? JSONReader.value(of: Array(spelled.utf8)) {
      case .integer(let number)? where number.magnitude <= MetadataValue.largestExact: value = .integer(number)
      case .number(let number)? where abs(number) <= Double(MetadataValue.largestExact): value = .number(number)
      case .boolean(let flag)?: value = .boolean(flag)
      default: break
      }
    }
    let fact: MetadataValue
    switch value {
    case .string(let text): fact = .text(text)
    case .boolean(let flag): fact = .boolean(flag)
    case .integer(let number):
      guard number.magnitude <= MetadataValue.largestExact else {
        throw ColumnProblem(column: cell.column, reason: "a whole number beyond 2^53 is not exact: give it as text")
      }
      fact = .number(Double(number))
    case .number(let number): fact = .number(number)
    case .null, .array, .object:
      throw ColumnProblem(column: cell.column, reason: "it has to be text, a number, true or false, not \(value.kind)")
    }
    if let kind, fact.kind != kind {
      throw ColumnProblem(column: cell.column, reason: "it has to be \(kind), not \(fact.kind)")
    }
    return fact
  }
}
