import Crypto

/// The SHA-256 of some bytes: the name by which a row, a version or a stored file is known, and by which damage is found.
public struct ContentHash: Hashable, Comparable, Sendable, CustomStringConvertible {
  // Four words rather than text: a dataset holds one a row.
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  /// Hexadecimal digits of a whole hash.
  public static let digits = 64

  /// The hash of the bytes.
  public init(of bytes: [UInt8]) {
    var hasher = ContentHasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// The hash of a list of hashes, in order: SHA-256 of their lower-case hexadecimal forms, each followed by a line feed.
  public init(ofList hashes: some Sequence<ContentHash>) {
    var hasher = ContentHasher()
    for hash in hashes { hasher.update(Array(hash.description.utf8) + [0x0A]) }
    self = hasher.finish()
  }

  /// A hash of 64 lower-case hexadecimal digits; nil for anything else.
  public init?(hexadecimal text: some StringProtocol) {
    var words: [UInt64] = [0, 0, 0, 0]
    var count = 0
    for byte in text.utf8 {
      guard count < Self.digits, let digit = Self.value(of: byte) else { return nil }
      words[count / 16] = words[count / 16] << 4 | digit
      count += 1
    }
    guard count == Self.digits else { return nil }
    (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
  }

  init(digest: some Sequence<UInt8>) {
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in digest.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
  }

  private static func value(of byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    default: nil
    }
  }

  static func isHexadecimal(_ text: some StringProtocol) -> Bool { text.utf8.allSatisfy { value(of: $0) != nil } }

  private static let alphabet = Array("0123456789abcdef".utf8)

  /// 64 lower-case hexadecimal digits.
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(Self.digits)
    for word in [first, second, third, fourth] {
      for shift in stride(from: UInt64(60), through: 0, by: -4) { text.append(Self.alphabet[Int(word >> shift & 15)]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The first 12 digits: enough for people.
  public var short: String { String(description.prefix(12)) }

  public static func < (left: ContentHash, right: ContentHash) -> Bool {
    (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
  }
}

/// SHA-256 over bytes that come in pieces.
struct ContentHasher: Sendable {
  private var state = SHA256()

  mutating func update(_ bytes: [UInt8]) { state.update(data: bytes) }

  func finish() -> ContentHash { ContentHash(digest: state.finalize()) }
}
