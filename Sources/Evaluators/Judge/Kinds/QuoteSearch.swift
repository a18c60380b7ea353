import Foundation

/// Finds out whether a passage that a judge quotes really stands in the context: word for word, whatever the case, the
/// spaces, quotation marks and the shape of hyphens.
struct QuoteSearch: Sendable {
  enum Finding: Sendable, Hashable {
    case stands
    case missing
    /// It stands there behind a negation that the quote leaves out.
    case negated
    /// It has too little in it to prove anything.
    case tooShort
  }

  private let passages: [[Int]]
  private let words: [String: Int]
  private let negations: Set<Int>

  init(_ passages: [String]) {
    var words: [String: Int] = [:]
    self.passages = passages.map { passage in
      Self.tokens(passage).map { token in
        let number = words[token] ?? words.count
        words[token] = number
        return number
      }
    }
    self.words = words
    negations = Set(Self.negations.compactMap { words[$0] })
  }

  func find(_ quote: String) -> Finding {
    var tokens = Self.tokens(quote)[...]
    // Whoever quotes adds marks at the ends, such as a full stop where the sentence goes on.
    while let last = tokens.last, Self.isMark(last) { tokens.removeLast() }
    while let first = tokens.first, Self.isMark(first), first != "-", first != "$" { tokens.removeFirst() }
    guard Self.saysSomething(tokens) else { return .tooShort }
    var wanted: [Int] = []
    for token in tokens {
      guard let number = words[token] else { return .missing }
      wanted.append(number)
    }
    var finding = Finding.missing
    for passage in passages {
      for start in Self.occurrences(of: wanted, in: passage) {
        if !isNegated(passage, start) { return .stands }
        finding = .negated
      }
    }
    return finding
  }

  private static let negations = ["no", "not", "never", "cannot", "without", "neither", "nor"]

  private func isNegated(_ passage: [Int], _ start: Int) -> Bool {
    guard start > 0 else { return false }
    if negations.contains(passage[start - 1]) { return true }
    guard start > 1 else { return false }
    let before = (passage[start - 2], passage[start - 1])
    // "non-refundable" and "isn't" in pieces.
    if let non = words["non"], let hyphen = words["-"], before == (non, hyphen) { return true }
    if let mark = words["'"], let t = words["t"], before == (mark, t) { return true }
    return false
  }

  /// A figure, four letters together, or one of a script that is not ASCII's, where two make a word.
  private static func saysSomething(_ tokens: ArraySlice<String>) -> Bool {
    var letters = 0
    for scalar in tokens.lazy.flatMap(\.unicodeScalars) where scalar.isWordCharacter {
      if scalar.isDigit || !scalar.isASCII { return true }
      letters += 1
    }
    return letters >= 4
  }

  private static func isMark(_ token: String) -> Bool {
    token.unicodeScalars.count == 1 && token.unicodeScalars.allSatisfy { !$0.isWordCharacter && $0 != "%" }
  }

  /// Words, numbers with their points and commas, and each other mark for itself.
  static func tokens(_ text: String) -> [String] {
    let all = Array(text.precomposedStringWithCanonicalMapping.lowercased().unicodeScalars)
    var tokens: [String] = []
    var word = Scalars()
    func close() {
      if !word.isEmpty { tokens.append(word.text) }
      word.removeAll(keepingCapacity: true)
    }
    for (index, scalar) in all.enumerated() {
      if scalar.isWordCharacter {
        word.append(scalar)
      } else if scalar == "." || scalar == ",", let last = word.last, last.isDigit, index + 1 < all.count,
        all[index + 1].isDigit
      {
        word.append(scalar)
      } else if scalar.properties.generalCategory == .nonspacingMark {
        word.append(scalar)
      } else {
        guard !isInvisible(scalar) else { continue }
        close()
        let mark = plain(scalar)
        // Quotation marks come and go when something is quoted.
        if !scalar.isSpace, mark != "\"" { tokens.append(String(mark)) }
      }
    }
    close()
    return tokens
  }

  /// What has no width and what is put in where control tokens are broken up.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    (0x200B...0x200D).contains(scalar.value) || scalar.value == 0x00AD || scalar.value == 0xFEFF
  }

  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x2018...0x201B, 0x2032, 0x60, 0xB4: "'"
    case 0x201C...0x201F, 0x2033, 0xAB, 0xBB: "\""
    case 0x2010...0x2015, 0x2212: "-"
    default: scalar
    }
  }

  /// Where the sequence begins (Knuth, Morris and Pratt, 1977): linear, whatever the texts.
  private static func occurrences(of wanted: [Int], in all: [Int]) -> [Int] {
    guard !wanted.isEmpty, wanted.count <= all.count else { return [] }
    var fallback = Array(repeating: 0, count: wanted.count)
    var length = 0
    for index in wanted.indices.dropFirst() {
      while length > 0, wanted[index] != wanted[length] { length = fallback[length - 1] }
      if wanted[index] == wanted[length] { length += 1 }
      fallback[index] = length
    }
    var found: [Int] = []
    length = 0
    for (index, token) in all.enumerated() {
      while length > 0, token != wanted[length] { length = fallback[length - 1] }
      if token == wanted[length] { length += 1 }
      if length == wanted.count {
        found.append(index + 1 - length)
        length = fallback[length - 1]
      }
    }
    return found
  }
}
