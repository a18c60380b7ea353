// The inside of `{{ }}` and `{% %}`.
extension Lexer {
  enum TagKind { case output, block }

  /// Names are looked up again and again: each look costs as much as it is long.
  private static let longestName = 256
  private static let simpleEscapes: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}",
    "v": "\u{B}",
  ]

  mutating func readTag(endingAt kind: TagKind) throws(TemplateError) {
    let start = line
    var open: [Token.Symbol] = []
    while position < source.count {
      if open.isEmpty, let end = tagEnd(kind) {
        add(kind == .output ? .endOutput : .endBlock)
        advance(to: end)
        return
      }
      let scalar = source[position]
      if scalar.isPythonSpace {
        advance(to: skippingSpace(from: position))
      } else if scalar.isASCIIDigit {
        try readNumber()
      } else if scalar == "_" || scalar.properties.isXIDStart {
        try readName()
      } else if scalar == "'" || scalar == "\"" {
        try readString(quote: scalar)
      } else {
        try readSymbol(open: &open)
      }
    }
    let tag = kind == .output ? "{{" : "{%"
    throw TemplateError(line: start, construct: tag, reason: .syntax("the tag is never closed"))
  }

  private func tagEnd(_ kind: TagKind) -> Int? {
    switch kind {
    case .output:
      if matches("}}", at: position) { return position + 2 }
      return matches("-}}", at: position) ? skippingSpace(from: position + 3) : nil
    case .block:
      if matches("%}", at: position) { return afterEnd(position + 2, trims: true) }
      if matches("+%}", at: position) { return position + 3 }
      return matches("-%}", at: position) ? skippingSpace(from: position + 3) : nil
    }
  }

  private func failure(_ what: String) -> TemplateError {
    TemplateError(line: line, construct: "tag", reason: .syntax(what))
  }

  private mutating func readName() throws(TemplateError) {
    var end = position + 1
    while end < source.count, source[end].properties.isXIDContinue { end += 1 }
    guard end - position <= Lexer.longestName else {
      throw failure("a name has more than \(Lexer.longestName) characters")
    }
    add(.name(Text(source[position..<end]).string))
    advance(to: end)
  }

  private mutating func readSymbol(open: inout [Token.Symbol]) throws(TemplateError) {
    let pair = Text(source[position..<min(position + 2, source.count)]).string
    guard let symbol = Token.Symbol(rawValue: pair) ?? Token.Symbol(rawValue: String(source[position])) else {
      throw failure("unexpected character \(Text([source[position]]).quoted)")
    }
    switch symbol {
    case .openBrace, .openBracket, .openParenthesis: open.append(symbol)
    case .closeBrace, .closeBracket, .closeParenthesis:
      let matching: Token.Symbol =
        symbol == .closeBrace ? .openBrace : symbol == .closeBracket ? .openBracket : .openParenthesis
      guard open.popLast() == matching else { throw failure("'\(symbol.rawValue)' closes nothing that is open") }
    default: break
    }
    add(.symbol(symbol))
    advance(to: position + symbol.rawValue.unicodeScalars.count)
  }
}

