internal import OpenAIWire

/// What the semantic evaluators know of English words. From `Resources/english.json`, which
/// `scripts/evaluators/word_order.py` reads too.
struct EnglishWords: Sendable {
  /// Classes of words, by the tag's place in ``tags``.
  private let tagOfWord: [String: Int]
  private let suffixes: [(ending: String, least: Int, tag: Int)]
  private let functionTags: Set<Int>
  private let filler: Set<String>
  /// Words such as `no` and `all`: they can be all that an answer says.
  let quantities: Set<String>
  let tags: [String]
  private let number: Int
  private let name: Int
  private let other: Int

  let refusals: [String]
  let courtesies: [String]
  let neutral: [String]
  /// Questions of many kinds, to say how near a question and an answer are that have nothing to do with each other.
  let cohort: [String]

  static let begin = 0
  static let end = 1

  static let shared = EnglishWords(
    SemanticResource.value("english.json", of: PackageResources.english_json))

  private init(_ file: SemanticResource) {
    tags = file.strings("tags")
    let places = Dictionary(uniqueKeysWithValues: tags.enumerated().map { ($1, $0) })
    func place(_ tag: String) -> Int {
      guard let place = places[tag] else { file.isWrong("tag \(tag)") }
      return place
    }
    var words: [String: Int] = [:]
    for (tag, members) in file.lists("classes") {
      for word in members { words[word] = place(tag) }
    }
    for word in file.strings("own") { words[word] = place("=" + word) }
    tagOfWord = words
    suffixes = file.rows("suffixes").map { row in
      guard row.count == 3, let ending = row[0].string, let least = row[1].integer, let tag = row[2].string else {
        file.isWrong("suffixes")
      }
      return (ending, least, place(tag))
    }
    let quantities = Set(file.strings("quantities"))
    functionTags = Set(
      file.strings("function").map(place)
        + file.strings("own").filter { $0 != "no" && $0 != "not" }.map { place("=" + $0) })
    filler = Set(file.strings("filler"))
    self.quantities = quantities
    number = place("NUM")
    name = place("NAME")
    other = place("X")
    refusals = file.strings("refusals")
    courtesies = file.strings("courtesies")
    neutral = file.strings("neutral")
    cohort = file.strings("cohort")
  }

  /// The class of a word that is in lower case.
  /// - Parameter isCapital: it was written with a capital, inside a sentence.
  func tag(_ word: String, isCapital: Bool = false) -> Int {
    let known = tagOfWord[word]
    if let known, tags[known].hasPrefix("=") { return known }
    if isCapital { return name }
    if let known { return known }
    guard let first = word.unicodeScalars.first else { return other }
    if first.isDigit { return number }
    let count = word.unicodeScalars.count
    for (ending, least, tag) in suffixes where count >= least && word.hasScalarSuffix(ending) {
      if ending == "s", word.hasScalarSuffix("ss") { continue }
      return tag
    }
    return other
  }

  /// Whether a word carries a sentence and says nothing by itself: `the`, `of`, `would`, and words that speak of
  /// questions and answers.
  func isFunction(_ word: String) -> Bool { filler.contains(word) || isGrammar(word) }

  /// As ``isFunction(_:)``, without the words that speak of questions and answers.
  func isGrammar(_ word: String) -> Bool {
    tagOfWord[word].map { functionTags.contains($0) } ?? false
  }

  /// Whether nothing is known of a word's class.
  func isUnknown(_ word: String) -> Bool { tag(word) == other }

  /// What is left of a word without its ending, roughly: `marked` and `marking` are the same.
  static func stem(_ word: String) -> String {
    if let regular = irregular[word] { return stem(regular) }
    var scalars = Array(word.unicodeScalars)
    if word.hasScalarSuffix("'s") { scalars.removeLast(2) }
    for (ending, replacement) in endings where scalars.count - ending.count >= 3 {
      guard scalars.suffix(ending.count).elementsEqual(ending) else { continue }
      if ending.count == 1, scalars.dropLast().last == "s" { continue }
      scalars.removeLast(ending.count)
      scalars += replacement
      break
    }
    if scalars.count > 3, scalars.last == "e" { scalars.removeLast() }
    if scalars.count > 3, let last = scalars.last, last == scalars[scalars.count - 2] { scalars.removeLast() }
    return scalars.text
  }

  private static let endings: [(Scalars, Scalars)] = [
    ("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("es", ""), ("ly", ""), ("s", ""),
  ].map { (Array($0.0.unicodeScalars), Array($0.1.unicodeScalars)) }

  private static let irregular: [String: String] = {
    let forms = [
      "bear": "bore borne", "begin": "began begun", "break": "broke broken", "bring": "brought", "build": "built",
      "buy": "bought", "choose": "chose chosen", "come": "came", "drive": "drove driven", "eat": "ate eaten",
      "fall": "fell fallen", "find": "found", "fly": "flew flown", "forget": "forgot forgotten",
      "freeze": "froze frozen", "give": "gave given", "go": "went gone", "grow": "grew grown", "hold": "held",
      "keep": "kept", "know": "knew known", "leave": "left", "lose": "lost", "make": "made", "meet": "met",
      "pay": "paid", "rise": "rose risen", "sell": "sold", "send": "sent", "show": "shown", "shrink": "shrank shrunk",
      "speak": "spoke spoken", "steal": "stole stolen", "take": "took taken", "tell": "told", "think": "thought",
      "throw": "threw thrown", "win": "won", "write": "wrote written",
    ]
    var result: [String: String] = [:]
    for (base, others) in forms { for other in others.fields { result[other] = base } }
    return result
  }()
}
