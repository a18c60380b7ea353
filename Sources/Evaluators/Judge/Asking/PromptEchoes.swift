/// Words of a prompt that nobody says who judges. Models that do not follow fill the form with the words of its example, or
/// give what they read for a reason; a mark that comes along with such words means nothing.
struct PromptEchoes: Sendable {
  /// The form's example and the last line. Not the task: a reason may well be said in its words.
  private let form: QuoteSearch
  private let material: Set<[String]>

  /// Bytes of a text that a reason, which is cut, could repeat whole.
  private static let longest = 2 * VerdictLine.longestReason

  init<Answer>(_ question: JudgeQuestion<Answer>) {
    form = QuoteSearch([question.form, JudgePrompt.closing])
    material = Set(
      question.material.sections.lazy.filter { $0.text.utf8.count <= Self.longest }.map { QuoteSearch.tokens($0.text) })
  }

  func holdForm(_ text: String) -> Bool {
    switch form.find(text) {
    case .stands, .negated: true
    case .missing, .tooShort: false
    }
  }

  /// Whether a text is one of those that are judged, word for word and whole.
  func areMaterial(_ text: String) -> Bool { material.contains(QuoteSearch.tokens(text)) }
}
