/// What an answer says of a fact.
enum FactFinding: Sendable, Hashable {
  case affirmed
  case denied
  /// It is spoken of, with another amount.
  case otherAmount(String)
  /// It is spoken of, and a rule cannot tell which way.
  case unsure(String)
  case missing

  /// The most other words that may stand between two words of a fact.
  static let longestGap = 4

  /// Looks for the fact in every clause, and weighs what they say together.
  static func of(_ fact: Fact, in clauses: [Clause]) -> FactFinding {
    var found: [FactFinding] = []
    for clause in clauses { found += findings(fact, in: clause) }
    let isAffirmed = found.contains(.affirmed)
    let isDenied = found.contains(.denied)
    if isAffirmed, isDenied { return .unsure("the answer says it and takes it back") }
    if let unsure = found.first(where: { if case .unsure = $0 { true } else { false } }) {
      // Said outright in one place, it does not matter that it is also spoken of as possible in another.
      return isAffirmed ? .affirmed : isDenied ? .denied : unsure
    }
    if isAffirmed { return .affirmed }
    if isDenied { return .denied }
    return found.first ?? .missing
  }

  private static func findings(_ fact: Fact, in clause: Clause) -> [FactFinding] {
    var byEnd: [Int: [Int]] = [:]
    for start in clause.tokens.indices {
      // Of several ways to the same end the shortest is the statement: `asked for no refund, refund issued`.
      if let places = match(fact, in: clause.tokens, from: start), let last = places.last { byEnd[last] = places }
    }
    return byEnd.sorted { $0.key < $1.key }.compactMap { finding(fact, clause, $0.value) }
  }

  private static func finding(_ fact: Fact, _ clause: Clause, _ places: [Int]) -> FactFinding? {
    let hasWords = fact.tokens.contains { if case .word = $0 { true } else { false } }
    for (wanted, place) in zip(fact.tokens, places) {
      guard case .amount(let amount) = wanted, case .amount(let other) = clause.tokens[place].kind else { continue }
      // An amount alone is no statement: an answer may speak of several.
      if !other.isSameAmount(as: amount) { return hasWords ? .otherAmount(other.text) : nil }
    }
    return polarity(fact, clause, places)
  }

  /// Where the fact's words and amounts stand, in order and near each other, beginning here. An amount stands for any.
  private static func match(_ fact: Fact, in tokens: [FactToken], from start: Int) -> [Int]? {
    var places: [Int] = []
    var next = start
    for wanted in fact.tokens {
      var gap = 0
      var place = next
      while true {
        guard place < tokens.count else { return nil }
        if fits(tokens[place].kind, wanted) { break }
        if places.isEmpty { return nil }
        if case .word(let word) = tokens[place].kind,
          FactWords.empty.contains(word) || FactWords.negations.contains(word)
        {
        } else {
          gap += 1
        }
        guard gap <= longestGap else { return nil }
        place += 1
      }
      places.append(place)
      next = place + 1
    }
    return places
  }

  private static func fits(_ token: FactToken.Kind, _ wanted: FactToken.Kind) -> Bool {
    switch (token, wanted) {
    case (.word(let word), .word(let other)): word.isSame(as: other)
    case (.amount, .amount): true
    default: false
    }
  }

  private static func polarity(_ fact: Fact, _ clause: Clause, _ places: [Int]) -> FactFinding {
    guard let first = places.first, let last = places.last else { return .missing }
    let segments = clause.tokens[first].segment...clause.tokens[last].segment
    var near = 0
    for (place, token) in clause.tokens.enumerated() {
      guard case .word(let word) = token.kind else { continue }
      let isInside = segments.contains(token.segment)
      if FactWords.conditions.contains(word), !fact.ownHedges.contains(word) {
        return .unsure("a condition stands beside it (\"\(word)\")")
      }
      if FactWords.modals.contains(word), place < last, isInside, !fact.ownHedges.contains(word) {
        return .unsure("it is put off or unsure (\"\(word)\")")
      }
      guard FactWords.negations.contains(word), !places.contains(place), !isOnly(clause, after: place) else { continue }
      if place > last {
        if isInside, FactWords.lateNegations.contains(word) { return .unsure("\"\(word)\" stands behind it") }
      } else if isInside {
        near += 1
      } else if !isInterjection(clause, token.segment) {
        return .unsure("\"\(word)\" stands before it")
      }
    }
    if clause.isQuestion { return .unsure("it is asked, not said") }
    if near > 1 { return .unsure("it is denied more than once") }
    return (near == 1) == fact.isNegative ? .affirmed : .denied
  }

  /// `not only` and `not just` deny nothing.
  private static func isOnly(_ clause: Clause, after place: Int) -> Bool {
    guard place + 1 < clause.tokens.count, case .word("not") = clause.tokens[place].kind else { return false }
    return clause.tokens[place + 1].kind == .word("only") || clause.tokens[place + 1].kind == .word("just")
  }

  private static func isInterjection(_ clause: Clause, _ segment: Int) -> Bool {
    let words = clause.tokens.filter { $0.segment == segment }.map { token in
      if case .word(let word) = token.kind { word } else { "" }
    }
    return FactWords.interjections.contains(words)
  }
}
