/// Takes a template's source apart, with the settings chat templates are written for: `trim_blocks` (the line break
/// after a block goes), `lstrip_blocks` (white space before a block that begins its line goes), one line break at the end
/// of the source dropped. See https://jinja.palletsprojects.com/en/stable/templates/#whitespace-control.
struct Lexer {
  let source: [Unicode.Scalar]
  var position = 0
  var line = 1
  var tokens: [Token] = []
  /// Whether what was read last ended in a line break.
  private var isAtLineStart = true

  static func tokens(of source: String) throws(TemplateError) -> [Token] {
    var lexer = Lexer(source: normalized(source))
    try lexer.run()
    return lexer.tokens
  }

  private init(source: [Unicode.Scalar]) { self.source = source }

  /// With `\n` for each kind of line break, and without the last one.
  private static func normalized(_ source: String) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var afterReturn = false
    for scalar in source.unicodeScalars {
      if scalar == "\n", afterReturn {
        afterReturn = false
        continue
      }
      afterReturn = scalar == "\r"
      result.append(afterReturn ? "\n" : scalar)
    }
    if result.last == "\n" { result.removeLast() }
    return result
  }

  /// What a tag's first characters open.
  private enum Opening {
    case output, block, comment
    /// `{% raw %}`, with the offset after it.
    case raw(end: Int)
  }

  private mutating func run() throws(TemplateError) {
    while let (start, opening) = nextOpening() {
      let sign = start + 2 < source.count ? source[start + 2] : nil
      let control: Unicode.Scalar? = sign == "-" || sign == "+" ? sign : nil
      var stripsLine = true
      if case .output = opening { stripsLine = false }
      addData(upTo: start, control: control, stripsLine: stripsLine)
      switch opening {
      case .output:
        advance(to: start + (control == nil ? 2 : 3))
        add(.beginOutput)
        try readTag(endingAt: .output)
      case .block:
        advance(to: start + (control == nil ? 2 : 3))
        add(.beginBlock)
        try readTag(endingAt: .block)
      case .comment:
        advance(to: start + (control == nil ? 2 : 3))
        try skipComment()
      case .raw(let end):
        advance(to: end)
        try readRaw()
      }
    }
    if position < source.count { add(.data(Text(source[position...]))) }
    advance(to: source.count)
    add(.end)
  }

  private func nextOpening() -> (start: Int, Opening)? {
    var index = position
    while index + 1 < source.count {
      if source[index] == "{" {
        switch source[index + 1] {
        case "{": return (index, .output)
        case "#": return (index, .comment)
        case "%": return (index, rawEnd(at: index).map { .raw(end: $0) } ?? .block)
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  /// The offset after a `{% raw %}` that begins at `start`.
  private func rawEnd(at start: Int) -> Int? {
    var index = start + 2
    if index < source.count, source[index] == "-" || source[index] == "+" { index += 1 }
    index = skippingSpace(from: index)
    guard matches("raw", at: index) else { return nil }
    index = skippingSpace(from: index + 3)
    if matches("%}", at: index) { return index + 2 }
    return matches("-%}", at: index) ? skippingSpace(from: index + 3) : nil
  }

  /// Adds the text before a tag at `end`, less what the tag strips from it.
  private mutating func addData(upTo end: Int, control: Unicode.Scalar?, stripsLine: Bool) {
    var stop = end
    if control == "-" {
      while stop > position, source[stop - 1].isPythonSpace { stop -= 1 }
    } else if control == nil, stripsLine {
      var start = end
      while start > position, source[start - 1] != "\n", source[start - 1].isPythonSpace { start -= 1 }
      let beginsLine = start > position ? source[start - 1] == "\n" : isAtLineStart
      if beginsLine { stop = start }
    }
    if stop > position { add(.data(Text(source[position..<stop]))) }
    advance(to: end)
  }

  private mutating func skipComment() throws(TemplateError) {
    let start = line
    while position < source.count {
      if matches("#}", at: position) {
        advance(to: afterEnd(position + 2, trims: true))
        return
      }
      if matches("+#}", at: position) {
        advance(to: position + 3)
        return
      }
      if matches("-#}", at: position) {
        advance(to: skippingSpace(from: position + 3))
        return
      }
      advance(to: position + 1)
    }
    throw TemplateError(line: start, construct: "comment", reason: .syntax("the comment is never closed by #}"))
  }

  private mutating func readRaw() throws(TemplateError) {
    let first = line
    var index = position
    while index + 1 < source.count {
      if matches("{%", at: index) {
        var inner = index + 2
        let control: Unicode.Scalar? =
          inner < source.count && "-+".unicodeScalars.contains(source[inner]) ? source[inner] : nil
        inner = skippingSpace(from: control == nil ? inner : inner + 1)
        if matches("endraw", at: inner) {
          inner = skippingSpace(from: inner + 6)
          let end: Int? =
            matches("%}", at: inner)
            ? afterEnd(inner + 2, trims: true)
            : matches("+%}", at: inner) ? inner + 3 : matches("-%}", at: inner) ? skippingSpace(from: inner + 3) : nil
          if let end {
            addData(upTo: index, control: control, stripsLine: true)
            advance(to: end)
            return
          }
        }
      }
      index += 1
    }
    throw TemplateError(line: first, construct: "raw", reason: .syntax("the block is never closed by {% endraw %}"))
  }
}

// What the parts share.
extension Lexer {
  mutating func add(_ kind: Token.Kind) { tokens.append(Token(line: line, kind: kind)) }

  mutating func advance(to end: Int) {
    for scalar in source[position..<end] where scalar == "\n" { line += 1 }
    if end > position { isAtLineStart = source[end - 1] == "\n" }
    position = end
  }

  func matches(_ text: StaticString, at index: Int) -> Bool {
    guard index >= 0, index + text.utf8CodeUnitCount <= source.count else { return false }
    return text.withUTF8Buffer { bytes in
      bytes.indices.allSatisfy { source[index + $0].value == UInt32(bytes[$0]) }
    }
  }

  func skippingSpace(from index: Int) -> Int {
    var index = index
    while index < source.count, source[index].isPythonSpace { index += 1 }
    return index
  }

  /// Past the line break after a tag's end, where there is one and the tag trims it.
  func afterEnd(_ index: Int, trims: Bool) -> Int {
    trims && index < source.count && source[index] == "\n" ? index + 1 : index
  }
}
