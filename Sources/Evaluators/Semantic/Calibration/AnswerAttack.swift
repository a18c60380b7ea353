/// Answers that are wrong in a known way, made from a question and its good answer: what a relevancy score must put below
/// the good answer. They are made by rule, the same every time.
public enum AnswerAttack: String, Sendable, Hashable, CaseIterable {
  /// The question itself.
  case parrot
  /// The question in a frame: `You are asking: ...`.
  case framedParrot = "framed-parrot"
  /// The question as a statement, which answers nothing. Needs the row's opening.
  case restatement
  /// The question's words in another order.
  case questionSalad = "question-salad"
  /// The good answer's words in another order.
  case answerSalad = "answer-salad"
  /// The question's words of content, over and over.
  case keywords
  /// The same with words of the good answer.
  case relatedKeywords = "related-keywords"
  /// A true opening with an absurd reason. Needs the row's opening.
  case absurdReason = "absurd-reason"
  /// The same with two absurdities, in a sentence of their own. Needs the row's opening.
  case absurdReasons = "absurd-reasons"
  /// The beginning of the good answer, then an absurd reason.
  case absurdEnd = "absurd-end"
  /// A well-made sentence about something else.
  case offTopic = "off-topic"
  case refusal
  /// A refusal that names the question.
  case refusalWithTopic = "refusal-with-topic"

  /// A question with a good answer to it.
  public struct Row: Sendable, Hashable {
    public let question: String
    public let answer: String
    /// The question as a statement, such as `Your transaction is pending`; nil where nobody wrote one.
    public let opening: String?

    public init(question: String, answer: String, opening: String?) {
      self.question = question
      self.answer = answer
      self.opening = opening
    }
  }

  /// The phrases attacks are made of. Those that weights were fitted with are never those they are tried with.
  public enum Phrases: String, Sendable {
    case fit
    case heldOut = "held-out"
  }

  /// The attack's answer; nil where the row does not have what it is made of.
  public func answer(_ row: Row, phrases: Phrases) -> String? {
    let pool = AttackPhrases.shared(phrases)
    var choice = AttackChoice(row.question + rawValue)
    let question = row.question
    switch self {
    case .parrot: return question
    case .framedParrot: return filled(choice.one(of: pool.frames), row)
    case .restatement: return row.opening.map { $0 + "." }
    case .questionSalad: return choice.shuffled(question.fields).joined(separator: " ")
    case .answerSalad:
      let words = row.answer.fields
      return words.count < 6 ? nil : choice.shuffled(Array(words.prefix(60))).joined(separator: " ")
    case .keywords:
      let words = Self.content(question)
      return words.isEmpty ? nil : choice.shuffled(words + words + words).joined(separator: " ")
    case .relatedKeywords:
      let words = Self.content(question)
      let all = words + words + Self.content(row.answer).prefix(6)
      return all.count < 6 ? nil : choice.shuffled(all).joined(separator: ", ")
    case .absurdReason: return row.opening.map { "\($0) because \(choice.one(of: pool.absurdities))." }
    case .absurdReasons:
      return row.opening.map {
        "\($0). The reason is that \(choice.one(of: pool.absurdities)), and \(choice.one(of: pool.absurdities))."
      }
    case .absurdEnd: return Self.beginning(row.answer).map { "\($0) because \(choice.one(of: pool.absurdities))." }
    case .offTopic: return choice.one(of: pool.offTopic)
    case .refusal: return choice.one(of: pool.refusals)
    case .refusalWithTopic: return filled(choice.one(of: pool.refusalsWithTopic), row)
    }
  }

  /// Another row's answer.
  public static func otherAnswer(_ index: Int, of rows: [Row], round: Int = 0) -> String? {
    guard rows.count > 1 else { return nil }
    var choice = AttackChoice(rows[index].question + "other \(round)")
    return rows[(index + 1 + choice.below(rows.count - 1)) % rows.count].answer
  }

  private func filled(_ frame: String, _ row: Row) -> String {
    frame.replacing("{question}", with: row.question)
      .replacing("{indirect}", with: Self.indirect(row.question))
      .replacing("{keywords}", with: Self.content(row.question).joined(separator: " "))
  }

  static func content(_ text: String) -> [String] {
    AnswerText.tokens(Array(text.unicodeScalars)).compactMap(\.word).filter { !EnglishWords.shared.isFunction($0) }
  }

  private static func indirect(_ question: String) -> String {
    let plain = question.stripped(of: "?").stripped
    let first = plain.fields.first?.lowercased() ?? ""
    let small =
      plain.hasPrefix("I ") || plain.dropFirst().first?.isUppercase == true
      ? plain : plain.prefix(1).lowercased() + plain.dropFirst()
    return ["why", "how", "what", "when", "who", "where", "which"].contains(first) ? small : "whether " + small
  }

  /// The first clause, where it is a beginning and not the whole answer.
  private static func beginning(_ answer: String) -> String? {
    let scalars = Array(answer.unicodeScalars)
    guard let sentence = AnswerText.sentences(answer).first else { return nil }
    let clause = AnswerText.clauses(sentence, of: scalars).first
    guard let clause, clause.words.count >= 3, clause.words.count <= 16 else { return nil }
    return clause.text
  }
}

/// Chooses the same for the same text, everywhere: FNV-1a of the text seeds SplitMix64.
struct AttackChoice {
  private var state: UInt64

  init(_ text: String) {
    state = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  mutating func one(of texts: [String]) -> String { texts[below(texts.count)] }

  mutating func shuffled(_ words: [String]) -> [String] {
    var words = words
    for index in stride(from: words.count - 1, to: 0, by: -1) { words.swapAt(index, below(index + 1)) }
    return words
  }
}

/// Phrases of attacks, from `Resources/attacks.json`.
struct AttackPhrases: Sendable {
  let frames: [String]
  let absurdities: [String]
  let offTopic: [String]
  let refusals: [String]
  let refusalsWithTopic: [String]

  static func shared(_ phrases: AnswerAttack.Phrases) -> AttackPhrases { phrases == .fit ? fit : heldOut }

  private static let file = SemanticResource.value("attacks.json", of: PackageResources.attacks_json)
  private static let fit = AttackPhrases("fit")
  private static let heldOut = AttackPhrases("held-out")

  private init(_ part: String) {
    let file = SemanticResource(name: Self.file.name, value: Self.file[part])
    frames = file.strings("frames")
    absurdities = file.strings("absurdities")
    offTopic = file.strings("off-topic")
    refusals = file.strings("refusals")
    refusalsWithTopic = file.strings("refusals-with-topic")
  }
}
