import Testing

@testable import Tokenization

struct WordMergerTests {
  /// The rule said plainly: merge the leftmost pair of the lowest rank until there is none.
  private func reference(_ symbols: [UInt32], by merges: PairTable) -> [UInt32] {
    var symbols = symbols
    while true {
      var best: (rank: UInt64, token: UInt32, position: Int)?
      for position in 0..<max(0, symbols.count - 1) {
        guard let found = merges.find(symbols[position], symbols[position + 1]) else { continue }
        if best == nil || found >> 32 < best!.rank {
          best = (found >> 32, UInt32(truncatingIfNeeded: found), position)
        }
      }
      guard let best else { return symbols }
      symbols.replaceSubrange(best.position...best.position + 1, with: [best.token])
    }
  }

  @Test func scanAndHeapFollowTheRule() throws {
    var generator = SeededGenerator(state: 7)
    for round in 0..<60 {
      // Tokens 0 to 3, then merges of random earlier tokens.
      var table = PairTable(capacity: 24)
      var next: UInt32 = 4
      var rank: UInt32 = 0
      while next < 24 {
        let left = UInt32.random(in: 0..<next, using: &generator)
        let right = UInt32.random(in: 0..<next, using: &generator)
        if table.insert(left, right, rank: rank, token: next) { next += 1 }
        rank += 1
      }
      for length in [0, 1, 2, 3, 17, 48, 49, 50, 131, 300] {
        let word = (0..<length).map { _ in UInt32.random(in: 0..<UInt32(2 + round % 3), using: &generator) }
        var merged = word
        var merger = WordMerger()
        merger.merge(&merged, by: table)
        #expect(merged == reference(word, by: table), "round \(round), length \(length)")
      }
    }
  }

  /// A word of a quarter megabyte that merges all the way down: with quadratic work this would take hours.
  @Test(.timeLimit(.minutes(2))) func aLongWordIsNotQuadratic() throws {
    let tokenizer = try BytePairTrainer(vocabularySize: 270).train([String(repeating: "a", count: 4096)])
    let text = String(repeating: "a", count: 1 << 18)
    let tokens = tokenizer.encode(text)
    #expect(tokens.count < 1 << 10)
    #expect(tokenizer.decode(tokens).utf8.count == text.utf8.count)
  }

  @Test func theTableRefusesAPairTwice() {
    var table = PairTable(capacity: 2)
    #expect(table.find(1, 2) == nil)
    let inserted = [table.insert(1, 2, rank: 5, token: 9), table.insert(1, 2, rank: 6, token: 10)]
    #expect(inserted == [true, false])
    #expect(table.find(1, 2) == 5 << 32 | 9)
    #expect(table.find(2, 1) == nil)
    _ = table.insert(0xFFFF_FFFE, 0xFFFF_FFFF, rank: 1, token: 1)
    #expect(table.count == 2)
  }
}

/// The same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
