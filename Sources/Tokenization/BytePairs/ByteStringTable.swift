/// Byte strings numbered in the order they were first met: an arena and an open-addressed hash table over it.
///
/// Strings are compared as bytes, unlike `String`, which holds canonically equivalent texts for equal. The hash is
/// salted for each table, so that no file can be written to make its strings collide.
struct ByteStringTable: Sendable {
  private var arena: [UInt8] = []
  /// Where each string starts in the arena, and where the last one ends.
  private var starts: [Int] = [0]
  private var hashes: [UInt64] = []
  /// The number of the string in each slot and one more; 0 for an empty slot. A power of two, at most half full.
  private var slots: [UInt32]
  private let salt: UInt64 = .random(in: .min ... .max)

  init(minimumCapacity: Int = 16) {
    var capacity = 32
    while capacity < minimumCapacity * 2 { capacity *= 2 }
    slots = [UInt32](repeating: 0, count: capacity)
  }

  var count: Int { hashes.count }
  var byteCount: Int { arena.count }

  /// The bytes of a string by its number.
  subscript(index: Int) -> ArraySlice<UInt8> { arena[starts[index]..<starts[index + 1]] }

  func hash(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = salt ^ UInt64(truncatingIfNeeded: bytes.count)
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index + 8 <= raw.count {
      hash = Self.mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < raw.count {
      rest = rest << 8 | UInt64(raw[index])
      index += 1
    }
    return Self.mix(hash ^ rest)
  }

  /// A folded multiplication, as in wyhash.
  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(by: 0x8BB8_4B93_962E_ACC9)
    return product.high ^ product.low
  }

  /// The number of a string that was met.
  func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? { find(bytes, hash: hash(of: bytes)) }

  func find(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { find($0) }
  }

  func find(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int? {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { return nil }
      let index = Int(entry) - 1
      if hashes[index] == hash, equal(index, bytes) { return index }
      slot = (slot + 1) & mask
    }
  }

  @inline(__always)
  private func equal(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[index]
    guard starts[index + 1] - start == bytes.count else { return false }
    return arena.withUnsafeBufferPointer { arena in
      for offset in 0..<bytes.count where arena[start + offset] != bytes[offset] { return false }
      return true
    }
  }

  /// The number of a string, met before or not.
  mutating func intern(_ bytes: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let hash = hash(of: bytes)
    if let index = find(bytes, hash: hash) { return (index, false) }
    return (insert(bytes, hash: hash), true)
  }

  mutating func intern(_ text: String) -> (index: Int, isNew: Bool) {
    var text = text
    return text.withUTF8 { intern($0) }
  }

  /// Adds a string that was not met before.
  mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    if (count + 1) * 2 > slots.count { grow() }
    let index = count
    arena.append(contentsOf: bytes)
    starts.append(arena.count)
    hashes.append(hash)
    place(index, hash: hash)
    return index
  }

  mutating func removeAll() {
    arena.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    hashes.removeAll(keepingCapacity: true)
    slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  private mutating func place(_ index: Int, hash: UInt64) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(index + 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for index in 0..<count { place(index, hash: hashes[index]) }
  }
}
