internal import Foundation

// Python's two ways to fill a string in: `"%s" % value` and `"{}".format(value)`.
extension Renderer {
  /// One `%` field: its flags, width and precision.
  private struct Field {
    var flags: Set<Unicode.Scalar> = []
    var width = 0
    var precision: Int?
    var kind: Unicode.Scalar = "s"
  }

  /// `format % values`, where a tuple gives several values and a dict gives them by name.
  func formatted(_ format: Text, with values: Value) throws(TemplateError) -> Text {
    try charge(reading: format.count)
    var rest: [Value] = [values]
    if case .tuple(let elements) = values { rest = elements.values }
    var next = 0
    var isNamed = false
    var result: [Unicode.Scalar] = []
    var index = 0
    let source = format.scalars
    func takeValue() throws(TemplateError) -> Value {
      guard next < rest.count else { throw invalid("the format has more fields than values") }
      defer { next += 1 }
      return rest[next]
    }
    while index < source.count {
      guard source[index] == "%" else {
        result.append(source[index])
        index += 1
        continue
      }
      index += 1
      var named: Value?
      if index < source.count, source[index] == "(" {
        guard let close = source[index...].firstIndex(of: ")"), case .dict(let members) = values else {
          throw invalid("a field with a name needs a dict")
        }
        let key = Text(source[(index + 1)..<close])
        guard let value = members.value(of: .text(key)) else { throw invalid("the dict has no \(key.quoted)") }
        (named, isNamed, index) = (value, true, close + 1)
      }
      let field = try readField(source, &index) { () throws(TemplateError) in try takeValue() }
      if field.kind == "%" {
        result.append("%")
        continue
      }
      let value: Value = if let named { named } else { try takeValue() }
      let text = try fill(field, with: value)
      try charge(making: max(text.count, field.width))
      result += padded(text, field)
    }
    var isMapping = isNamed
    if case .dict = values { isMapping = true }
    guard isMapping || next == rest.count else { throw invalid("the format has fewer fields than values") }
    return Text(result)
  }

  private func readField(
    _ source: [Unicode.Scalar], _ index: inout Int, _ takeValue: () throws(TemplateError) -> Value
  ) throws(TemplateError) -> Field {
    var field = Field()
    while index < source.count, "-+ #0".unicodeScalars.contains(source[index]) {
      field.flags.insert(source[index])
      index += 1
    }
    func number() throws(TemplateError) -> Int? {
      if index < source.count, source[index] == "*" {
        index += 1
        guard let number = try takeValue().asInteger else { throw invalid("* in a format takes a whole number") }
        return number
      }
      let start = index
      while index < source.count, source[index].isASCIIDigit { index += 1 }
      if start == index { return nil }
      guard let number = Int(Text(source[start..<index]).string) else { throw overflow }
      return number
    }
    field.width = try number() ?? 0
    if field.width < 0 {
      guard field.width > Int.min else { throw overflow }
      field.width = -field.width
      field.flags.insert("-")
    }
    if index < source.count, source[index] == "." {
      index += 1
      field.precision = max(0, try number() ?? 0)
    }
    guard index < source.count else { throw invalid("the format ends within a field") }
    field.kind = source[index]
    index += 1
    return field
  }

