/// Words and marks as the Penn Treebank parts them, with NLTK's improvements: what counts words in capital letters for
/// IFEval. Which sentence a full stop ends makes no difference to that count, so the text is taken in one piece.
enum TreebankTokenizer {
  private static let opening = rules([
    (#"([«“‘„]|[`]+)"#, " $1 "),
    (#"\A""#, "``"),
    (#"(``)"#, " $1 "),
    (#"([ (\[{<])("|'{2})"#, "$1 `` "),
    (#"(?i)(')(?!re|ve|ll|m|t|s|d|n)(\w)\b"#, "$1 $2"),
  ])
  private static let marks = rules([
    (#"([^.])(\.)([\])}>"'»”’ ]*)\#(pythonSpace)*\z"#, "$1 $2 $3 "),
    (#"([:,])([^\d])"#, " $1 $2"),
    (#"([:,])\z"#, " $1 "),
    (#"(\.{2,})"#, " $1 "),
    (#"([;@#$%&])"#, " $1 "),
    (#"([^.])(\.)([\])}>"']*)\#(pythonSpace)*\z"#, "$1 $2$3 "),
    (#"([?!])"#, " $1 "),
    (#"([^'])' "#, "$1 ' "),
    (#"([*])"#, " $1 "),
    (#"([\]\[(){}<>])"#, " $1 "),
    (#"--"#, " -- "),
  ])
  private static let closing = rules([
    (#"([»”’])"#, " $1 "),
    (#"''"#, " '' "),
    (#"""#, " '' "),
    (#"\#(pythonSpace)+"#, " "),
    (#"([^' ])('[sS]|'[mM]|'[dD]|') "#, "$1 $2 "),
    (#"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) "#, "$1 $2 "),
  ])
  private static let contractions = rules([
    (#"(?i)\b(can)(not)\b"#, " $1 $2 "),
    (#"(?i)\b(d)('ye)\b"#, " $1 $2 "),
    (#"(?i)\b(gim)(me)\b"#, " $1 $2 "),
    (#"(?i)\b(gon)(na)\b"#, " $1 $2 "),
    (#"(?i)\b(got)(ta)\b"#, " $1 $2 "),
    (#"(?i)\b(lem)(me)\b"#, " $1 $2 "),
    (#"(?i)\b(more)('n)\b"#, " $1 $2 "),
    (#"(?i)\b(wan)(na)(?=\#(pythonSpace))"#, " $1 $2 "),
    (#"(?i) ('t)(is)\b"#, " $1 $2 "),
    (#"(?i) ('t)(was)\b"#, " $1 $2 "),
  ])

  // Compiled once. A pattern of ours that cannot be read is a bug of ours.
  private static func rules(_ patterns: [(String, String)]) -> [(pattern: BoundedPattern, template: String)] {
    patterns.map { (try! BoundedPattern($0), $1) }
  }

  static func tokens(of text: String) throws(EvaluationError) -> [String] {
    var text = text
    for (pattern, template) in opening + marks {
      text = try pattern.replacing(in: text, with: template)
    }
    text = " " + text + " "
    for (pattern, template) in closing + contractions {
      text = try pattern.replacing(in: text, with: template)
    }
    return text.fields
  }
}
