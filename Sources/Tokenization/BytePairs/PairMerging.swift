import HeapModule

/// The loop of byte-pair training over distinct words with counts.
///
/// A heap holds the pairs with the count they had when they were put there, and the words they were seen in. A pair
/// whose count has changed since goes back with its present one; only the words that hold a pair are visited when it
/// is merged.
struct PairMerging {
  /// A pair of tokens in its upper and lower half.
  private typealias Pair = UInt64

  private struct Candidate: Comparable {
    var count: Int
    var pair: Pair
    var words: [Int32]

    /// The greater comes first: the higher count, then the smaller pair.
    static func < (left: Candidate, right: Candidate) -> Bool {
      left.count != right.count ? left.count < right.count : left.pair > right.pair
    }
    static func == (left: Candidate, right: Candidate) -> Bool { left.count == right.count && left.pair == right.pair }
  }

  /// The words' symbols one word after the other. A word shrinks in place as it is merged.
  private var symbols: [UInt32] = []
  private var starts: [Int] = []
  private var lengths: [Int] = []
  private let counts: [Int]
  private var pairCounts: [Pair: Int] = [:]
  private var heap = Heap<Candidate>()
  /// The pairs that the merge at hand made, with the words they were made in.
  private var fresh: [Pair: [Int32]] = [:]

  init(words: WordCounts, byteTokens: [UInt32]) {
    counts = words.counts
    symbols.reserveCapacity(words.words.byteCount)
    var found: [Pair: [Int32]] = [:]
    for index in 0..<words.words.count {
      starts.append(symbols.count)
      for byte in words.words[index] { symbols.append(byteTokens[Int(byte)]) }
      let start = starts[index]
      lengths.append(symbols.count - start)
      for position in start + 1..<max(start + 1, symbols.count) {
        let pair = UInt64(symbols[position - 1]) << 32 | UInt64(symbols[position])
        pairCounts[pair, default: 0] += counts[index]
        if found[pair]?.last != Int32(index) { found[pair, default: []].append(Int32(index)) }
      }
    }
    heap = Heap(found.map { Candidate(count: pairCounts[$0] ?? 0, pair: $0, words: $1) })
  }

  /// Merges until the vocabulary is full or no pair is frequent enough, and adds the new tokens.
  mutating func run(
    tokens: inout [String], vocabularySize: Int, minimumFrequency: Int
  ) -> [(left: UInt32, right: UInt32)] {
    var merges: [(left: UInt32, right: UInt32)] = []
    var merged: Set<Pair> = []
    var idOfToken: [String: UInt32] = [:]
    for (id, token) in tokens.enumerated() { idOfToken[token] = UInt32(id) }
    while tokens.count < vocabularySize, var top = heap.popMax() {
      let count = pairCounts[top.pair] ?? 0
      if top.count != count {
        top.count = count
        heap.insert(top)
        continue
      }
      if count < max(1, minimumFrequency) { break }
      let left = UInt32(top.pair >> 32)
      let right = UInt32(truncatingIfNeeded: top.pair)
      // Two pairs may make the same token; it is one token then.
      let text = tokens[Int(left)] + tokens[Int(right)]
      let token = idOfToken[text] ?? UInt32(tokens.count)
      if Int(token) == tokens.count {
        tokens.append(text)
        idOfToken[text] = token
      }
      if merged.insert(top.pair).inserted { merges.append((left, right)) }
      for word in top.words { merge(left, right, into: token, word: word) }
      for (pair, words) in fresh {
        if let count = pairCounts[pair], count > 0 { heap.insert(Candidate(count: count, pair: pair, words: words)) }
      }
      fresh.removeAll(keepingCapacity: true)
    }
    return merges
  }

  private mutating func merge(_ left: UInt32, _ right: UInt32, into token: UInt32, word: Int32) {
    let start = starts[Int(word)]
    let end = start + lengths[Int(word)]
    let weight = counts[Int(word)]
    var kept = start
    var position = start
    while position < end {
      guard position + 1 < end, symbols[position] == left, symbols[position + 1] == right else {
        symbols[kept] = symbols[position]
        kept += 1
        position += 1
        continue
      }
      if kept > start {
        add(-weight, symbols[kept - 1], left, word)
        add(weight, symbols[kept - 1], token, word)
      }
      if position + 2 < end {
        add(-weight, right, symbols[position + 2], word)
        add(weight, token, symbols[position + 2], word)
      }
      symbols[kept] = token
      kept += 1
      position += 2
    }
    lengths[Int(word)] = kept - start
  }

  private mutating func add(_ weight: Int, _ left: UInt32, _ right: UInt32, _ word: Int32) {
    let pair = UInt64(left) << 32 | UInt64(right)
    pairCounts[pair, default: 0] += weight
    if weight > 0, fresh[pair]?.last != word { fresh[pair, default: []].append(word) }
  }
}
