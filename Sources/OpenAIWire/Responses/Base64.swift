import Foundation

/// Vectors as OpenAI's interface packs them: 32-bit floats, little-endian, in base64.
enum Base64 {
  static func text(_ vector: [Float]) -> String {
    var data = Data(capacity: vector.count * 4)
    for value in vector { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    return data.base64EncodedString()
  }

  /// Nil where it is no base64 or no whole number of floats.
  static func floats(_ text: String) -> [Float]? {
    guard let data = Data(base64Encoded: text), data.count.isMultiple(of: 4) else { return nil }
    return data.withUnsafeBytes { bytes in
      (0..<(bytes.count / 4)).map { index in
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
      }
    }
  }
}
