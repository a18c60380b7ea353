/// Something that an answer has to say, or must not: `Refund issued`, `Refund of $20`, `Order 4512 not cancelled`.
public struct Fact: Sendable, Hashable {
  public let text: String
  /// Words in lower case and amounts, without words such as `the` and `has`, and without negations.
  let tokens: [FactToken.Kind]
  /// The fact is that something is not so.
  let isNegative: Bool
  /// Words that make a statement unsure and that the fact itself has.
  let ownHedges: Set<String>

  /// Nil when nothing is left that could be looked for.
  public init?(_ text: String) {
    self.text = text
    let all = Clause.clauses(of: text).flatMap(\.tokens).map(\.kind)
    var negations = 0
    var hedges: Set<String> = []
    var tokens: [FactToken.Kind] = []
    for token in all {
      guard case .word(let word) = token else {
        tokens.append(token)
        continue
      }
      if FactWords.negations.contains(word) {
        negations += 1
      } else {
        if FactWords.isHedge(word) { hedges.insert(word) }
        if !FactWords.empty.contains(word) { tokens.append(token) }
      }
    }
    guard !tokens.isEmpty else { return nil }
    self.tokens = tokens
    isNegative = negations % 2 == 1
    ownHedges = hedges
  }
}

/// The words that the rule knows. They are English.
enum FactWords {
  /// Say nothing by themselves.
  static let empty: Set<String> = [
    "a", "an", "the", "this", "that", "these", "those", "is", "are", "was", "were", "be", "been", "being", "am", "has",
    "have", "had", "having", "of", "to", "for", "in", "on", "at", "by", "with", "from", "your", "our", "my", "his",
    "her",
    "their", "its", "it", "you", "we", "i", "they", "he", "she", "now", "already", "just", "successfully", "please",
  ]

  static let negations: Set<String> = [
    "not", "no", "never", "none", "neither", "nor", "nothing", "nobody", "without", "unable", "failed", "fails", "fail",
    "failing", "declined", "refused", "denied", "rejected", "hardly", "barely", "impossible", "unsuccessful", "wrongly",
    "false", "untrue", "incorrect",
  ]

  /// Behind a statement these still take it back; `no` and `without` there speak of something else.
  static let lateNegations: Set<String> = [
    "not", "never", "failed", "declined", "denied", "rejected", "false", "untrue",
  ]

  /// Make what follows unsure, or put it off.
  static let modals: Set<String> = [
    "might", "may", "maybe", "perhaps", "possibly", "probably", "could", "would", "should", "will", "shall", "can",
    "must", "soon", "going", "try", "trying", "tried", "attempt", "attempted", "plan", "planned", "want", "wanted",
    "hope", "expect", "expected", "seem", "seems", "almost", "nearly",
  ]

  /// Make a whole clause unsure, wherever they stand in it.
  static let conditions: Set<String> = ["if", "unless", "once", "until", "when", "whether", "pending", "otherwise"]

  /// Stand alone before a comma and take nothing back: `No problem, the refund was issued`.
  static let interjections: Set<[String]> = [
    ["no", "problem"], ["no", "problems"], ["no", "worries"], ["not", "at", "all"], ["never", "mind"],
    ["no", "trouble"],
  ]

  static func isHedge(_ word: String) -> Bool { modals.contains(word) || conditions.contains(word) }
}
