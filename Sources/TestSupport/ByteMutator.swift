/// Damages files the way fuzzers do: the same seed gives the same damage.
public struct ByteMutator {
  private var state: UInt64
  private let corpus: [[UInt8]]
  private let words: [[UInt8]]

  /// - Parameters:
  ///   - corpus: What is damaged, and spliced together. Sort it, so that a seed means the same everywhere.
  ///   - words: Texts that mean something in the format, put in now and then.
  public init(seed: UInt64, corpus: [[UInt8]], words: [String] = []) {
    state = seed
    self.corpus = corpus
    self.words = words.map { Array($0.utf8) }
  }

  /// The next damaged file.
  public mutating func next() -> [UInt8] {
    var bytes = corpus[below(corpus.count)]
    for _ in 0...below(4) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    // Most fields stand in front.
    let position = below(2) == 0 ? below(min(bytes.count + 1, 256)) : below(bytes.count + 1)
    switch below(10) {
    case 0: if position < bytes.count { bytes[position] ^= 1 << UInt8(below(8)) }
    case 1: if position < bytes.count { bytes[position] = UInt8(below(256)) }
    case 2, 3, 4: overwrite(&bytes, at: position, with: number())
    case 5: bytes.removeLast(bytes.count - position)
    case 6: bytes.removeSubrange(position..<min(bytes.count, position + below(64)))
    case 7: bytes.append(contentsOf: (0..<below(64)).map { _ in UInt8(below(256)) })
    case 8: splice(&bytes, at: position)
    default:
      if words.isEmpty {
        bytes.insert(contentsOf: number(), at: position)
      } else {
        bytes.insert(contentsOf: words[below(words.count)], at: position)
      }
    }
  }

  /// A number at which things go wrong, of one, two, four or eight bytes.
  private mutating func number() -> [UInt8] {
    let size = 1 << below(4)
    let value: UInt64 =
      switch below(8) {
      case 0: 0
      case 1: .max
      case 2: 1 << UInt64(below(64))
      case 3: (1 << UInt64(below(64))) &- 1
      case 4: UInt64(Int64.max)
      case 5: UInt64(below(64))
      case 6: UInt64(below(1 << 20))
      default: random()
      }
    return (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private func overwrite(_ bytes: inout [UInt8], at position: Int, with number: [UInt8]) {
    guard position + number.count <= bytes.count else { return }
    bytes.replaceSubrange(position..<(position + number.count), with: number)
  }

  private mutating func splice(_ bytes: inout [UInt8], at position: Int) {
    let other = corpus[below(corpus.count)]
    let start = below(other.count + 1)
    let piece = other[start..<min(other.count, start + below(128))]
    if below(2) == 0 {
      bytes.insert(contentsOf: piece, at: position)
    } else {
      bytes.replaceSubrange(position..<min(bytes.count, position + piece.count), with: piece)
    }
  }

  private mutating func below(_ limit: Int) -> Int { Int(random() % UInt64(limit)) }

  /// SplitMix64.
  private mutating func random() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
