/// The printable character that stands for each byte in a byte-level vocabulary (Radford et al. 2019, GPT-2's
/// `bytes_to_unicode`): printable Latin-1 bytes stand for themselves, the other 68 follow from U+0100.
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      switch UInt32(byte) {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next)!
      }
    }
  }()

  /// The byte of each character, by its code point; 256 for one that stands for no byte.
  private static let byteOfScalar: [UInt16] = {
    var table = [UInt16](repeating: 256, count: 0x100 + 68)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = UInt16(byte) }
    return table
  }()

  /// The byte a character stands for.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard scalar.value < byteOfScalar.count else { return nil }
    return UInt8(exactly: byteOfScalar[Int(scalar.value)])
  }

  /// Bytes as a vocabulary writes them.
  static func text(of bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return String(text)
  }

  /// The bytes a token of a vocabulary stands for; nothing when a character of it stands for none.
  static func bytes(of token: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(token.utf8.count)
    for scalar in token.unicodeScalars {
      guard let byte = byte(of: scalar) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
