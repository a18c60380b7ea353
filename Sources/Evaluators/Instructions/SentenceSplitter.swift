/// Cuts a text into sentences by the rules that IFEval publishes for it: a full stop ends one unless it belongs to a
/// title, an abbreviation, a number, initials or an address.
enum SentenceSplitter {
  // A full stop that ends nothing is kept under this sign while the others cut.
  private static let kept = "<prd>"
  private static let cut = "<stop>"
  private static let starters =
    #"(Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|He\s|She\s|It\s|They\s|Their\s|Our\s|We\s|But\s|However\s|That\s|This\s|Wherever)"#

  private static let before = rules([
    (#"(Mr|St|Mrs|Ms|Dr)[.]"#, "$1<prd>"),
    (#"[.](com|net|org|io|gov|edu|me)"#, "<prd>$1"),
    (#"([0-9])[.]([0-9])"#, "$1<prd>$2"),
  ])
  private static let after = rules([
    (#"\#(pythonSpace)([A-Za-z])[.] "#, " $1<prd> "),
    (#"([A-Z][.][A-Z][.](?:[A-Z][.])?) "# + starters, "$1<stop> $2"),
    (#"([A-Za-z])[.]([A-Za-z])[.]([A-Za-z])[.]"#, "$1<prd>$2<prd>$3<prd>"),
    (#"([A-Za-z])[.]([A-Za-z])[.]"#, "$1<prd>$2<prd>"),
    (#" (Inc|Ltd|Jr|Sr|Co)[.] "# + starters, " $1<stop> $2"),
    (#" (Inc|Ltd|Jr|Sr|Co)[.]"#, " $1<prd>"),
    (#" ([A-Za-z])[.]"#, " $1<prd>"),
  ])

  static func sentences(of text: String) throws(EvaluationError) -> [String] {
    var text = (" " + text + "  ").pieces(separatedBy: "\n").joined(separator: " ")
    for (pattern, template) in before { text = try pattern.replacing(in: text, with: template) }
    text = try ellipses(in: text)
    text = text.replacing("Ph.D.", with: "Ph<prd>D<prd>")
    for (pattern, template) in after { text = try pattern.replacing(in: text, with: template) }
    for (inner, outer) in [(".”", "”."), (".\"", "\"."), ("!\"", "\"!"), ("?\"", "\"?")] {
      text = text.pieces(separatedBy: inner).joined(separator: outer)
    }
    for mark in [".", "?", "!"] { text = text.pieces(separatedBy: mark).joined(separator: mark + cut) }
    text = text.pieces(separatedBy: kept).joined(separator: ".")
    var sentences = text.pieces(separatedBy: cut).map(\.stripped)
    if sentences.last?.isEmpty == true { sentences.removeLast() }
    return sentences
  }

  // Compiled once. A pattern of ours that cannot be read is a bug of ours.
  private static func rules(_ patterns: [(String, String)]) -> [(pattern: BoundedPattern, template: String)] {
    patterns.map { (try! BoundedPattern($0, options: BoundedPattern.pythonLines), $1) }
  }

  /// Several full stops in a row end one sentence.
  private static func ellipses(in text: String) throws(EvaluationError) -> String {
    var result = ""
    var run = 0
    for scalar in text.unicodeScalars {
      if scalar == "." {
        run += 1
        continue
      }
      result += dots(run)
      run = 0
      result.unicodeScalars.append(scalar)
    }
    return result + dots(run)
  }

  private static func dots(_ count: Int) -> String {
    count < 2 ? String(repeating: ".", count: count) : String(repeating: kept, count: count) + cut
  }
}
