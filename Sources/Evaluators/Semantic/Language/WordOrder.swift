/// Whether a text's words stand in an order that English has.
///
/// How likely each class of word is behind the one before it (counted over prose by
/// `scripts/evaluators/word_order.py`) is added up over the text and over shuffles of the same words. A sentence is well
/// above its own shuffles, a heap of words is one of them. A text of few words can tell little.
struct WordOrder: Sendable {
  /// How far the text is above the mean of its shuffles, in their standard deviations.
  let standing: Double
  /// The part of the words that are grammar: keywords have none.
  let grammar: Double

  /// Nil for a text of fewer than four words.
  init?(_ sentences: [TextPiece]) {
    let words = EnglishWords.shared
    var classes: [[Int]] = []
    var count = 0
    var grammatical = 0
    for sentence in sentences {
      var row: [Int] = []
      for token in sentence.tokens {
        guard let word = token.word else { continue }
        count += 1
        if words.isGrammar(word) { grammatical += 1 }
        if row.count < Self.longest {
          row.append(words.tag(word, isCapital: token.isCapital && !row.isEmpty && word != "i"))
        }
      }
      if !row.isEmpty { classes.append(row) }
    }
    guard count >= 4 else { return nil }
    grammar = Double(grammatical) / Double(count)
    var own = 0.0
    var mean = 0.0
    var variance = 0.0
    var random = SplitMix(state: 1)
    for row in classes.prefix(Self.mostSentences) {
      own += Self.likelihood(row)
      var shuffled = row
      var values: [Double] = []
      for _ in 0..<Self.shuffles {
        random.shuffle(&shuffled)
        values.append(Self.likelihood(shuffled))
      }
      let average = values.reduce(0, +) / Double(values.count)
      mean += average
      variance += values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count)
    }
    standing = (own - mean) / (variance + 0.5).squareRoot()
  }

  /// Words of a sentence, sentences of a text, and shuffles that are looked at.
  private static let longest = 60
  private static let mostSentences = 40
  private static let shuffles = 24

  private static func likelihood(_ row: [Int]) -> Double {
    let table = SemanticModel.shared.order
    var sum = 0.0
    var last = EnglishWords.begin
    for tag in row {
      sum += table[last][tag]
      last = tag
    }
    return sum + table[last][EnglishWords.end]
  }
}

/// SplitMix64: the same shuffles everywhere.
private struct SplitMix {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  mutating func shuffle(_ row: inout [Int]) {
    guard row.count > 1 else { return }
    for index in stride(from: row.count - 1, to: 0, by: -1) { row.swapAt(index, below(index + 1)) }
  }
}
