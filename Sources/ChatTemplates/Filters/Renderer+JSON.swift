// The `tojson` filter as transformers sets it: Python's `json.dumps`, non-ASCII characters as they are, nothing escaped
// for HTML.
extension Renderer {
  private struct Style {
    var ensuresASCII = false
    var indent: [Unicode.Scalar]?
    var itemSeparator: [Unicode.Scalar]
    var keySeparator: [Unicode.Scalar]
    var sortsKeys = false
  }

  func toJSON(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(
      to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson", self)
    var style = Style(itemSeparator: [",", " "], keySeparator: [":", " "])
    style.ensuresASCII = values[0]?.isTrue ?? false
    style.sortsKeys = values[3]?.isTrue ?? false
    if let indent = values[1], !indent.isNone {
      style.itemSeparator = [","]
      if let text = indent.asText {
        style.indent = text.scalars
      } else {
        guard let width = indent.asInteger else { throw invalid("tojson indents by a number or a string") }
        try charge(making: width)
        style.indent = Array(repeating: " ", count: max(0, width))
      }
    }
    if let separators = values[2], !separators.isNone {
      let pair = try list(separators)
      guard pair.count == 2, let item = pair[0].asText, let key = pair[1].asText else {
        throw invalid("tojson takes two strings as separators")
      }
      (style.itemSeparator, style.keySeparator) = (item.scalars, key.scalars)
    }
    var result: [Unicode.Scalar] = []
    try writeJSON(value, level: 0, style, into: &result)
    return .text(Text(result))
  }

  private func writeJSON(
    _ value: Value, level: Int, _ style: Style, into result: inout [Unicode.Scalar]
  ) throws(TemplateError) {
    try charge()
    switch value {
    case .none: try append("null", to: &result)
    case .bool, .integer, .float: try append(try scalarJSON(value), to: &result)
    case .text(let text): try append(text, style, to: &result)
    case .list(let elements), .tuple(let elements):
      try writeJSON(elements.values.count, "[", "]", level, style, into: &result) {
        index, result throws(TemplateError) in
        try self.writeJSON(elements.values[index], level: level + 1, style, into: &result)
      }
    case .dict(let members):
      let order = try jsonOrder(of: members, style)
      try writeJSON(order.count, "{", "}", level, style, into: &result) { index, result throws(TemplateError) in
        let place = order[index]
        let key = members.keys[place]
        let name: Text = if let name = key.asText { name } else { Text(try self.scalarJSON(key)) }
        try self.append(name, style, to: &result)
        try self.append(style.keySeparator, to: &result)
        try self.writeJSON(members.values[place], level: level + 1, style, into: &result)
      }
    default: throw invalid("a \(value.typeName) cannot be written as JSON")
    }
  }

  private func writeJSON(
    _ count: Int, _ open: String, _ close: String, _ level: Int, _ style: Style, into result: inout [Unicode.Scalar],
    _ write: (Int, inout [Unicode.Scalar]) throws(TemplateError) -> Void
  ) throws(TemplateError) {
    try append(open, to: &result)
    for index in 0..<count {
      if index > 0 { try append(style.itemSeparator, to: &result) }
      try breakLine(level + 1, style, into: &result)
      try deeper { () throws(TemplateError) in try write(index, &result) }
    }
    if count > 0 { try breakLine(level, style, into: &result) }
    try append(close, to: &result)
  }

  private func breakLine(_ level: Int, _ style: Style, into result: inout [Unicode.Scalar]) throws(TemplateError) {
    guard let indent = style.indent else { return }
    try charge(making: level, of: indent.count)
    result.append("\n")
    for _ in 0..<level { result += indent }
  }

  private func jsonOrder(of members: Members, _ style: Style) throws(TemplateError) -> [Int] {
    guard style.sortsKeys else { return Array(members.keys.indices) }
    let sorted = try applySequence("dictsort", to: .dict(members), CallArguments(positional: [.bool(true)]))
    let places = Dictionary(uniqueKeysWithValues: members.keys.enumerated().map { ($0.element, $0.offset) })
    return try list(sorted).compactMap { pair in
      guard case .tuple(let elements) = pair else { return nil }
      return places[elements.values[0]]
    }
  }

  private func scalarJSON(_ value: Value) throws(TemplateError) -> String {
    switch value {
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .float(let value):
      if value.isNaN { return "NaN" }
      if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
      return pythonDescription(of: value)
    default: throw invalid("a \(value.typeName) cannot be a name in JSON")
    }
  }

  private func append(_ string: String, to result: inout [Unicode.Scalar]) throws(TemplateError) {
    try append(Array(string.unicodeScalars), to: &result)
  }

  private func append(_ scalars: [Unicode.Scalar], to result: inout [Unicode.Scalar]) throws(TemplateError) {
    try charge(making: scalars.count)
    result += scalars
  }

  private func append(_ text: Text, _ style: Style, to result: inout [Unicode.Scalar]) throws(TemplateError) {
    try charge(making: text.count + 2)
    let before = result.count
    result.append("\"")
    for scalar in text.scalars {
      switch scalar {
      case "\"", "\\": result += ["\\", scalar]
      case "\n": result += ["\\", "n"]
      case "\r": result += ["\\", "r"]
      case "\t": result += ["\\", "t"]
      case "\u{8}": result += ["\\", "b"]
      case "\u{C}": result += ["\\", "f"]
      default:
        if scalar.value < 0x20 || style.ensuresASCII && scalar.value > 0x7E {
          for unit in UTF16.encode(scalar)! { result += "\\u\(hexadecimal(UInt32(unit), width: 4))".unicodeScalars }
        } else {
          result.append(scalar)
        }
      }
    }
    result.append("\"")
    try charge(making: max(0, result.count - before - text.count - 2))
  }
}
