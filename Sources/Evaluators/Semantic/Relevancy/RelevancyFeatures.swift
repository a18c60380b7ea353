/// What is measured of an answer beside its question, and of nothing else: not of other rows.
///
/// An answer is looked at without its courtesies, its refusals and the clauses that only say again what the question says:
/// what is left is what it adds, and only that can be relevant.
struct RelevancyFeatures: Sendable {
  struct Part: Sendable {
    let text: String
    /// The cosine between the clause and the question.
    let nearness: Double
    /// The same, or the nearness of another clause that carries this one.
    let support: Double
    /// It adds something, and is no usual turn of phrase such as `more details are not available`.
    let counts: Bool
    /// It adds something.
    let isNew: Bool
  }

  let values: [String: Double]
  let parts: [Part]
  /// What stands farthest aside: the clauses without which the answer is nearest to the question. Nil where it has but one.
  let aside: String?

  /// Texts of which ``init(question:sentences:embeddings:anchors:)`` needs the embeddings.
  static func texts(_ sentences: [Substance.Sentence]) -> [String] {
    let cut = Cut(sentences)
    return [cut.text, cut.rest] + cut.clauses.flatMap { $0.rest.isEmpty ? [$0.text] : [$0.text, $0.rest] }
      + cut.runs.map(cut.without) + cut.runs.dropFirst().map(cut.before)
  }

  /// The clauses that are looked at: those that add something, or all where none does.
  private struct Cut {
    let clauses: [Substance.Clause]
    let text: String
    let rest: String
    let news: [String]

    init(_ sentences: [Substance.Sentence]) {
      let all = sentences.flatMap(\.clauses)
      let new = all.filter { !$0.news.isEmpty }
      clauses = new.isEmpty ? all : new
      text = clauses.map(\.text).joined(separator: " ")
      rest = new.isEmpty ? text : clauses.map(\.rest).joined(separator: " ")
      news = clauses.flatMap(\.news)
    }

    /// Neighbouring clauses, each alone where there are few, so that what a long answer costs stays within bounds. None
    /// where there is but one clause.
    var runs: [Range<Int>] {
      let count = min(Self.mostRuns, clauses.count)
      return count < 2 ? [] : (0..<count).map { $0 * clauses.count / count..<($0 + 1) * clauses.count / count }
    }

    private static let mostRuns = 8

    func text(of run: Range<Int>) -> String { clauses[run].map(\.text).joined(separator: " ") }

    func without(_ run: Range<Int>) -> String {
      (clauses[..<run.lowerBound] + clauses[run.upperBound...]).map(\.text).joined(separator: " ")
    }

    func before(_ run: Range<Int>) -> String { text(of: 0..<run.lowerBound) }
  }

  init(
    question: String, sentences: [Substance.Sentence], embeddings: Embeddings, anchors: SemanticAnchors
  ) {
    let cut = Cut(sentences)
    let asked = embeddings[question]
    func standing(_ cosine: Double, _ embedding: Embedding) -> Double {
      anchors.cohort.standing(of: cosine, embedding, without: question)
    }
    let whole = embeddings[cut.text]
    let full = asked.cosine(whole)
    var values = ["full": min(full, 0.6), "full3": min(full, 0.3), "standing": min(standing(full, whole), 6)]
    let english = EnglishWords.shared
    let words = sentences.flatMap { $0.piece.words }
    let content = words.filter { !english.isFunction($0) || english.quantities.contains($0) }
    values["news"] = Double(min(Set(cut.news.map(EnglishWords.stem)).count, 3)) / 3
    values["share"] = min(0.6, Double(cut.news.count) / Double(max(1, content.count)))

    if cut.news.isEmpty {
      values["rest"] = 0
      values["restStanding"] = 0
    } else {
      let rest = embeddings[cut.rest]
      let near = asked.cosine(rest)
      values["rest"] = near
      values["restStanding"] = min(4, standing(near, rest))
    }
    var best = 0.0
    var bestStanding = 0.0
    let rests = cut.clauses.filter { !$0.news.isEmpty }.map { embeddings[$0.rest] }
    if !rests.isEmpty {
      let nears = rests.map(asked.cosine)
      best = nears.max() ?? 0
      bestStanding = min(4, zip(nears, rests).map(standing).max() ?? 0)
    }
    values["best"] = best
    values["bestStanding"] = bestStanding

    let parts = Self.parts(cut.clauses, asked: asked, embeddings: embeddings, anchors: anchors)
    self.parts = parts
    let counted = parts.filter(\.counts)
    values["weakest"] = min(0.4, counted.map(\.support).min() ?? 0.3)
    values["weakestStanding"] = min(
      3, counted.map { standing($0.nearness, embeddings[$0.text]) }.min() ?? 1.5)
    var bad = 0
    var all = 0
    for (part, clause) in zip(parts, cut.clauses) where part.counts {
      all += clause.rest.isEmpty ? 0 : clause.rest.fields.count
      if part.support < 0.2 { bad += clause.rest.fields.count }
    }
    values["unsupported"] = Double(bad) / Double(max(1, all))

    // An absurd reason drags the whole answer away from the question, however near its own words come to it.
    func gain(_ text: String) -> Double { asked.cosine(embeddings[text]) - full }
    let asides = cut.runs.filter { parts[$0].contains(where: \.counts) }
      .map { (text: cut.text(of: $0), gain: gain(cut.without($0))) }
    let worst = asides.max { $0.gain < $1.gain }
    aside = worst?.text
    values["aside"] = max(-0.1, min(0.3, worst?.gain ?? 0))
    values["opening"] = max(-0.1, min(0.3, cut.runs.dropFirst().map { gain(cut.before($0)) }.max() ?? 0))

    let order = WordOrder(sentences.map(\.piece))
    values["order"] = order.map { max(0, min($0.standing, 3)) } ?? 3
    values["grammar"] = min(0.3, order?.grammar ?? 0.3)
    let stems = words.filter { !english.isFunction($0) }.map(EnglishWords.stem)
    values["repeats"] = min(0.6, 1 - Double(Set(stems).count) / Double(max(1, stems.count)))
    self.values = values
  }

  private static func parts(
    _ clauses: [Substance.Clause], asked: Embedding, embeddings: Embeddings, anchors: SemanticAnchors
  ) -> [Part] {
    let vectors = clauses.map { embeddings[$0.text] }
    let nearness = vectors.map(asked.cosine)
    return clauses.indices.map { index in
      var support = nearness[index]
      // A clause that is far from the question may be carried by one that is near it.
      for other in clauses.indices where other != index && !clauses[other].news.isEmpty {
        let carried = vectors[other].cosine(vectors[index]) * min(1, max(0, nearness[other] / 0.3))
        support = max(support, carried)
      }
      let isNew = !clauses[index].news.isEmpty
      return Part(
        text: clauses[index].text, nearness: nearness[index], support: support,
        counts: isNew && anchors.neutral.nearest(vectors[index]) <= 0.5, isNew: isNew)
    }
  }
}
