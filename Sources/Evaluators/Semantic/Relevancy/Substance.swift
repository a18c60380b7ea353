/// What an answer says besides courtesies and refusals, cut up for comparison with its question.
struct Substance: Sendable {
  enum Kind: Sendable, Hashable {
    case substance
    case refusal
    case courtesy
    /// The question again, perhaps in a frame.
    case echo
  }

  struct Sentence: Sendable {
    let piece: TextPiece
    let clauses: [Clause]
    /// Without the words that the question has.
    let rest: String
    /// Words of content that the question does not have.
    let news: [String]
  }

  struct Clause: Sendable {
    let text: String
    let rest: String
    let news: [String]
  }

  let sentences: [Sentence]
  private let echo: Echo

  /// Sentences and clauses that are looked at.
  static let mostClauses = 400

  /// - Throws: ``EvaluationError/tooLarge(what:limit:)``.
  init(of answer: String, to question: String) throws(EvaluationError) {
    let scalars = Array(answer.unicodeScalars)
    let asked = AnswerText.tokens(Array(question.unicodeScalars)).compactMap(\.word)
    let known = Set(asked.map(EnglishWords.stem))
    echo = Echo(asked)
    sentences = AnswerText.sentences(answer).map { piece in
      Sentence(
        piece: piece,
        clauses: AnswerText.clauses(piece, of: scalars).map { clause in
          Clause(
            text: clause.text, rest: Self.rest(clause.words, known), news: Self.news(clause.words, known))
        },
        rest: Self.rest(piece.words, known), news: Self.news(piece.words, known))
    }
    let count = sentences.reduce(0) { $0 + $1.clauses.count }
    guard count <= Self.mostClauses else {
      throw .tooLarge(what: "the answer has \(count) clauses", limit: "\(Self.mostClauses)")
    }
  }

  /// What has to be encoded to tell refusals and courtesies.
  var openingTexts: [String] { sentences.flatMap { $0.rest.isEmpty ? [$0.piece.text] : [$0.piece.text, $0.rest] } }

  private static func rest(_ words: [String], _ known: Set<String>) -> String {
    words.filter { !known.contains(EnglishWords.stem($0)) }.joined(separator: " ")
  }

  private static func news(_ words: [String], _ known: Set<String>) -> [String] {
    let english = EnglishWords.shared
    return words.filter { word in
      (!english.isFunction(word) || english.quantities.contains(word)) && !known.contains(EnglishWords.stem(word))
    }
  }

  func kind(_ sentence: Sentence, _ embeddings: Embeddings, _ anchors: SemanticAnchors) -> Kind {
    let own = embeddings[sentence.piece.text]
    if Refusal.isSaid(in: sentence.piece.words) { return .refusal }
    if sentence.news.count <= 4 {
      if anchors.refusals.nearest(own) > 0.62 { return .refusal }
      if !sentence.rest.isEmpty, anchors.refusals.nearest(embeddings[sentence.rest]) > 0.62 { return .refusal }
    }
    if sentence.news.count <= 4, echo.isSaid(in: sentence.piece.words) { return .echo }
    if sentence.news.count <= 3, anchors.courtesies.nearest(own) > 0.6 { return .courtesy }
    return .substance
  }
}

/// Refusals as they are worded: the first person, an inability, and a word of speaking or knowing close behind it.
enum Refusal {
  static func isSaid(in words: [String]) -> Bool {
    for start in words.indices {
      if words[start] == "i" || words[start] == "we" || words[start] == "i'm" || words[start] == "we're" {
        if isInability(words, behind: start) { return true }
      }
      if words[start] == "as", start + 2 < words.count, words[start + 1] == "a" || words[start + 1] == "an",
        ["ai", "assistant", "language", "chatbot"].contains(words[start + 2]), isAny(words, from: start, unable)
      {
        return true
      }
    }
    return words.count == 2 && words == ["no", "comment"]
  }

  private static func isInability(_ words: [String], behind start: Int) -> Bool {
    // I | am afraid that I | cannot, and so on: the inability stands at most three words behind.
    for place in words.indices.dropFirst(start + 1).prefix(3) {
      if ["not", "no", "unable", "rather"].contains(words[place]) || words[place].hasSuffix("n't")
        || words[place] == "cannot"
      {
        // "I have no idea", "I do not know", "we are not allowed to comment on ...".
        return words[(place + 1)...].prefix(6).contains(where: speech.contains)
      }
    }
    return false
  }

  private static func isAny(_ words: [String], from start: Int, _ list: Set<String>) -> Bool {
    words[start...].prefix(10).contains(where: list.contains)
  }

  private static let unable: Set<String> = ["not", "cannot", "can't", "unable", "don't", "no", "won't"]

  private static let speech: Set<String> = [
    "help", "answer", "assist", "comment", "know", "say", "tell", "discuss", "explain", "information", "info", "idea",
    "respond", "speak", "talk", "share", "clue", "sure", "certain", "anything", "details", "knowledge", "provide",
    "access",
  ]
}

/// A question that is asked again, as it was or behind a frame such as `Many people ask why ...`: its first word, and
/// close behind it all its words of content in their order.
struct Echo: Sendable {
  private let question: [String]
  private let openings: Set<String>
  private let content: [String]
  private let longest: Int

  /// - Parameter question: its words.
  init(_ question: [String]) {
    self.question = question
    let first = question.first ?? ""
    let asks = ["what", "why", "how", "when", "who", "where", "which", "whose", "whom"].contains(first)
    openings = asks ? [first] : ["whether", "if"]
    content = question.dropFirst().filter { !EnglishWords.shared.isGrammar($0) }.map(EnglishWords.stem)
    longest = question.count + 3
  }

  func isSaid(in words: [String]) -> Bool {
    if question.count >= 2, words.count >= question.count,
      (0...(words.count - question.count)).contains(where: { words[$0...].starts(with: question) })
    {
      return true
    }
    guard content.count >= 2 else { return false }
    return words.indices.contains { start in
      guard openings.contains(words[start]) else { return false }
      var next = 0
      for word in words[(start + 1)...].prefix(longest) where next < content.count {
        if EnglishWords.stem(word).isSame(as: content[next]) { next += 1 }
      }
      return next == content.count
    }
  }
}
