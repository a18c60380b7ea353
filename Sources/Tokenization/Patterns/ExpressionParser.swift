/// Parses the syntax of regular expressions. What it does not know it says by name.
struct ExpressionParser {
  private static let maximumDepth = 32
  private static let maximumRepetition = 1000

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func unknown(_ what: String) -> RegularExpression.SyntaxError { RegularExpression.SyntaxError(reason: what) }

  private mutating func take(_ text: String) -> Bool {
    let expected = Array(text.unicodeScalars)
    guard position + expected.count <= scalars.count,
      scalars[position..<position + expected.count].elementsEqual(expected)
    else { return false }
    position += expected.count
    return true
  }

  mutating func parse() throws -> ExpressionNode {
    guard scalars.count <= 1 << 14 else { throw unknown("it is longer than 16384 characters") }
    let node = try alternatives(depth: 0)
    guard position == scalars.count else { throw unknown("a closing bracket stands alone") }
    return node
  }

  private mutating func alternatives(depth: Int) throws -> ExpressionNode {
    guard depth < Self.maximumDepth else { throw unknown("it is nested more than \(Self.maximumDepth) deep") }
    var nodes = [try sequence(depth: depth)]
    while take("|") { nodes.append(try sequence(depth: depth)) }
    return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
  }

  private mutating func sequence(depth: Int) throws -> ExpressionNode {
    var nodes: [ExpressionNode] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      let atom = try atom(depth: depth)
      nodes.append(try repetitions(of: atom))
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
  }

  private mutating func repetitions(of atom: ExpressionNode) throws -> ExpressionNode {
    var node = atom
    while let (minimum, maximum) = try quantifier() {
      if case .repeated = node { throw unknown("a quantifier follows a quantifier") }
      let mode: ExpressionNode.RepetitionMode = take("?") ? .lazy : take("+") ? .possessive : .greedy
      node = .repeated(node, minimum: minimum, maximum: maximum, mode: mode)
    }
    return node
  }

  private mutating func quantifier() throws -> (Int, Int)? {
    if take("*") { return (0, .max) }
    if take("+") { return (1, .max) }
    if take("?") { return (0, 1) }
    let start = position
    guard take("{") else { return nil }
    let minimum = number()
    let maximum = take(",") ? number() ?? .max : minimum
    guard take("}"), minimum != nil || maximum != .max, let maximum else {
      position = start
      throw unknown("a brace that is no quantifier")
    }
    guard (minimum ?? 0) <= maximum, (minimum ?? 0) <= Self.maximumRepetition,
      maximum == .max || maximum <= Self.maximumRepetition
    else { throw unknown("a repetition of more than \(Self.maximumRepetition)") }
    // In Oniguruma a plus after braces repeats once more rather than making them possessive.
    if current == "+" { throw unknown("a plus after braces") }
    return (minimum ?? 0, maximum)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = current, (0x30...0x39).contains(scalar.value), (value ?? 0) < 1_000_000 {
      value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
      position += 1
    }
    return value
  }

  private mutating func atom(depth: Int) throws -> ExpressionNode {
    guard let scalar = current else { return .empty }
    switch scalar {
    case "(": return try group(depth: depth)
    case "[":
      position += 1
      return try finished(bracketed())
    case "^":
      position += 1
      return .lineStart
    case "$":
      position += 1
      return .lineEnd
    case ".":
      position += 1
      var set = ScalarTest()
      set.add("\n")
      set.isNegated = true
      return try finished(set)
    case "*", "+", "?": throw unknown("a quantifier stands alone")
    case "\\":
      if take("\\A") { return .textStart }
      if take("\\z") { return .textEnd }
      var set = ScalarTest()
      if let single = try escape(into: &set) { set.add(single) }
      return try finished(set)
    default:
      position += 1
      var set = ScalarTest()
      set.add(scalar)
      return try finished(set)
    }
  }

