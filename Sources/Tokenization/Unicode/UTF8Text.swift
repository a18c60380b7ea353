/// Valid UTF-8 read scalar by scalar, without going through `String`.
extension UnsafeBufferPointer<UInt8> {
  /// The scalar at a position that starts one, and where the next one starts.
  @inline(__always)
  func scalar(at position: Int) -> (scalar: Unicode.Scalar, next: Int) {
    let lead = self[position]
    if lead < 0x80 { return (Unicode.Scalar(lead), position + 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    // A `String`'s bytes are valid; of others a cut-off end reads as U+FFFD and never beyond the buffer.
    guard position + length <= count else { return ("\u{FFFD}", count) }
    var code = UInt32(lead) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
    for offset in 1..<length { code = code << 6 | UInt32(self[position + offset] & 0x3F) }
    return (Unicode.Scalar(code) ?? "\u{FFFD}", position + length)
  }

  /// Where the scalar that ends before a position starts.
  @inline(__always)
  func startOfScalar(endingAt end: Int) -> Int {
    var start = end - 1
    while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func append(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    if value < 0x80 {
      append(UInt8(value))
    } else if value < 0x800 {
      append(UInt8(0xC0 | value >> 6))
      append(UInt8(0x80 | value & 0x3F))
    } else if value < 0x10000 {
      append(UInt8(0xE0 | value >> 12))
      append(UInt8(0x80 | value >> 6 & 0x3F))
      append(UInt8(0x80 | value & 0x3F))
    } else {
      append(UInt8(0xF0 | value >> 18))
      append(UInt8(0x80 | value >> 12 & 0x3F))
      append(UInt8(0x80 | value >> 6 & 0x3F))
      append(UInt8(0x80 | value & 0x3F))
    }
  }

  /// The bytes put through a mapping of scalars to none, one or more. ASCII that stays is copied as it is.
  func mappingScalars(_ body: (Unicode.Scalar, inout [UInt8]) -> Void) -> [UInt8] {
    var mapped: [UInt8] = []
    mapped.reserveCapacity(count + count / 8)
    withUnsafeBufferPointer { bytes in
      var position = 0
      while position < bytes.count {
        let (scalar, next) = bytes.scalar(at: position)
        body(scalar, &mapped)
        position = next
      }
    }
    return mapped
  }
}
