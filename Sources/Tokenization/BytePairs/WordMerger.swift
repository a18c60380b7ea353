import HeapModule

/// Merges the symbols of one word: always the pair of the lowest rank, the leftmost of equals. Keeps its buffers
/// between words.
struct WordMerger {
  /// Longer words go through a heap. Below, looking at every pair is faster, and the square of it still small.
  private static let scanLimit = 48

  private var ranks: [UInt64] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private static let none = UInt64.max

  /// Merges in place, until no pair merges any more.
  mutating func merge(_ symbols: inout [UInt32], by merges: PairTable) {
    guard symbols.count > 1 else { return }
    if symbols.count <= Self.scanLimit {
      mergeByScan(&symbols, by: merges)
    } else {
      mergeByHeap(&symbols, by: merges)
    }
  }

  private mutating func mergeByScan(_ symbols: inout [UInt32], by merges: PairTable) {
    // ranks[i]: of the pair of symbols i and i + 1, the rank in the upper half and the merged token in the lower.
    ranks.removeAll(keepingCapacity: true)
    for index in 1..<symbols.count { ranks.append(merges.find(symbols[index - 1], symbols[index]) ?? Self.none) }
    while !ranks.isEmpty {
      var best = Self.none
      var position = 0
      for index in 0..<ranks.count where ranks[index] >> 32 < best >> 32 {
        best = ranks[index]
        position = index
      }
      if best == Self.none { return }
      symbols[position] = UInt32(truncatingIfNeeded: best)
      symbols.remove(at: position + 1)
      ranks.remove(at: position)
      if position < ranks.count {
        ranks[position] = merges.find(symbols[position], symbols[position + 1]) ?? Self.none
      }
      if position > 0 {
        ranks[position - 1] = merges.find(symbols[position - 1], symbols[position]) ?? Self.none
      }
    }
  }

  /// A heap of pairs over a linked list of symbols: `n log n` in the word's length, however it is made.
  private mutating func mergeByHeap(_ symbols: inout [UInt32], by merges: PairTable) {
    // A heap entry is a rank above the left symbol's position (40 bits), so that equals leave from left to right.
    let positionBits: UInt64 = 40
    let count = symbols.count
    next = (0..<count).map { Int32($0 + 1 < count ? $0 + 1 : -1) }
    previous = (0..<count).map { Int32($0 - 1) }
    var removed = [Bool](repeating: false, count: count)
    var entries: [UInt64] = []
    for index in 1..<count {
      if let found = merges.find(symbols[index - 1], symbols[index]) {
        entries.append((found >> 32) << positionBits | UInt64(index - 1))
      }
    }
    var heap = Heap(entries)
    while let entry = heap.popMin() {
      let position = Int(entry & (1 << positionBits - 1))
      guard !removed[position], next[position] >= 0 else { continue }
      let right = Int(next[position])
      // The symbols may have changed since the entry was made.
      guard let found = merges.find(symbols[position], symbols[right]), found >> 32 == entry >> positionBits else {
        continue
      }
      symbols[position] = UInt32(truncatingIfNeeded: found)
      removed[right] = true
      next[position] = next[right]
      if next[right] >= 0 { previous[Int(next[right])] = Int32(position) }
      if previous[position] >= 0 {
        let left = Int(previous[position])
        if let found = merges.find(symbols[left], symbols[position]) {
          heap.insert((found >> 32) << positionBits | UInt64(left))
        }
      }
      if next[position] >= 0, let found = merges.find(symbols[position], symbols[Int(next[position])]) {
        heap.insert((found >> 32) << positionBits | UInt64(position))
      }
    }
    var kept = 0
    for index in 0..<count where !removed[index] {
      symbols[kept] = symbols[index]
      kept += 1
    }
    symbols.removeLast(count - kept)
  }
}
