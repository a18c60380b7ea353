// Values as text: Python's `str` and `repr`.
extension Renderer {
  /// What printing a value shows.
  func describe(_ value: Value) throws(TemplateError) -> Text {
    switch value {
    case .text(let text): return text
    case .undefined: return Text()
    default: return try represent(value)
    }
  }

  func represent(_ value: Value) throws(TemplateError) -> Text {
    var result: [Unicode.Scalar] = []
    try represent(value, into: &result)
    return Text(result)
  }

  private func represent(_ value: Value, into result: inout [Unicode.Scalar]) throws(TemplateError) {
    try charge()
    let before = result.count
    switch value {
    case .undefined: result += "Undefined".unicodeScalars
    case .none: result += "None".unicodeScalars
    case .bool(let value): result += (value ? "True" : "False").unicodeScalars
    case .integer(let value): result += String(value).unicodeScalars
    case .float(let value): result += pythonDescription(of: value).unicodeScalars
    case .text(let text): result += text.isSafe ? safeDescription(text) : text.quotedText.scalars
    case .list(let elements): return try represent(elements.values, "[", "]", into: &result)
    case .tuple(let elements):
      return try represent(elements.values, "(", elements.values.count == 1 ? ",)" : ")", into: &result)
    case .dict(let members): return try represent(members, into: &result)
    case .view(let view, let members):
      result += "\(view.rawValue)(".unicodeScalars
      let parts = try list(.view(view, members))
      try represent(parts, "[", "]", into: &result)
      result.append(")")
      return
    case .range(let range):
      result += "range(\(range.start), \(range.end)\(range.step == 1 ? "" : ", \(range.step)"))".unicodeScalars
    case .namespace(let namespace):
      result += "<Namespace ".unicodeScalars
      let pairs = namespace.names.map { ($0, namespace.attributes[$0] ?? .none) }
      try represent(pairs, into: &result)
      result.append(">")
      return
    case .macro(let macro):
      result += "<Macro \(macro.definition.name.map { Text($0).quoted } ?? "None")>".unicodeScalars
    case .loop(let state): result += "<LoopContext \(state.index + 1)/\(try state.count())>".unicodeScalars
    case .iterator, .method, .function:
      throw invalid("a \(value.typeName) cannot be printed: make a list of it, or call it")
    }
    try charge(making: result.count - before)
  }

  private func safeDescription(_ text: Text) -> [Unicode.Scalar] {
    Array("Markup(".unicodeScalars) + text.quotedText.scalars + [")"]
  }

  private func represent(
    _ values: [Value], _ open: String, _ close: String, into result: inout [Unicode.Scalar]
  ) throws(TemplateError) {
    result += open.unicodeScalars
    for (index, value) in values.enumerated() {
      if index > 0 { result += [",", " "] }
      try representDeeper(value, into: &result)
    }
    result += close.unicodeScalars
    try charge(making: 2 * values.count)
  }

  private func represent(_ members: Members, into result: inout [Unicode.Scalar]) throws(TemplateError) {
    try represent(Array(zip(members.keys, members.values)), into: &result)
  }

  private func represent(_ pairs: [(Value, Value)], into result: inout [Unicode.Scalar]) throws(TemplateError) {
    result.append("{")
    for (index, pair) in pairs.enumerated() {
      if index > 0 { result += [",", " "] }
      try representDeeper(pair.0, into: &result)
      result += [":", " "]
      try representDeeper(pair.1, into: &result)
    }
    result.append("}")
    try charge(making: 4 * pairs.count)
  }

  private func representDeeper(_ value: Value, into result: inout [Unicode.Scalar]) throws(TemplateError) {
    try deeper { () throws(TemplateError) in try represent(value, into: &result) }
  }
}
