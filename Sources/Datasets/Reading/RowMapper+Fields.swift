import OpenAIWire

/// The parts of a row, each from its cells.
extension RowMapper {
  mutating func input(_ record: Record) throws(ColumnProblem) -> DatasetRow.Input {
    let mapsInput = !mapping.columns(for: .input).isEmpty
    let mapsMessages = !mapping.columns(for: .messages).isEmpty
    let text = mapsMessages ? nil : cells(.input, record).first
    let messages = mapsInput ? nil : cells(.messages, record).first
    switch (text, messages) {
    case (let text?, let messages?):
      throw ColumnProblem(
        column: messages.column,
        reason: "the row has \(text.column) too: map one of them, with --map input=... or messages=...")
    case (let cell?, nil):
      // Some collections keep a conversation in the column of the input.
      if case .array = cell.value { return .messages(try conversation(cell)) }
      let text = try self.text(cell)
      guard !text.isEmpty else { throw ColumnProblem(column: cell.column, reason: "it is empty: a row needs an input") }
      return .text(text)
    case (nil, let cell?): return .messages(try conversation(cell))
    case (nil, nil):
      let wanted = (mapping.columns(for: .input) + mapping.columns(for: .messages)).first
      throw ColumnProblem(
        column: wanted,
        reason: wanted == nil
          ? "there is no input: none of the columns \(ColumnMapping.Target.input.automaticColumns.joined(separator: ", ")), "
            + "messages; name one with --map input=COLUMN" : "it is missing or empty: a row needs an input")
    }
  }

  mutating func id(_ record: Record) throws(ColumnProblem) -> String? {
    guard let cell = cells(.id, record).first else { return nil }
    let id: String
    switch cell.value {
    case .string(let text): id = text
    case .integer(let number): id = "\(number)"
    default:
      throw ColumnProblem(
        column: cell.column, reason: "an id has to be text or a whole number of 64 bits, not \(cell.value.kind)")
    }
    guard (1...512).contains(id.utf8.count), Self.isOnOneLine(id), !id.hasPrefix("sha256:") else {
      throw ColumnProblem(
        column: cell.column,
        reason: "an id has to be 1 to 512 bytes without control characters, and must not begin with sha256:")
    }
    return id
  }

  /// One text or several, from one column or several.
  mutating func texts(_ target: ColumnMapping.Target, _ record: Record) throws(ColumnProblem) -> [String] {
    var texts: [String] = []
    for cell in cells(target, record) {
      if case .array(let elements) = cell.value {
        for (index, element) in elements.enumerated() {
          texts.append(try text(Cell(column: "\(cell.column)[\(index)]", value: element)))
        }
      } else if cellsAreText, let list = Self.listOfTexts(try text(cell)) {
        texts += list
      } else {
        texts.append(try text(cell))
      }
      try checkCount(texts.count, cell)
    }
    return texts
  }

  mutating func judged(_ record: Record) throws(ColumnProblem) -> String? {
    guard let cell = cells(.judged, record).first else { return nil }
    return try text(cell)
  }

  mutating func trajectory(_ record: Record) throws(ColumnProblem) -> [JSONValue] {
    guard let cell = cells(.trajectory, record).first else { return [] }
    guard case .array(let steps) = try structured(cell) else {
      throw ColumnProblem(
        column: cell.column, reason: "a trajectory has to be an array of objects, not \(cell.value.kind)")
    }
    try checkCount(steps.count, cell)
    for (index, step) in steps.enumerated() where step.object == nil {
      throw ColumnProblem(column: "\(cell.column)[\(index)]", reason: "a step has to be an object, not \(step.kind)")
    }
    return steps
  }

  mutating func labels(_ record: Record) throws(ColumnProblem) -> [HumanLabel] {
    var labels: [HumanLabel] = []
    if let cell = cells(.labels, record).first { labels += try self.labels(cell) }
    var single = record.members(after: "labels.")
    for entry in mapping.entries {
      guard case .labelField(let name) = entry.target, let cell = record.cell(entry.column) else { continue }
      single.append((name, cell))
    }
    for (name, cell) in single.sorted(by: { CanonicalJSON.precedes($0.name, $1.name) }) {
      note(.labelField(name), cell)
      labels += try self.labels(named: name, cell)
    }
    return labels
  }