  private func finished(_ set: ScalarTest) throws -> ExpressionNode {
    var set = set
    if ignoresCase, !set.ignoreCase() { throw unknown("a case-insensitive match beyond ASCII") }
    set.seal()
    return .set(set)
  }

  private mutating func group(depth: Int) throws -> ExpressionNode {
    let outerCase = ignoresCase
    defer { ignoresCase = outerCase }
    position += 1
    var wrap: (ExpressionNode) -> ExpressionNode = { $0 }
    if take("?") {
      if take(":") {
        // A group without a number: the group itself.
      } else if take("=") {
        wrap = { .look($0, isNegated: false) }
      } else if take("!") {
        wrap = { .look($0, isNegated: true) }
      } else if take(">") {
        wrap = { .atomic($0) }
      } else if take("i:") {
        ignoresCase = true
      } else {
        throw unknown("a group of the kind (?\(current.map { String(Character($0)) } ?? "")")
      }
    }
    let node = try alternatives(depth: depth + 1)
    guard take(")") else { throw unknown("a bracket does not close") }
    return wrap(node)
  }

  private mutating func bracketed() throws -> ScalarTest {
    var set = ScalarTest()
    set.isNegated = take("^")
    var isFirst = true
    while true {
      guard let scalar = current else { throw unknown("a character class does not close") }
      if scalar == "]", !isFirst {
        position += 1
        return set
      }
      if scalar == "[" { throw unknown("a character class inside another") }
      if take("&&") { throw unknown("an intersection of character classes") }
      isFirst = false
      guard let first = try member(into: &set) else { continue }
      guard current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        set.add(first)
        continue
      }
      position += 1
      guard let last = try member(into: &set), first.value <= last.value else {
        throw unknown("a range without an end")
      }
      set.add(first.value...last.value)
    }
  }

  /// A single character of a class; nothing for one that stands for many, which is added.
  private mutating func member(into set: inout ScalarTest) throws -> Unicode.Scalar? {
    guard let scalar = current else { throw unknown("a character class does not close") }
    if scalar == "\\" { return try escape(into: &set) }
    position += 1
    return scalar
  }

  /// Reads an escape: the single character it stands for, or nothing when it stands for many, which are added.
  private mutating func escape(into set: inout ScalarTest) throws -> Unicode.Scalar? {
    position += 1
    guard let scalar = current else { throw unknown("a backslash at the end") }
    position += 1
    switch scalar {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "s", "S": set.addSpaces(isNegated: scalar == "S")
    case "w", "W": set.addWords(isNegated: scalar == "W")
    case "d", "D": set.add(.decimalDigit, isNegated: scalar == "D")
    case "p", "P":
      guard take("{") else { throw unknown("\\\(scalar) without braces") }
      let isInverted = take("^")
      var name = ""
      while let letter = current, letter != "}", name.utf8.count < 64 {
        name.unicodeScalars.append(letter)
        position += 1
      }
      guard take("}"), let category = GeneralCategory(name) else { throw unknown("the property \\p{\(name)}") }
      set.add(category, isNegated: (scalar == "P") != isInverted)
    case "x": return try code(digits: take("{") ? nil : 2)
    case "u": return try code(digits: 4)
    default:
      guard scalar.value < 0x80, !scalar.properties.isAlphabetic, !(0x30...0x39).contains(scalar.value) else {
        throw unknown("the escape \\\(scalar)")
      }
      return scalar
    }
    return nil
  }

  private mutating func code(digits: Int?) throws -> Unicode.Scalar {
    var value: UInt32 = 0
    var count = 0
    while count < digits ?? 6, let scalar = current, let digit = Character(scalar).hexDigitValue {
      value = value << 4 | UInt32(digit)
      count += 1
      position += 1
    }
    guard digits == nil ? take("}") && count > 0 : count == digits, let scalar = Unicode.Scalar(value) else {
      throw unknown("a character by its code that is none")
    }
    return scalar
  }
}
