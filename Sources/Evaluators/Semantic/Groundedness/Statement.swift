/// A sentence of an answer or of a passage, with what in it can be compared exactly.
struct Statement: Sendable {
  let text: String
  /// All words, in lower case.
  let words: [String]
  /// Stems of words of content.
  let content: Set<String>
  let amounts: [StatedAmount]
  /// Words with a capital inside the sentence, and words such as `fetch_all`, in lower case.
  let names: [String]
  /// The clauses, and the sentence itself.
  let units: [Unit]

  /// A clause, and how often it denies.
  struct Unit: Sendable {
    let content: Set<String>
    let denials: Int
  }

  init(_ piece: TextPiece, of scalars: Scalars) {
    text = piece.text
    words = piece.words
    content = Self.content(piece.words)
    amounts = StatedAmount.amounts(of: piece.text)
    names = Self.names(piece)
    let clauses = AnswerText.clauses(piece, of: scalars).flatMap(Self.partedAtWithout)
    units =
      (clauses.count > 1 ? clauses.map { Self.unit($0, isPart: true) } : []) + [Self.unit(piece.tokens, isPart: false)]
  }

  /// Words of content that stand for something, without numbers.
  var wordsOfContent: [String] {
    words.filter { word in
      !EnglishWords.shared.isFunction(word) && !EnglishWords.shared.quantities.contains(word)
        && StatedAmount.numbers[word] == nil && word.unicodeScalars.first?.isDigit != true
    }
  }

  private static func content(_ words: [String]) -> Set<String> {
    Set(words.filter { !EnglishWords.shared.isFunction($0) && !isDenial($0) }.map(EnglishWords.stem))
  }

  private static func unit(_ tokens: [TextToken], isPart: Bool) -> Unit {
    var tokens = tokens[...]
    // "No, it is closed" denies the question, not what it says.
    if tokens.first?.word == "no", tokens.count > 1, tokens[tokens.startIndex + 1].word == nil { tokens.removeFirst() }
    let words = tokens.compactMap(\.word)
    // What goes without something is denied in its own part alone.
    let denials = words.count { isDenial($0) && $0 != "without" } + (isPart && words.first == "without" ? 1 : 0)
    return Unit(content: content(words), denials: denials)
  }

  /// `Allowed without flash` denies the flash alone.
  private static func partedAtWithout(_ clause: TextPiece) -> [[TextToken]] {
    guard let place = clause.tokens.firstIndex(where: { $0.word == "without" }), place > 0 else {
      return [clause.tokens]
    }
    return [Array(clause.tokens[..<place]), Array(clause.tokens[place...])]
  }

  static func isDenial(_ word: String) -> Bool { denials.contains(word) || word.hasScalarSuffix("n't") }

  private static let denials: Set<String> = [
    "not", "no", "never", "none", "neither", "nor", "nothing", "nobody", "without", "cannot", "unable", "failed",
    "fails", "fail", "hardly", "barely", "impossible",
  ]

  private static func names(_ piece: TextPiece) -> [String] {
    var isFirst = true
    var names: [String] = []
    for token in piece.tokens {
      guard let word = token.word else { continue }
      defer { isFirst = false }
      let isCode = word.contains("_")
      guard isCode || (token.isCapital && !isFirst && word != "i"), word.unicodeScalars.count > 1 else { continue }
      if !EnglishWords.shared.isGrammar(word) { names.append(word) }
    }
    return names
  }
}

/// Pairs of which one rules the other out.
enum Opposites {
  /// A word of the claim whose opposite the passage has instead.
  static func found(_ claim: [String], _ passage: [String]) -> (claim: String, passage: String)? {
    func byStem(_ words: [String]) -> [String: String] {
      Dictionary(words.map { (EnglishWords.stem($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
    let (own, others) = (byStem(claim), byStem(passage))
    for (one, other) in pairs {
      for (mine, theirs) in [(one, other), (other, one)] {
        if let word = own[mine], own[theirs] == nil, let opposite = others[theirs], others[mine] == nil {
          return (word, opposite)
        }
      }
    }
    return nil
  }

  private static let pairs: [(String, String)] = [
    ("increase", "decrease"), ("rise", "fall"), ("grow", "shrink"),
    ("gain", "loss"), ("higher", "lower"), ("more", "less"), ("more", "fewer"), ("before", "after"),
    ("early", "late"), ("earlier", "later"), ("open", "closed"), ("allowed", "forbidden"),
    ("allowed", "prohibited"), ("accepted", "rejected"), ("approved", "denied"), ("enabled", "disabled"),
    ("valid", "invalid"), ("fixed", "variable"), ("minimum", "maximum"), ("always", "never"), ("include", "exclude"),
    ("win", "lose"), ("common", "rare"), ("safe", "unsafe"), ("possible", "impossible"),
    ("above", "below"), ("success", "failure"), ("positive", "negative"), ("required", "optional"),
    ("best", "worst"), ("strong", "weak"), ("buy", "sell"), ("import", "export"), ("hot", "cold"),
    ("fast", "slow"), ("longer", "shorter"), ("public", "private"), ("better", "worse"),
    ("declined", "increased"), ("rise", "declined"), ("north", "south"), ("east", "west"), ("over", "under"),
  ].map { (EnglishWords.stem($0.0), EnglishWords.stem($0.1)) }
}
