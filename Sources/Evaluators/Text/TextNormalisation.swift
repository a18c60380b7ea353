import Foundation

/// What is done to two texts before they are compared.
public enum TextNormalisation: String, Sendable, Hashable, CaseIterable {
  /// Nothing: they are compared scalar by scalar.
  case none
  /// Spaces at both ends are taken off.
  case trimmed
  /// Trimmed; composed and decomposed letters are the same; case does not count, and ß is ss.
  case caseFolded = "case-folded"
  /// SQuAD's (arXiv 1606.05250, evaluate-v1.1): lower case; ASCII punctuation and the words a, an and the taken out;
  /// spaces joined.
  case squad

  public func apply(_ text: String) -> String {
    switch self {
    case .none: text
    case .trimmed: text.stripped
    case .caseFolded: text.stripped.uppercased().lowercased().decomposed
    case .squad: Self.squadTokens(text).joined(separator: " ")
    }
  }

  /// The words that are left after SQuAD's normalisation.
  static func squadTokens(_ text: String) -> [String] {
    let plain = text.lowercased().unicodeScalars.filter { !$0.isASCIIPunctuation }
    var kept = Scalars()
    var word = Scalars()
    // An article is a whole run of word characters, wherever it stands: of "a’b" the a is taken out.
    func closeWord() {
      kept.append(contentsOf: articles.contains(word.text) ? [" "] : word)
      word.removeAll(keepingCapacity: true)
    }
    for scalar in plain {
      if scalar.isWordCharacter {
        word.append(scalar)
      } else {
        closeWord()
        kept.append(scalar)
      }
    }
    closeWord()
    return kept.split(whereSeparator: \.isSpace).map(\.text)
  }

  private static let articles: Set<String> = ["a", "an", "the"]
}

extension String {
  /// Canonically decomposed, so that comparing scalars is comparing characters.
  fileprivate var decomposed: String {
    // Swift's own comparison is by canonical equivalence, but searching inside a text is not.
    decomposedStringWithCanonicalMapping
  }

  /// Whether both have the same scalars: Swift's `==` would take composed and decomposed letters for the same.
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
