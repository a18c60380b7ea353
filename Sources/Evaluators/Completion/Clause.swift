/// A word or an amount of a text, where it stands.
struct FactToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// In lower case.
    case word(String)
    case amount(WrittenNumber)
  }

  let kind: Kind
  /// Counts the commas and the words such as `and` before it: negation does not reach past them for sure.
  let segment: Int
}

/// A piece of a text inside which a statement is looked for: up to a full stop, a semicolon, a line's end, or a word that
/// turns round, such as `but`.
struct Clause: Sendable {
  var tokens: [FactToken] = []
  var isQuestion = false

  /// Words and amounts after which a clause is closed: no sentence is so long, and what is looked for in one takes the
  /// square of its length.
  private static let mostTokens = 200

  private static let turns: Set<String> = ["but", "however", "although", "though", "yet", "whereas"]
  private static let joins: Set<String> = ["and", "so", "because", "while", "since"]

  /// The clauses of a text.
  static func clauses(of text: String) -> [Clause] {
    let all = Array(text.lowercased().unicodeScalars)
    let numbers = NumberScanner.numbers(in: all)
    var result: [Clause] = []
    var clause = Clause()
    var segment = 0
    var position = 0
    var number = 0
    func close(isQuestion: Bool = false) {
      clause.isQuestion = isQuestion
      if !clause.tokens.isEmpty { result.append(clause) }
      clause = Clause()
      segment = 0
    }
    while position < all.count {
      if clause.tokens.count >= mostTokens { close() }
      if number < numbers.count, numbers[number].range.lowerBound == position {
        clause.tokens.append(FactToken(kind: .amount(numbers[number]), segment: segment))
        position = numbers[number].range.upperBound
        number += 1
        continue
      }
      switch all[position] {
      case ".", "!", ";", "\n": close()
      case "?": close(isQuestion: true)
      case ",", "(", ")", "—", "–", ":": segment += 1
      default:
        let end = wordEnd(
          all, from: position, before: number < numbers.count ? numbers[number].range.lowerBound : all.count)
        if end > position {
          let word = all[position..<end].map { $0 == "\u{2019}" ? "'" : $0 }.text
          position = end
          if turns.contains(word) {
            close()
          } else {
            if joins.contains(word) { segment += 1 }
            for part in parts(of: word) { clause.tokens.append(FactToken(kind: .word(part), segment: segment)) }
          }
          continue
        }
      }
      position += 1
    }
    close()
    return result
  }

  /// Where the word that begins here ends; an apostrophe inside belongs to it.
  private static func wordEnd(_ all: Scalars, from start: Int, before limit: Int) -> Int {
    var end = start
    while end < limit {
      let isInside =
        all[end].isWordCharacter || all[end].properties.generalCategory == .nonspacingMark
        || (end > start && (all[end] == "'" || all[end] == "\u{2019}") && end + 1 < limit && all[end + 1].isLetter)
      if !isInside { break }
      end += 1
    }
    return end
  }

  /// `can't` and `cannot` are two words, and so is `we'll`.
  private static func parts(of word: String) -> [String] {
    if word == "cannot" || word == "can't" { return ["can", "not"] }
    if word == "won't" { return ["will", "not"] }
    if word.hasSuffix("n't") { return [String(word.dropLast(3)), "not"] }
    if word.hasSuffix("'ll") { return [String(word.dropLast(3)), "will"] }
    if word.hasSuffix("'s") { return [String(word.dropLast(2))] }
    return [word]
  }
}
