/// The tokens of words met before, so that a word is worked out once.
struct WordMemory {
  /// Longer words are not remembered.
  static let longest = 64
  private static let capacity = 1 << 17

  private var words = ByteStringTable()
  /// Where the tokens of each of `words` end in `tokens`; they start where the last one's end.
  private var ends: [Int] = [0]
  private var tokens: [UInt32] = []

  /// Appends the tokens of a word; `encode` works them out when the word is new.
  @inline(__always)
  mutating func append(
    _ word: UnsafeBufferPointer<UInt8>, to result: inout [UInt32],
    encode: (UnsafeBufferPointer<UInt8>, inout [UInt32]) -> Void
  ) {
    guard word.count <= Self.longest else { return encode(word, &result) }
    let hash = words.hash(of: word)
    if let index = words.find(word, hash: hash) {
      for position in ends[index]..<ends[index + 1] { result.append(tokens[position]) }
      return
    }
    let start = result.count
    encode(word, &result)
    if words.count == Self.capacity {
      words.removeAll()
      ends = [0]
      tokens.removeAll(keepingCapacity: true)
    }
    _ = words.insert(word, hash: hash)
    tokens.append(contentsOf: result[start...])
    ends.append(tokens.count)
  }
}
