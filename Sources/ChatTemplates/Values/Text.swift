/// A string as Python has it: a row of code points, indexed and compared by them. Swift's `String` counts grapheme
/// clusters and holds canonically equivalent texts for equal, and a template would then see other lengths than it was
/// written for.
struct Text: Sendable {
  var scalars: [Unicode.Scalar]
  /// Whether it went through `safe` or `escape`: joining it to other text by `+` then escapes the other's HTML.
  var isSafe = false

  init() { scalars = [] }

  init(_ scalars: some Sequence<Unicode.Scalar>, isSafe: Bool = false) {
    self.scalars = Array(scalars)
    self.isSafe = isSafe
  }

  init(_ string: String) { scalars = Array(string.unicodeScalars) }

  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  var count: Int { scalars.count }
  var isEmpty: Bool { scalars.isEmpty }
}

extension Text: Hashable {
  static func == (left: Text, right: Text) -> Bool { left.scalars == right.scalars }
  func hash(into hasher: inout Hasher) { hasher.combine(scalars) }
}

extension Text: Comparable {
  static func < (left: Text, right: Text) -> Bool { left.scalars.lexicographicallyPrecedes(right.scalars) }
}

extension Text: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self.init(value) }
}

extension Unicode.Scalar {
  /// Python's `str.isspace`, which is also what `\s` matches.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Where `str.splitlines` ends a line.
  var isPythonLineBreak: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// Python's `str.isprintable` for one character; `repr` escapes the others.
  var isPythonPrintable: Bool {
    if value < 0x7F { return value >= 0x20 }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  var isASCIIDigit: Bool { (0x30...0x39).contains(value) }
}

// Searching. All of it is linear in the lengths, whatever the texts hold: templates are hostile.
extension Text {
  /// The offsets at which `needle` begins, none overlapping another, at most `limit` of them; Knuth, Morris and Pratt's.
  static func matches(
    of needle: ArraySlice<Unicode.Scalar>, in hay: ArraySlice<Unicode.Scalar>, limit: Int = .max
  ) -> [Int] {
    guard !needle.isEmpty, needle.count <= hay.count, limit > 0 else { return [] }
    let pattern = Array(needle)
    var fallback = [Int](repeating: 0, count: pattern.count)
    var length = 0
    for index in pattern.indices.dropFirst() {
      while length > 0, pattern[index] != pattern[length] { length = fallback[length - 1] }
      if pattern[index] == pattern[length] { length += 1 }
      fallback[index] = length
    }
    var found: [Int] = []
    length = 0
    for index in hay.indices {
      while length > 0, hay[index] != pattern[length] { length = fallback[length - 1] }
      if hay[index] == pattern[length] { length += 1 }
      if length == pattern.count {
        found.append(index - pattern.count + 1)
        if found.count == limit { break }
        length = 0
      }
    }
    return found
  }

  /// The last offset at which `needle` begins.
  static func lastMatch(of needle: Text, in hay: ArraySlice<Unicode.Scalar>) -> Int? {
    let reversed = Array(hay.reversed())
    let pattern = Array(needle.scalars.reversed())
    guard let first = matches(of: pattern[...], in: reversed[...], limit: 1).first else { return nil }
    return hay.endIndex - first - pattern.count
  }

  func contains(_ needle: Text) -> Bool {
    needle.isEmpty || !Text.matches(of: needle.scalars[...], in: scalars[...], limit: 1).isEmpty
  }

  func replacing(_ old: Text, with new: Text, at offsets: [Int]) -> Text {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(max(0, scalars.count + offsets.count * (new.count - old.count)))
    var start = 0
    for offset in offsets {
      result += scalars[start..<offset]
      result += new.scalars
      start = offset + old.count
    }
    return Text(result + scalars[start...])
  }

  /// Where `replace` puts the new text: matches of the old one, or before, between and after all characters.
  func replacementOffsets(of old: Text, limit: Int) -> [Int] {
    guard old.isEmpty else { return Text.matches(of: old.scalars[...], in: scalars[...], limit: limit) }
    return Array(0..<min(limit, scalars.count + 1))
  }
}

// Taking apart.
extension Text {
  enum Side { case both, leading, trailing }

  /// Python's `strip`, `lstrip` and `rstrip`: of white space, or of any of `characters`.
  func stripped(_ side: Side, of characters: Text?) -> Text {
    let set = characters.map { Set($0.scalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
    var start = scalars.startIndex
    var end = scalars.endIndex
    if side != .trailing { while start < end, goes(scalars[start]) { start += 1 } }
    if side != .leading { while end > start, goes(scalars[end - 1]) { end -= 1 } }
    return Text(scalars[start..<end], isSafe: isSafe)
  }

  /// Python's `split` without a separator: runs of white space part, the ends are dropped.
  func splitOnSpace(limit: Int) -> [Text] {
    var parts: [Text] = []
    var index = 0
    while true {
      while index < scalars.count, scalars[index].isPythonSpace { index += 1 }
      guard index < scalars.count else { return parts }
      if parts.count == limit {
        let rest = Text(scalars[index...]).stripped(.trailing, of: nil)
        return parts + [Text(rest.scalars, isSafe: isSafe)]
      }
      let start = index
      while index < scalars.count, !scalars[index].isPythonSpace { index += 1 }
      parts.append(Text(scalars[start..<index], isSafe: isSafe))
    }
  }

  /// Python's `rsplit` without a separator.
  func splitOnSpaceFromEnd(limit: Int) -> [Text] {
    let reversed = Text(scalars.reversed(), isSafe: isSafe).splitOnSpace(limit: limit)
    return reversed.reversed().map { Text($0.scalars.reversed(), isSafe: isSafe) }
  }

  func split(by separator: Text, limit: Int) -> [Text] {
    var parts: [Text] = []
    var start = 0
    for offset in Text.matches(of: separator.scalars[...], in: scalars[...], limit: limit) {
      parts.append(Text(scalars[start..<offset], isSafe: isSafe))
      start = offset + separator.count
    }
    return parts + [Text(scalars[start...], isSafe: isSafe)]
  }

  func splitFromEnd(by separator: Text, limit: Int) -> [Text] {
    let turned = Text(separator.scalars.reversed())
    let parts = Text(scalars.reversed(), isSafe: isSafe).split(by: turned, limit: limit)
    return parts.reversed().map { Text($0.scalars.reversed(), isSafe: isSafe) }
  }

  func splitLines(keepingEnds: Bool) -> [Text] {
    var lines: [Text] = []
    var start = 0
    var index = 0
    while index < scalars.count {
      guard scalars[index].isPythonLineBreak else {
        index += 1
        continue
      }
      let end = index
      index += scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n" ? 2 : 1
      lines.append(Text(scalars[start..<(keepingEnds ? index : end)], isSafe: isSafe))
      start = index
    }
    if start < scalars.count { lines.append(Text(scalars[start...], isSafe: isSafe)) }
    return lines
  }
}
