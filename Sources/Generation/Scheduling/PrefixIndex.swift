/// Which caches begin with which tokens, by hashes of whole blocks: the hash of a block covers all before it, so a block that
/// is found means that everything up to its end is the same. Tokens are compared all the same before anything is reused.
struct PrefixIndex: Sendable {
  /// Tokens of a block. Shorter common beginnings are not worth a copy.
  static let blockTokens = 16
  /// Caches that are compared in full for the longest match; all of them share the longest run of blocks.
  private static let compared = 8

  private struct Entry: Sendable {
    var tokens: [UInt32] = []
    /// The hash at the end of each whole block.
    var hashes: [UInt64] = []
  }

  private var entries: [CacheID: Entry] = [:]
  private var owners: [UInt64: [CacheID]] = [:]

  init() {}

  var count: Int { entries.count }
  var blockCount: Int { owners.count }

  func tokens(of cache: CacheID) -> [UInt32] { entries[cache]?.tokens ?? [] }

  /// Adds tokens at the end of what a cache holds.
  mutating func extend(_ cache: CacheID, with tokens: some Sequence<UInt32>) {
    var entry = entries.removeValue(forKey: cache) ?? Entry()
    entry.tokens.append(contentsOf: tokens)
    var hash = entry.hashes.last ?? Self.seed
    while entry.tokens.count >= (entry.hashes.count + 1) * Self.blockTokens {
      let start = entry.hashes.count * Self.blockTokens
      hash = Self.hash(entry.tokens[start..<(start + Self.blockTokens)], after: hash)
      entry.hashes.append(hash)
      owners[hash, default: []].append(cache)
    }
    entries[cache] = entry
  }

  mutating func remove(_ cache: CacheID) {
    guard let entry = entries.removeValue(forKey: cache) else { return }
    for hash in entry.hashes {
      owners[hash]?.removeAll { $0 == cache }
      if owners[hash]?.isEmpty == true { owners[hash] = nil }
    }
  }

  /// The caches with the longest run of whole blocks in common with `tokens`, and how many tokens each has in common with
  /// it, at most `limit`. Longest first, and of equal ones the older cache first.
  func longestMatches(with tokens: [UInt32], limit: Int) -> [(cache: CacheID, length: Int)] {
    var found: [CacheID] = []
    var hash = Self.seed
    var end = Self.blockTokens
    while end <= min(limit, tokens.count) {
      hash = Self.hash(tokens[(end - Self.blockTokens)..<end], after: hash)
      guard let caches = owners[hash] else { break }
      found = caches
      end += Self.blockTokens
    }
    return found.suffix(Self.compared)
      .map { ($0, commonLength($0, tokens, limit: limit)) }
      .filter { $0.length >= Self.blockTokens }
      .sorted { $0.length > $1.length || ($0.length == $1.length && $0.cache < $1.cache) }
  }

  /// The caches whose tokens are all of `tokens` or its beginning, at least a block long.
  func beginnings(of tokens: [UInt32]) -> Set<CacheID> {
    var found: Set<CacheID> = []
    var hash = Self.seed
    var end = Self.blockTokens
    while end <= tokens.count {
      hash = Self.hash(tokens[(end - Self.blockTokens)..<end], after: hash)
      guard let caches = owners[hash] else { break }
      for cache in caches {
        guard let entry = entries[cache], entry.hashes.count * Self.blockTokens == end else { continue }
        if entry.tokens.count <= tokens.count, tokens.starts(with: entry.tokens) { found.insert(cache) }
      }
      end += Self.blockTokens
    }
    return found
  }

  private func commonLength(_ cache: CacheID, _ tokens: [UInt32], limit: Int) -> Int {
    guard let held = entries[cache]?.tokens else { return 0 }
    let most = min(held.count, tokens.count, limit)
    var length = 0
    while length < most, held[length] == tokens[length] { length += 1 }
    return length
  }

  private static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func hash(_ block: ArraySlice<UInt32>, after previous: UInt64) -> UInt64 {
    var hash = previous
    for token in block {
      hash = (hash ^ UInt64(token)) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 29
    }
    return hash
  }
}
