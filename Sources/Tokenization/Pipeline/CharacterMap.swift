import Foundation

/// SentencePiece's precompiled map of characters: a double-array trie (Aoe 1989) from strings to offsets in a blob of
/// strings that each end in a zero byte.
struct CharacterMap: Sendable {
  static let maximumBytes = 16 << 20

  private let units: [UInt32]
  private let strings: [UInt8]

  /// - Throws: `TokenizerError.malformed`, when the sizes within do not fit.
  init(_ data: [UInt8]) throws {
    func word(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(data[offset + $1]) << UInt32($1 * 8) } }
    guard data.count >= 4, data.count <= Self.maximumBytes else {
      throw TokenizerError.malformed("the precompiled character map has \(data.count) bytes")
    }
    let size = Int(word(0))
    guard size % 4 == 0, size > 0, size <= data.count - 4 else {
      throw TokenizerError.malformed("the precompiled character map says its trie has \(size) bytes")
    }
    units = (0..<size / 4).map { word(4 + $0 * 4) }
    strings = Array(data[(4 + size)...])
  }

  /// Reads the form a `tokenizer.json` has it in.
  init(base64: String) throws {
    guard let data = Data(base64Encoded: base64) else {
      throw TokenizerError.malformed("the precompiled character map is no base64")
    }
    try self.init(Array(data))
  }

  private func unit(_ index: UInt32) -> UInt32 { index < units.count ? units[Int(index)] : 0 }
  private func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & (1 << 9)) >> 6) }

  /// What the shortest or the longest start of some bytes that the map holds becomes, and how long that start is.
  private func match(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, longest: Bool
  ) -> (target: Range<Int>, length: Int)? {
    var found: (Range<Int>, Int)?
    var node = offset(unit(0))
    for position in range {
      let byte = UInt32(bytes[position])
      guard byte != 0 else { break }
      node ^= byte
      let current = unit(node)
      // A label has its highest bit clear, and a leaf's set.
      guard current & (1 << 31 | 0xFF) == byte else { break }
      node ^= offset(current)
      if current >> 8 & 1 == 1 {
        let start = Int(unit(node) & (1 << 31 - 1))
        guard start <= strings.count else { break }
        var end = start
        while end < strings.count, strings[end] != 0 { end += 1 }
        found = (start..<end, position + 1 - range.lowerBound)
        if !longest { break }
      }
    }
    return found
  }

  /// The longest start of what follows a position that is mapped.
  func longestMatch(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> (target: ArraySlice<UInt8>, length: Int)?
  {
    match(bytes, position..<bytes.count, longest: true).map { (strings[$0.target], $0.length) }
  }

  /// As the `tokenizers` package applies it: to grapheme clusters of less than six bytes as a whole, by the shortest start
  /// that is mapped, and to the characters of others.
  func normalizedByCluster(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    bytes.withUnsafeBufferPointer { bytes in
      var position = 0
      while position < bytes.count {
        // A cluster of ASCII is one character, apart from a line's end in two.
        if bytes[position] < 0x80, position + 1 == bytes.count || bytes[position + 1] < 0x80,
          bytes[position] != 0x0D
        {
          transform(bytes, position..<position + 1, into: &result)
          position += 1
          continue
        }
        var end = position + 1
        while end < bytes.count, !(bytes[end] < 0x80 && bytes[end - 1] < 0x80 && bytes[end] != 0x0A) { end += 1 }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[position..<end]), as: UTF8.self)
        for cluster in text {
          let length = cluster.utf8.count
          if length < 6, let match = match(bytes, position..<position + length, longest: false) {
            result.append(contentsOf: strings[match.target])
          } else {
            var inner = position
            while inner < position + length {
              let (_, next) = bytes.scalar(at: inner)
              transform(bytes, inner..<next, into: &result)
              inner = next
            }
          }
          position += length
        }
      }
    }
    return result
  }

  private func transform(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into result: inout [UInt8]) {
    if let match = match(bytes, range, longest: false) {
      result.append(contentsOf: strings[match.target])
    } else {
      result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
    }
  }
}

/// Normalises as the SentencePiece library does (Kudo and Richardson 2018, arXiv 1808.06226).
struct SentencePieceNormalizer: Sendable {
  var map: CharacterMap?
  var removesExtraSpaces: Bool
  var addsPrefix: Bool
  /// What stands for a space.
  static let mark: [UInt8] = [0xE2, 0x96, 0x81]

  func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { bytes in
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count + bytes.count / 4 + 3)
      var position = 0
      if removesExtraSpaces {
        while position < bytes.count {
          let (prefix, next) = prefix(bytes, at: position)
          guard prefix.count == 1, prefix.first == 0x20 else { break }
          position = next
        }
      }
      if position == bytes.count { return [] }
      if addsPrefix { result += Self.mark }
      var isPreviousSpace = removesExtraSpaces
      while position < bytes.count {
        let (whole, next) = prefix(bytes, at: position)
        let kept = isPreviousSpace ? whole.drop { $0 == 0x20 } : whole[...]
        for byte in kept {
          if byte == 0x20 { result += Self.mark } else { result.append(byte) }
        }
        if let last = kept.last { isPreviousSpace = last == 0x20 }
        if !removesExtraSpaces { isPreviousSpace = false }
        position = next
      }
      if removesExtraSpaces {
        while result.count >= 3, result.suffix(3).elementsEqual(Self.mark) { result.removeLast(3) }
      }
      return result
    }
  }

  /// What the text at a position starts with after the map, and where it goes on.
  private func prefix(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> (ArraySlice<UInt8>, next: Int) {
    if let match = map?.longestMatch(bytes, at: position) { return (match.target, position + match.length) }
    let next = bytes.scalar(at: position).next
    return (ArraySlice(bytes[position..<next]), next)
  }
}
