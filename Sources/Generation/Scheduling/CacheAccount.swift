/// The account of cache memory: what running sequences may come to need, and what finished ones have left behind for
/// requests that begin alike.
///
/// Invariants: `reservedBytes + keptBytes <= limitBytes` and `keptBytes <= keptLimitBytes`, at all times. Since a running
/// sequence is reserved what its longest answer needs, none can run out, nothing has to be taken from one, and a queue that
/// is served in order always moves on when a sequence ends.
struct CacheAccount: Sendable {
  private struct Kept: Sendable {
    var bytes: Int
    var lastUsed: UInt64
  }

  let limitBytes: Int
  let keptLimitBytes: Int
  private(set) var reservedBytes = 0
  private(set) var keptBytes = 0
  private(set) var index = PrefixIndex()
  private var reserved: [CacheID: Int] = [:]
  private var kept: [CacheID: Kept] = [:]
  private var uses: UInt64 = 0
  private var nextCache: UInt64 = 0
  /// Caches that are no longer counted and have to be released before another is made.
  private var released: [CacheID] = []

  init(limitBytes: Int, keptLimitBytes: Int) {
    self.limitBytes = limitBytes
    self.keptLimitBytes = keptLimitBytes
  }

  var keptCount: Int { kept.count }
  var freeBytes: Int { limitBytes - reservedBytes - keptBytes }

  mutating func takeReleased() -> [CacheID] {
    defer { released = [] }
    return released
  }

  /// Where the cache of a new sequence comes from.
  enum Source: Sendable, Hashable {
    case empty
    /// Its first positions are copied from another's cache, running or kept.
    case copy(of: CacheID, length: Int)
    /// A kept cache, all of whose positions fit, is taken over as it is.
    case adopted(length: Int)
  }

  /// Reserves memory for a sequence and finds what it can reuse.
  /// - Parameter reusable: how many of `tokens` may come from another cache.
  /// - Returns: nil when there is no room until another sequence ends.
  mutating func reserve(bytes: Int, tokens: [UInt32], reusable: Int) -> (cache: CacheID, source: Source)? {
    guard reservedBytes + bytes <= limitBytes else { return nil }
    let matches = index.longestMatches(with: tokens, limit: reusable)
    if let match = matches.first(where: { kept[$0.cache] != nil && index.tokens(of: $0.cache).count == $0.length }),
      match.length == matches[0].length, let entry = kept[match.cache]
    {
      let needed = max(bytes, entry.bytes)
      if reservedBytes + needed <= limitBytes {
        drop(match.cache)
        evict(for: needed, sparing: nil)
        take(match.cache, needed)
        return (match.cache, .adopted(length: match.length))
      }
    }
    let donor = matches.first { match in
      // A donor has to stay while it is copied: room for both is needed.
      reservedBytes + bytes + (kept[match.cache]?.bytes ?? 0) <= limitBytes
    }
    evict(for: bytes, sparing: donor?.cache)
    let cache = CacheID(nextCache)
    nextCache += 1
    take(cache, bytes)
    guard let donor else { return (cache, .empty) }
    touch(donor.cache)
    return (cache, .copy(of: donor.cache, length: donor.length))
  }

  /// What a reserved cache holds at its beginning, whatever it held before.
  mutating func begin(_ cache: CacheID, with tokens: ArraySlice<UInt32>) {
    index.remove(cache)
    index.extend(cache, with: tokens)
  }

  mutating func extend(_ cache: CacheID, with tokens: some Sequence<UInt32>) { index.extend(cache, with: tokens) }

  /// Ends a sequence's reservation.
  /// - Parameter bytes: what the cache takes, to keep it if there is room; nil: it is of no use to anybody.
  mutating func end(_ cache: CacheID, keeping bytes: Int?) {
    guard let reservation = reserved.removeValue(forKey: cache) else { return }
    reservedBytes -= reservation
    let tokens = index.tokens(of: cache)
    guard let bytes, bytes <= keptLimitBytes, reservedBytes + bytes <= limitBytes,
      tokens.count >= PrefixIndex.blockTokens
    else {
      index.remove(cache)
      released.append(cache)
      return
    }
    for covered in index.beginnings(of: tokens) where kept[covered] != nil { evict(covered) }
    while keptBytes + bytes > keptLimitBytes || reservedBytes + keptBytes + bytes > limitBytes,
      let oldest = leastRecentlyUsed(sparing: nil)
    {
      evict(oldest)
    }
    uses += 1
    kept[cache] = Kept(bytes: bytes, lastUsed: uses)
    keptBytes += bytes
  }

  /// Releases everything that is kept.
  mutating func evictAll() { for cache in kept.keys.sorted() { evict(cache) } }

  private mutating func take(_ cache: CacheID, _ bytes: Int) {
    reserved[cache] = bytes
    reservedBytes += bytes
  }

  private mutating func touch(_ cache: CacheID) {
    guard kept[cache] != nil else { return }
    uses += 1
    kept[cache]?.lastUsed = uses
  }

  private mutating func drop(_ cache: CacheID) {
    if let entry = kept.removeValue(forKey: cache) { keptBytes -= entry.bytes }
  }

  private mutating func evict(_ cache: CacheID) {
    drop(cache)
    index.remove(cache)
    released.append(cache)
  }

  private mutating func evict(for bytes: Int, sparing donor: CacheID?) {
    while reservedBytes + keptBytes + bytes > limitBytes, let oldest = leastRecentlyUsed(sparing: donor) {
      evict(oldest)
    }
  }

  private func leastRecentlyUsed(sparing donor: CacheID?) -> CacheID? {
    kept.lazy.filter { $0.key != donor }.min { $0.value.lastUsed < $1.value.lastUsed }?.key
  }
}