  private func labels(_ cell: Cell) throws(ColumnProblem) -> [HumanLabel] {
    var labels: [HumanLabel] = []
    switch try structured(cell) {
    case .object(let object):
      let members = object.members.sorted { CanonicalJSON.precedes($0.name, $1.name) }
      for member in members where !member.value.isNull {
        labels += try self.labels(
          named: member.name, Cell(column: "\(cell.column).\(member.name)", value: member.value))
      }
    case .array(let elements):
      try checkCount(elements.count, cell)
      for (index, element) in elements.enumerated() {
        labels.append(try label(Cell(column: "\(cell.column)[\(index)]", value: element)))
      }
    default:
      throw ColumnProblem(
        column: cell.column,
        reason:
          "labels have to be an object such as {\"AnswerRelevancy\": true}, or an array of {name, value, annotator}")
    }
    return labels
  }

  private func labels(named name: String, _ cell: Cell) throws(ColumnProblem) -> [HumanLabel] {
    try checkName(name, cell)
    guard case .array(let elements) = cell.value else { return [HumanLabel(name: name, value: try fact(cell))] }
    try checkCount(elements.count, cell)
    var labels: [HumanLabel] = []
    for (index, element) in elements.enumerated() {
      let value = try fact(Cell(column: "\(cell.column)[\(index)]", value: element))
      labels.append(HumanLabel(name: name, value: value))
    }
    return labels
  }

  private func label(_ cell: Cell) throws(ColumnProblem) -> HumanLabel {
    guard let object = cell.value.object, case .string(let name)? = object["name"], let value = object["value"],
      object.members.allSatisfy({ ["name", "value", "annotator"].contains($0.name) })
    else {
      throw ColumnProblem(
        column: cell.column, reason: "a label has to be {\"name\", \"value\"}, perhaps with \"annotator\"")
    }
    try checkName(name, cell)
    var annotator: String?
    switch object["annotator"] {
    case nil, .null?: break
    case .string(let text)?: annotator = text
    default: throw ColumnProblem(column: "\(cell.column).annotator", reason: "it has to be text")
    }
    return HumanLabel(
      name: name, value: try fact(Cell(column: "\(cell.column).value", value: value)), annotator: annotator)
  }

  private func conversation(_ cell: Cell) throws(ColumnProblem) -> [ChatMessage] {
    let field = JSONField(try structured(cell), path: cell.column)
    do {
      let elements = try field.elements()
      guard !elements.isEmpty else { throw ColumnProblem(column: cell.column, reason: "it has no messages") }
      try checkCount(elements.count, cell)
      var messages: [ChatMessage] = []
      for element in elements { messages.append(try ChatMessage(element)) }
      return messages
    } catch let problem as ColumnProblem {
      throw problem
    } catch {
      throw ColumnProblem(column: cell.column, reason: "\(error)")
    }
  }
}

/// What all parts share.
extension RowMapper {
  /// A text; numbers and booleans in their shortest form.
  func text(_ cell: Cell) throws(ColumnProblem) -> String {
    switch cell.value {
    case .string(let text): return text
    case .integer, .number, .boolean: return String(decoding: CanonicalJSON.bytes(of: cell.value), as: UTF8.self)
    case .null, .array, .object:
      let mend = cell.value.object == nil ? "" : "; name a member of it, as in --map expected=\(cell.column).text"
      throw ColumnProblem(column: cell.column, reason: "it has to be text, not \(cell.value.kind)\(mend)")
    }
  }

  /// The value, read out of the cell where cells are text.
  func structured(_ cell: Cell) throws(ColumnProblem) -> JSONValue {
    guard cellsAreText, case .string(let text) = cell.value else { return cell.value }
    do {
      return try JSONReader.value(of: Array(text.utf8), limits: JSONLimits(bytes: limits.rowBytes))
    } catch {
      throw ColumnProblem(column: cell.column, reason: "the cell has to hold JSON: \(Self.reason(of: error))")
    }
  }

  /// Without what the error of a request would say before it.
  static func reason(of error: WireError) -> String {
    if case .malformed(let reason) = error { return reason }
    return "\(error)"
  }

  /// A cell is a list only if all of it is a JSON array of texts.
  private static func listOfTexts(_ text: String) -> [String]? {
    guard text.utf8.first == UInt8(ascii: "["),
      case .array(let elements)? = try? JSONReader.value(of: Array(text.utf8))
    else { return nil }
    let texts = elements.compactMap(\.string)
    return texts.count == elements.count ? texts : nil
  }

  func checkCount(_ count: Int, _ cell: Cell) throws(ColumnProblem) {
    guard count <= limits.elements else {
      throw ColumnProblem(column: cell.column, reason: "it has more than \(limits.elements) elements")
    }
  }

  func checkName(_ name: String, _ cell: Cell) throws(ColumnProblem) {
    guard (1...256).contains(name.utf8.count), Self.isOnOneLine(name) else {
      throw ColumnProblem(column: cell.column, reason: "a name has to be 1 to 256 bytes without control characters")
    }
  }

  private static func isOnOneLine(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}
