/// What is measured of one claim beside the passages it has to rest on.
struct GroundednessFeatures: Sendable {
  let values: [String: Double]
  /// The passage's sentence that is nearest.
  let passage: String
  let nearness: Double
  /// What contradicts the claim, in words; nil where nothing does.
  let contradiction: String?
  /// What of the claim is nowhere in the passages, in words.
  let unknown: String?

  /// Sentences of the passages, with the windows of two.
  struct Ground: Sendable {
    let sentences: [Statement]
    let windows: [String]
    let stems: Set<String>
    let initials: Set<String>
    /// Words of the question: what it names is no invention of the answer.
    let asked: Set<String>

    init(_ passages: [String], question: String) {
      var sentences: [Statement] = []
      var windows: [String] = []
      for passage in passages {
        let scalars = Array(passage.unicodeScalars)
        let own = AnswerText.sentences(passage).map { Statement($0, of: scalars) }
        for (first, second) in zip(own, own.dropFirst()) { windows.append(first.text + " " + second.text) }
        sentences += own
      }
      self.sentences = sentences
      self.windows = windows
      stems = Set(sentences.flatMap(\.words).map(EnglishWords.stem))
      asked = Set(AnswerText.tokens(Array(question.unicodeScalars)).compactMap(\.word).map(EnglishWords.stem))
      initials = Self.initials(sentences)
    }

    /// What the passages' words may be shortened to: `EU` for `European Union`.
    private static func initials(_ sentences: [Statement]) -> Set<String> {
      var result: Set<String> = []
      for sentence in sentences {
        for length in 2...5 where sentence.words.count >= length {
          for start in 0...(sentence.words.count - length) {
            result.insert(sentence.words[start..<start + length].map { String($0.prefix(1)) }.joined())
          }
        }
      }
      return result
    }

    func has(_ name: String) -> Bool {
      let stem = EnglishWords.stem(name)
      return stems.contains(stem) || asked.contains(stem) || initials.contains(name)
    }
  }

  /// The sentences that a claim is compared with exactly: the nearest ones, and those that share most of its words.
  static func best(_ claim: Statement, _ ground: Ground, _ embeddings: Embeddings) -> [Statement] {
    let own = embeddings[claim.text]
    let ranked = ground.sentences.map { (statement: $0, near: own.cosine(embeddings[$0.text])) }
      .sorted { $0.near > $1.near }
    guard let top = ranked.first?.near else { return [] }
    var best = ranked.prefix(3).filter { $0.near >= top - 0.12 }.map(\.statement)
    for (statement, _) in ranked where best.count < 5 && !best.contains(where: { $0.text == statement.text }) {
      let shared = claim.content.intersection(statement.content).count
      if shared >= 2, shared * 2 >= claim.content.count { best.append(statement) }
    }
    return best
  }

  /// Words whose embeddings ``init(_:ground:best:embeddings:)`` needs: those of the claim that the passages do not have, and
  /// those they may stand for.
  static func words(_ claim: Statement, _ ground: Ground, _ best: [Statement]) -> [String] {
    let missing = claim.wordsOfContent.filter { !ground.has($0) }
    return missing.isEmpty ? [] : missing + best.flatMap(\.wordsOfContent)
  }

  init(_ claim: Statement, ground: Ground, best: [Statement], embeddings: Embeddings) {
    let own = embeddings[claim.text]
    let nears = ground.sentences.map { own.cosine(embeddings[$0.text]) }
    let top = nears.indices.max { nears[$0] < nears[$1] } ?? 0
    nearness = nears[top]
    passage = ground.sentences[top].text
    let window = max(nearness, ground.windows.map { own.cosine(embeddings[$0]) }.max() ?? -1)

    var covered: [Double] = []
    for word in claim.wordsOfContent {
      guard !ground.has(word) else {
        covered.append(1)
        continue
      }
      let vector = embeddings[word]
      covered.append(max(0, best.flatMap(\.wordsOfContent).map { vector.cosine(embeddings[$0]) }.max() ?? 0))
    }
    var values = [
      "nearest": nearness, "window": window,
      "coverage": covered.isEmpty ? 1 : covered.reduce(0, +) / Double(covered.count),
      "weakestWord": covered.min() ?? 1,
      "length": min(1, Double(covered.count) / 20),
    ]
    var contradictions: [String] = []
    var unknowns: [String] = []

    let amounts = Self.amounts(claim, ground, best)
    values["otherAmount"] = amounts.other == nil ? 0 : 1
    values["unknownAmount"] = amounts.unknown == nil ? 0 : 1
    if let (mine, theirs) = amounts.other {
      contradictions.append("it says \(mine.shown) where the passage says \(theirs.shown)")
    }
    if let unknown = amounts.unknown { unknowns.append("\(unknown.shown) is nowhere in the context") }

    var names = claim.names.filter { !ground.has($0) }
    // The first word has a capital anyway: it is taken for a name where it is like nothing in the passages.
    if let first = claim.words.first, claim.wordsOfContent.first == first, (covered.first ?? 1) < 0.4,
      EnglishWords.shared.isUnknown(first)
    {
      names.append(first)
    }
    values["unknownName"] = names.isEmpty ? 0 : 1
    if !names.isEmpty { unknowns.append("\"\(names.joined(separator: " ").shown)\" is nowhere in the context") }

    let isDenied = Self.isDenied(claim, best)
    values["denied"] = isDenied ? 1 : 0
    if isDenied { contradictions.append("one of the two denies what the other says") }

    let opposite = best.lazy.compactMap { sentence in
      claim.content.intersection(sentence.content).count * 2 < claim.content.count
        ? nil : Opposites.found(claim.words, sentence.words)
    }.first
    values["opposed"] = opposite == nil ? 0 : 1
    if let opposite { contradictions.append("the passage has \"\(opposite.passage)\" for \"\(opposite.claim)\"") }

    self.values = values
    contradiction = contradictions.isEmpty ? nil : contradictions.joined(separator: "; ")
    unknown = unknowns.isEmpty ? nil : unknowns.joined(separator: "; ")
  }

  /// An amount of the claim that the passages have otherwise, and one that they do not have.
  private static func amounts(
    _ claim: Statement, _ ground: Ground, _ best: [Statement]
  ) -> (other: (String, String)?, unknown: String?) {
    var other: (String, String)?
    var unknown: String?
    let near = best.flatMap(\.amounts)
    for amount in claim.amounts {
      if near.contains(where: amount.isSame) { continue }
      if let rival = near.first(where: amount.isComparable) {
        other = other ?? (amount.text, rival.text)
      } else if !ground.sentences.contains(where: { $0.amounts.contains(where: amount.isSame) }) {
        unknown = unknown ?? amount.text
      }
    }
    return (other, unknown)
  }

  /// Whether a clause of the claim says no where the clause that it shares most with says yes, or the other way round.
  private static func isDenied(_ claim: Statement, _ best: [Statement]) -> Bool {
    let own = claim.units.count > 1 ? Array(claim.units.dropLast()) : claim.units
    return own.contains { mine in
      guard !mine.content.isEmpty else { return false }
      let shared = best.flatMap(\.units).map { unit in
        (count: mine.content.intersection(unit.content).count, isOther: unit.denials % 2 != mine.denials % 2)
      }
      guard let most = shared.map(\.count).max(), most * 2 >= mine.content.count else { return false }
      // Where several share as much, one that agrees is enough.
      return shared.allSatisfy { $0.count < most || $0.isOther }
    }
  }
}
