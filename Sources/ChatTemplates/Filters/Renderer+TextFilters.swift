extension Renderer {
  func applyText(_ name: String, to value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    switch name {
    case "upper", "lower", "capitalize", "title", "string", "safe", "escape", "e", "forceescape", "wordcount":
      _ = try arguments.bound(to: [], of: name, self)
      let text = try describe(value)
      try charge(mapping: text)
      return try applyPlain(name, to: text)
    case "trim":
      let values = try arguments.bound(to: ["chars"], of: name, self)
      let text = try describe(value)
      try charge(reading: text.count)
      if let characters = values[0], !characters.isNone {
        guard let set = characters.asText else { throw invalid("trim takes a string of characters") }
        try charge(set.count)
        return try makeText(text.stripped(.both, of: set))
      }
      return try makeText(text.stripped(.both, of: nil))
    case "replace":
      let values = try arguments.bound(to: ["old", "new", "count"], required: 2, of: name, self)
      var text = try describe(value)
      text.isSafe = false
      return try replace(text, try describe(values[0] ?? .none), try describe(values[1] ?? .none), count: values[2])
    case "center":
      let values = try arguments.bound(to: ["width"], of: name, self)
      let method = Method(.text(try describe(value)), "center")
      return try call(method, CallArguments(positional: [values[0] ?? .integer(80)]))
    case "format":
      let format = try describe(value)
      if !arguments.positional.isEmpty, !arguments.keywords.isEmpty {
        throw invalid("format takes values with names or without, not both")
      }
      if arguments.keywords.isEmpty {
        return try makeText(try formatted(format, with: try makeTuple(arguments.positional)))
      }
      return try makeText(
        try formatted(format, with: try makeDict(arguments.keywords.map { (.text($0.name), $0.value) })))
    case "indent": return try indent(value, arguments)
    default: return try truncate(value, arguments)
    }
  }

  private func applyPlain(_ name: String, to text: Text) throws(TemplateError) -> Value {
    switch name {
    case "upper": return try makeText(text.uppercased)
    case "lower": return try makeText(text.lowercased)
    case "capitalize": return try makeText(text.capitalized)
    case "title": return try makeText(text.titleCasedWords)
    case "string": return .text(text)
    case "safe": return .text(Text(text.scalars, isSafe: true))
    case "escape", "e":
      try charge(making: text.count, of: 5)
      return .text(text.escaped)
    case "forceescape":
      try charge(making: text.count, of: 5)
      return .text(Text(text.scalars).escaped)
    default:
      var words = 0
      var isInWord = false
      for scalar in text.scalars {
        let belongs = scalar == "_" || scalar.isPythonLetter || scalar.properties.numericType != nil
        if belongs, !isInWord { words += 1 }
        isInWord = belongs
      }
      return .integer(words)
    }
  }

  private func indent(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["width", "first", "blank"], of: "indent", self)
    if case .undefined(let undefined) = value { throw failure(undefined) }
    guard var text = value.asText else { throw invalid("indent takes a string, not \(value.typeName)") }
    let indention: [Unicode.Scalar]
    if let custom = values[0]?.asText {
      indention = custom.scalars
    } else {
      guard let width = (values[0] ?? .integer(4)).asInteger else { throw invalid("indent takes a width or a string") }
      try charge(making: width)
      indention = Array(repeating: " ", count: max(0, width))
    }
    text.scalars.append("\n")
    let lines = text.splitLines(keepingEnds: false)
    try charge(making: text.count)
    try charge(making: lines.count, of: indention.count)
    var result = values[1]?.isTrue == true ? indention : []
    for (index, line) in lines.enumerated() {
      if index > 0 { result.append("\n") }
      if index > 0, !line.isEmpty || values[2]?.isTrue == true { result += indention }
      result += line.scalars
    }
    return .text(Text(result, isSafe: text.isSafe))
  }

  private func truncate(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["length", "killwords", "end", "leeway"], of: "truncate", self)
    guard let text = value.asText else { throw invalid("truncate takes a string, not \(value.typeName)") }
    guard let length = (values[0] ?? .integer(255)).asInteger, let leeway = (values[3] ?? .integer(5)).asInteger,
      let end = (values[2] ?? .text("...")).asText, length >= end.count, leeway >= 0
    else { throw invalid("truncate needs a length of at least that of its end, and a leeway") }
    let (reach, overflows) = length.addingReportingOverflow(leeway)
    if overflows || text.count <= reach { return value }
    var kept = text.scalars.prefix(length - end.count)
    if values[1]?.isTrue != true, let space = kept.lastIndex(of: " ") { kept = kept[..<space] }
    try charge(making: kept.count + end.count)
    return .text(Text(Array(kept) + end.scalars))
  }
}
