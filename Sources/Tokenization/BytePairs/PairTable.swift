/// What each pair of tokens merges into and how early: an open-addressed table from a pair to a rank and a token.
struct PairTable: Sendable {
  /// A pair in its upper and lower half; all ones for an empty slot. A power of two, at most half full.
  private var keys: [UInt64]
  /// The rank in the upper half, the token in the lower.
  private var values: [UInt64]
  private let shift: UInt64
  /// Odd and drawn for each table, so that no file can be written to make its pairs collide.
  private let multiplier: UInt64 = .random(in: .min ... .max) | 1
  private(set) var count = 0

  private static let empty = UInt64.max

  init(capacity: Int) {
    var bits: UInt64 = 4
    while (1 << bits) < capacity * 2 { bits += 1 }
    keys = [UInt64](repeating: Self.empty, count: 1 << bits)
    values = [UInt64](repeating: 0, count: 1 << bits)
    shift = 64 - bits
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let product = (key ^ key >> 31).multipliedFullWidth(by: multiplier)
    return Int(truncatingIfNeeded: ((product.low ^ product.high) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// The rank (upper half) and the token (lower half) of a pair; nothing when it does not merge.
  @inline(__always)
  func find(_ left: UInt32, _ right: UInt32) -> UInt64? {
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = slot(of: key)
    while keys[slot] != Self.empty {
      if keys[slot] == key { return values[slot] }
      slot = (slot + 1) & (keys.count - 1)
    }
    return nil
  }

  /// Adds a pair; false when it is there already. The table takes as many pairs as its capacity.
  mutating func insert(_ left: UInt32, _ right: UInt32, rank: UInt32, token: UInt32) -> Bool {
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = slot(of: key)
    while keys[slot] != Self.empty {
      if keys[slot] == key { return false }
      slot = (slot + 1) & (keys.count - 1)
    }
    precondition((count + 1) * 2 <= keys.count, "the table is full")
    keys[slot] = key
    values[slot] = UInt64(rank) << 32 | UInt64(token)
    count += 1
    return true
  }
}
