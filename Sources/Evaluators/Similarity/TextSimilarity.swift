/// How alike two texts are on their surface, in 0...1. None of them knows what a text means: `refunded` and `not
/// refunded` are very much alike.
public enum TextSimilarity: String, Sendable, Hashable, CaseIterable {
  /// SQuAD's F1 over words (arXiv 1606.05250).
  case tokenF1 = "token-f1"
  /// F1 of the longest common subsequence of words (Lin 2004); lower case, ASCII letters and digits only, not stemmed.
  case rougeL = "rouge-l"
  /// One less Levenshtein's distance over the longer length, in Unicode scalars.
  case levenshtein
  /// chrF2 (Popović 2015): character 1- to 6-grams without spaces, recall counting twice as much as precision.
  case chrF = "chrf"

  /// Products of lengths that are compared at most.
  static let mostCells = 25_000_000

  /// Nil when nothing of the reference is left that could be compared.
  /// - Throws: ``EvaluationError/tooLarge(what:limit:)``: two methods take the product of the lengths.
  func of(_ answer: String, _ reference: String) throws(EvaluationError) -> Double? {
    switch self {
    case .tokenF1:
      return Self.tokenF1(TextNormalisation.squadTokens(answer), TextNormalisation.squadTokens(reference))
    case .rougeL:
      let (first, second) = (Self.rougeTokens(answer), Self.rougeTokens(reference))
      try Self.check(first.count, second.count, "words")
      return Self.rougeL(first, second)
    case .levenshtein:
      let (first, second) = (Array(answer.unicodeScalars), Array(reference.unicodeScalars))
      try Self.check(first.count, second.count, "characters")
      guard !second.isEmpty else { return nil }
      return 1 - Double(EditDistance.between(first, second)) / Double(max(first.count, second.count))
    case .chrF: return Self.chrF(answer, reference)
    }
  }

  private static func check(_ first: Int, _ second: Int, _ unit: String) throws(EvaluationError) {
    guard first * second <= mostCells else {
      throw .tooLarge(
        what: "an answer of \(first) and a reference of \(second) \(unit) are compared",
        limit: "a product of \(mostCells)")
    }
  }

  static func tokenF1(_ answer: [String], _ reference: [String]) -> Double? {
    guard !reference.isEmpty else { return nil }
    var left = Dictionary(reference.map { ($0, 1) }, uniquingKeysWith: +)
    var same = 0
    for token in answer {
      guard let count = left[token], count > 0 else { continue }
      left[token] = count - 1
      same += 1
    }
    return f1(same, answer.count, reference.count)
  }

  private static func f1(_ same: Int, _ answer: Int, _ reference: Int) -> Double {
    guard same > 0 else { return 0 }
    let precision = Double(same) / Double(answer)
    let recall = Double(same) / Double(reference)
    return min(1, 2 * precision * recall / (precision + recall))
  }

  static func rougeTokens(_ text: String) -> [String] {
    text.lowercased().unicodeScalars.split { !($0.value < 0x80 && $0.isWordCharacter && $0 != "_") }.map(\.text)
  }

  static func rougeL(_ answer: [String], _ reference: [String]) -> Double? {
    guard !reference.isEmpty else { return nil }
    var row = [Int](repeating: 0, count: reference.count + 1)
    for token in answer {
      var diagonal = 0
      for index in reference.indices {
        let above = row[index + 1]
        row[index + 1] = token == reference[index] ? diagonal + 1 : max(above, row[index])
        diagonal = above
      }
    }
    return f1(row[reference.count], answer.count, reference.count)
  }

  private struct Gram: Hashable {
    let text: ArraySlice<Unicode.Scalar>

    static func == (left: Gram, right: Gram) -> Bool { left.text.elementsEqual(right.text) }

    func hash(into hasher: inout Hasher) { for scalar in text { hasher.combine(scalar) } }
  }

  /// sacrebleu's definition: orders that one of the texts is too short for are left out of the means.
  static func chrF(_ answer: String, _ reference: String) -> Double? {
    let first = answer.unicodeScalars.filter { !$0.isSpace }
    let second = reference.unicodeScalars.filter { !$0.isSpace }
    guard !second.isEmpty else { return nil }
    var precision = 0.0
    var recall = 0.0
    var orders = 0
    for order in 1...6 where first.count >= order && second.count >= order {
      let grams = Dictionary(Self.grams(Array(first), order).map { ($0, 1) }, uniquingKeysWith: +)
      let wanted = Dictionary(Self.grams(Array(second), order).map { ($0, 1) }, uniquingKeysWith: +)
      let same = grams.reduce(0) { $0 + min($1.value, wanted[$1.key] ?? 0) }
      precision += Double(same) / Double(first.count - order + 1)
      recall += Double(same) / Double(second.count - order + 1)
      orders += 1
    }
    guard orders > 0, precision + recall > 0 else { return 0 }
    precision /= Double(orders)
    recall /= Double(orders)
    let factor = 4.0
    return min(1, (1 + factor) * precision * recall / (factor * precision + recall))
  }

  private static func grams(_ scalars: Scalars, _ order: Int) -> [Gram] {
    (0...scalars.count - order).map { Gram(text: scalars[$0..<$0 + order]) }
  }
}
