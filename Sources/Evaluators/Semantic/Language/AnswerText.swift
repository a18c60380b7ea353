/// A word of a text, or a mark between words, with where it stands.
struct TextToken: Sendable {
  enum Kind: Sendable {
    /// In lower case, `’` as `'`.
    case word(String)
    /// A comma, colon, bracket or dash.
    case pause
    /// What ends a sentence.
    case stop
  }

  let kind: Kind
  /// Begins with a capital.
  let isCapital: Bool
  /// Scalars of the text.
  let range: Range<Int>

  var word: String? { if case .word(let word) = kind { word } else { nil } }
}

/// A piece of a text: a sentence, or a clause of one.
struct TextPiece: Sendable {
  let text: String
  let tokens: [TextToken]

  var words: [String] { tokens.compactMap(\.word) }
}

/// Cuts texts into words, sentences and clauses. Linear in the text.
enum AnswerText {
  static func tokens(_ all: Scalars) -> [TextToken] {
    var tokens: [TextToken] = []
    var position = 0
    while position < all.count {
      let scalar = all[position]
      if scalar.isWordCharacter {
        let end = wordEnd(all, from: position)
        let word = all[position..<end].map { $0 == "\u{2019}" ? "'" : $0 }.text.lowercased()
        tokens.append(
          TextToken(kind: .word(word), isCapital: scalar.properties.isUppercase, range: position..<end))
        position = end
        continue
      }
      switch scalar {
      case ",", ":", "(", ")", "\u{2014}", "\u{2013}":
        tokens.append(TextToken(kind: .pause, isCapital: false, range: position..<position + 1))
      case ".", "!", "?", ";", "\n":
        if endsSentence(all, position) {
          tokens.append(TextToken(kind: .stop, isCapital: false, range: position..<position + 1))
        }
      default: break
      }
      position += 1
    }
    return tokens
  }

  /// A point, a hyphen or an apostrophe between two characters of a word belongs to it: `24.5`, `built-in`, `don't`.
  private static func wordEnd(_ all: Scalars, from start: Int) -> Int {
    var end = start + 1
    while end < all.count {
      if all[end].isWordCharacter || all[end].properties.generalCategory == .nonspacingMark {
        end += 1
      } else if joins(all[end]), end + 1 < all.count, all[end + 1].isWordCharacter {
        end += 2
      } else {
        break
      }
    }
    return end
  }

  private static func joins(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || scalar == "-" || scalar == "'" || scalar == "\u{2019}"
  }

  /// A full stop before a small letter belongs to an abbreviation, such as `e.g.`.
  private static func endsSentence(_ all: Scalars, _ position: Int) -> Bool {
    if all[position] == "\n" { return true }
    var next = position + 1
    guard next < all.count else { return true }
    guard all[next].isSpace || all[position] == ";" || closes(all[next]) else { return false }
    guard all[position] == "." else { return true }
    while next < all.count, all[next].isSpace || closes(all[next]) { next += 1 }
    return next == all.count || !all[next].properties.isLowercase
  }

  private static func closes(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\"" || scalar == ")" || scalar == "\u{201D}" || scalar == "'" || scalar == "]" || scalar == "*"
  }

  /// The sentences that have a word.
  static func sentences(_ text: String) -> [TextPiece] {
    let all = Array(text.unicodeScalars)
    var sentences: [TextPiece] = []
    var start = 0
    var current: [TextToken] = []
    func close(at end: Int) {
      if current.contains(where: { $0.word != nil }) {
        sentences.append(TextPiece(text: all[start..<end].text.stripped, tokens: current))
      }
      current = []
      start = end
    }
    for token in tokens(all) {
      if case .stop = token.kind { close(at: token.range.upperBound) } else { current.append(token) }
    }
    close(at: all.count)
    return sentences
  }

  /// A sentence's clauses, cut before words such as `because` and behind commas. A piece with fewer than two words of
  /// content stays with the one before it.
  static func clauses(_ sentence: TextPiece, of text: Scalars) -> [TextPiece] {
    var pieces: [[TextToken]] = [[]]
    let tokens = sentence.tokens
    for (index, token) in tokens.enumerated() {
      if case .pause = token.kind {
        pieces.append([])
        continue
      }
      if let word = token.word, !(pieces.last ?? []).isEmpty, begins(word, tokens, index) { pieces.append([]) }
      pieces[pieces.count - 1].append(token)
    }
    var merged: [[TextToken]] = []
    for piece in pieces where !piece.isEmpty {
      if let last = merged.last, contents(piece) < 2 || contents(last) < 2 {
        merged[merged.count - 1] = last + piece
      } else {
        merged.append(piece)
      }
    }
    return merged.map { tokens in
      let range = (tokens.first?.range.lowerBound ?? 0)..<(tokens.last?.range.upperBound ?? 0)
      return TextPiece(text: text[range].text, tokens: tokens)
    }
  }

  private static func begins(_ word: String, _ tokens: [TextToken], _ index: Int) -> Bool {
    if joiners.contains(word) { return true }
    return word == "due" && index + 1 < tokens.count && tokens[index + 1].word == "to"
  }

  private static let joiners: Set<String> = [
    "because", "since", "as", "so", "which", "but", "while", "although", "unless", "and", "or", "where", "when",
    "whereas", "if",
  ]

  private static func contents(_ tokens: [TextToken]) -> Int {
    tokens.count { token in token.word.map { !EnglishWords.shared.isFunction($0) } ?? false }
  }
}