  private func fill(_ field: Field, with value: Value) throws(TemplateError) -> [Unicode.Scalar] {
    switch field.kind {
    case "s", "r", "a":
      let text = field.kind == "s" ? try describe(value) : try represent(value)
      return Array(text.scalars.prefix(field.precision ?? .max))
    case "c":
      if let text = value.asText, text.count == 1 { return text.scalars }
      guard let code = value.asInteger, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
        throw invalid("%c takes one character")
      }
      return [scalar]
    case "d", "i", "u", "x", "X", "o":
      if case .undefined(let undefined) = value { throw failure(undefined) }
      guard let number = Number(value) else { throw invalid("%\(field.kind) takes a number, not \(value.typeName)") }
      guard case .integer(let whole) = number else {
        guard !"xXo".unicodeScalars.contains(field.kind), let whole = Int(exactly: number.double.rounded(.towardZero))
        else { throw invalid("%\(field.kind) takes a whole number") }
        return try digits(whole, field)
      }
      return try digits(whole, field)
    case "f", "F", "e", "E", "g", "G":
      if case .undefined(let undefined) = value { throw failure(undefined) }
      guard let number = Number(value)?.double else {
        throw invalid("%\(field.kind) takes a number, not \(value.typeName)")
      }
      let precision = field.precision ?? 6
      guard precision <= 400 else { throw invalid("a format shows 400 places at most") }
      let text =
        number.isNaN
        ? "nan" : number.isInfinite ? "inf" : String(format: "%.\(precision)\(field.kind)", number.magnitude)
      return signed(Array(text.unicodeScalars), isNegative: number.sign == .minus && !number.isNaN, field)
    default: throw invalid("a format has no field %\(field.kind)")
    }
  }

  private func digits(_ value: Int, _ field: Field) throws(TemplateError) -> [Unicode.Scalar] {
    let radix = field.kind == "o" ? 8 : field.kind == "x" || field.kind == "X" ? 16 : 10
    var text = String(value.magnitude, radix: radix, uppercase: field.kind == "X")
    if let precision = field.precision, precision > text.count {
      try charge(making: precision)
      text = String(repeating: "0", count: precision - text.count) + text
    }
    if field.flags.contains("#"), radix != 10 { text = "0\(field.kind)" + text }
    return signed(Array(text.unicodeScalars), isNegative: value < 0, field)
  }

  private func signed(_ text: [Unicode.Scalar], isNegative: Bool, _ field: Field) -> [Unicode.Scalar] {
    let sign: [Unicode.Scalar] =
      isNegative ? ["-"] : field.flags.contains("+") ? ["+"] : field.flags.contains(" ") ? [" "] : []
    return sign + text
  }

  private func padded(_ text: [Unicode.Scalar], _ field: Field) -> [Unicode.Scalar] {
    let missing = max(0, field.width - text.count)
    if field.flags.contains("-") { return text + Array(repeating: " ", count: missing) }
    guard field.flags.contains("0"), !"srac".unicodeScalars.contains(field.kind) else {
      return Array(repeating: " ", count: missing) + text
    }
    let signs = text.prefix { $0 == "-" || $0 == "+" || $0 == " " }.count
    return text.prefix(signs) + Array(repeating: "0", count: missing) + text.dropFirst(signs)
  }

  /// `format.format(values)` with `{}`, `{0}`, `{name}`, and `!r` and `!s` behind them. Attributes and widths inside the
  /// braces are refused: the first are a way around the sandbox, the second no chat template uses.
  func formatBraces(_ format: Text, _ arguments: CallArguments) throws(TemplateError) -> Text {
    var result: [Unicode.Scalar] = []
    var next = 0
    var index = 0
    let source = format.scalars
    while index < source.count {
      let scalar = source[index]
      index += 1
      guard scalar == "{" || scalar == "}" else {
        result.append(scalar)
        continue
      }
      if index < source.count, source[index] == scalar {
        result.append(scalar)
        index += 1
        continue
      }
      guard scalar == "{", let close = source[index...].firstIndex(of: "}") else {
        throw invalid("a brace in a format stands alone")
      }
      var field = Text(source[index..<close]).string
      index = close + 1
      var isRepresented = false
      if field.hasSuffix("!r") || field.hasSuffix("!s") {
        isRepresented = field.hasSuffix("!r")
        field.removeLast(2)
      }
      if field.isEmpty {
        field = String(next)
        next += 1
      }
      let value: Value
      if let place = Int(field) {
        guard arguments.positional.indices.contains(place) else { throw invalid("the format has no value \(place)") }
        value = arguments.positional[place]
      } else if let named = arguments.keywords.first(where: { $0.name == field }) {
        value = named.value
      } else if field.contains(where: { ".[:!".contains($0) }) {
        throw failure(.unsupported("the format field {\(field)}"))
      } else {
        throw invalid("the format has no value \(field)")
      }
      let text = isRepresented ? try represent(value) : try describe(value)
      try charge(making: text.count)
      result += text.scalars
    }
    return Text(result)
  }
}