// Numbers and strings.
extension Lexer {
  /// Digits with single underscores between them, from `index` on; the offset after them, or nil where none stands.
  private func digitsEnd(from index: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int? {
    guard index < source.count, isDigit(source[index]) else { return nil }
    var end = index + 1
    while end < source.count {
      if isDigit(source[end]) {
        end += 1
      } else if source[end] == "_", end + 1 < source.count, isDigit(source[end + 1]) {
        end += 2
      } else {
        break
      }
    }
    return end
  }

  private mutating func readNumber() throws(TemplateError) {
    let digits = digitsEnd(from: position, \.isASCIIDigit) ?? position
    let followsDot = position > 0 && source[position - 1] == "."
    if !followsDot, let end = floatEnd(afterDigits: digits) {
      let text = Text(source[position..<end].filter { $0 != "_" }).string
      guard let value = Double(text) else { throw failure("\(text) is no number") }
      add(.float(value))
      return advance(to: end)
    }
    if source[position] == "0" {
      for (mark, radix) in [("x", 16), ("o", 8), ("b", 2)] as [(Unicode.Scalar, Int)] {
        guard position + 1 < source.count, source[position + 1].properties.lowercaseMapping == String(mark) else {
          continue
        }
        let start = source.indices.contains(position + 2) && source[position + 2] == "_" ? position + 3 : position + 2
        guard let end = digitsEnd(from: start, { $0.isASCII && Int(String($0), radix: radix) != nil }) else { continue }
        return try addInteger(from: start, to: end, radix: radix)
      }
      let end = digitsEnd(from: position) { $0 == "0" } ?? position + 1
      return try addInteger(from: position, to: end, radix: 10)
    }
    try addInteger(from: position, to: digits, radix: 10)
  }

  private mutating func addInteger(from start: Int, to end: Int, radix: Int) throws(TemplateError) {
    let text = Text(source[start..<end].filter { $0 != "_" }).string
    guard let value = Int(text, radix: radix) else {
      throw failure("\(text) is larger than a whole number may be here")
    }
    add(.integer(value))
    advance(to: end)
  }

  /// Where a floating-point number ends whose whole digits end at `digits`; nil if it is a whole number.
  private func floatEnd(afterDigits digits: Int) -> Int? {
    var end = digits
    var isFloat = false
    if end < source.count, source[end] == ".", let fraction = digitsEnd(from: end + 1, \.isASCIIDigit) {
      end = fraction
      isFloat = true
    }
    if end < source.count, source[end] == "e" || source[end] == "E" {
      var start = end + 1
      if start < source.count, source[start] == "+" || source[start] == "-" { start += 1 }
      if let exponent = digitsEnd(from: start, \.isASCIIDigit) { return exponent }
    }
    return isFloat ? end : nil
  }

  private mutating func readString(quote: Unicode.Scalar) throws(TemplateError) {
    var result: [Unicode.Scalar] = []
    var index = position + 1
    while index < source.count {
      let scalar = source[index]
      if scalar == quote {
        add(.string(Text(result)))
        return advance(to: index + 1)
      }
      if scalar == "\\" {
        index = try readEscape(at: index + 1, into: &result)
      } else {
        result.append(scalar)
        index += 1
      }
    }
    throw failure("a string is never closed")
  }

  /// Python's escapes. `index` is after the backslash; the offset after the escape comes back.
  private func readEscape(at index: Int, into result: inout [Unicode.Scalar]) throws(TemplateError) -> Int {
    guard index < source.count else { throw failure("a string is never closed") }
    let scalar = source[index]
    if let meant = Lexer.simpleEscapes[scalar] {
      result.append(meant)
      return index + 1
    }
    switch scalar {
    case "\n": return index + 1
    case "x": return try readCode(at: index + 1, digits: 2, into: &result)
    case "u": return try readCode(at: index + 1, digits: 4, into: &result)
    case "U": return try readCode(at: index + 1, digits: 8, into: &result)
    case "N":
      throw TemplateError(line: line, construct: "string", reason: .unsupported("a character by its name (\\N)"))
    case "0"..."7":
      var end = index
      var value: UInt32 = 0
      while end < source.count, end < index + 3, ("0"..."7").contains(source[end]) {
        value = value * 8 + source[end].value - 0x30
        end += 1
      }
      result.append(Unicode.Scalar(value) ?? "\u{FFFD}")
      return end
    default:
      // Jinja writes other alphabets as escapes before it reads escapes, so a backslash before one shows the escape.
      result.append("\\")
      if scalar.isASCII {
        result.append(scalar)
      } else {
        let code = String(scalar.value, radix: 16)
        let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        result += (mark + String(repeating: "0", count: width - code.count) + code).unicodeScalars
      }
      return index + 1
    }
  }

  private func readCode(at index: Int, digits: Int, into result: inout [Unicode.Scalar]) throws(TemplateError) -> Int {
    let end = index + digits
    guard end <= source.count, source[index..<end].allSatisfy({ $0.properties.isASCIIHexDigit }),
      let value = UInt32(Text(source[index..<end]).string, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw failure("an escape in a string is no character") }
    result.append(scalar)
    return end
  }
}
