// Blocks of 32 elements with one scale. Byte j of the nibbles holds element j low and element j + 16 high.

/// A scale, then 16 bytes of nibbles: scale * (nibble - 8).
enum Q4x0: BlockFormat {
  static var elements: Int { 32 }
  static var bytes: Int { 18 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let scale = block.half(0)
    let nibbles = block.bytes16(2)
    output.store(0, signed: (nibbles & 15) &- 8, scale: scale)
    output.store(16, signed: (nibbles &>> 4) &- 8, scale: scale)
  }
}

/// A scale, a minimum, then 16 bytes of nibbles: scale * nibble + minimum.
enum Q4x1: BlockFormat {
  static var elements: Int { 32 }
  static var bytes: Int { 20 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(0), block.half(2))
    let nibbles = block.bytes16(4)
    output.store(0, nibbles & 15, scale: scale, plus: minimum)
    output.store(16, nibbles &>> 4, scale: scale, plus: minimum)
  }
}

/// A scale, 32 fifth bits, then 16 bytes of nibbles: scale * (quantum - 16).
enum Q5x0: BlockFormat {
  static var elements: Int { 32 }
  static var bytes: Int { 22 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let scale = block.half(0)
    let nibbles = block.bytes16(6)
    output.store(0, signed: ((nibbles & 15) | fifthBits(block, 2)) &- 16, scale: scale)
    output.store(16, signed: ((nibbles &>> 4) | fifthBits(block, 4)) &- 16, scale: scale)
  }
}

/// A scale, a minimum, 32 fifth bits, then 16 bytes of nibbles: scale * quantum + minimum.
enum Q5x1: BlockFormat {
  static var elements: Int { 32 }
  static var bytes: Int { 24 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(0), block.half(2))
    let nibbles = block.bytes16(8)
    output.store(0, (nibbles & 15) | fifthBits(block, 4), scale: scale, plus: minimum)
    output.store(16, (nibbles &>> 4) | fifthBits(block, 6), scale: scale, plus: minimum)
  }
}

/// A scale, then 32 signed bytes: scale * byte.
enum Q8x0: BlockFormat {
  static var elements: Int { 32 }
  static var bytes: Int { 34 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let scale = block.half(0)
    output.store(0, signed: block.bytes16(2), scale: scale)
    output.store(16, signed: block.bytes16(18), scale: scale)
  }
}

/// Sixteen bits, one to a lane, as 0 or 16.
@inline(__always)
private func fifthBits(_ block: UnsafeRawPointer, _ offset: Int) -> Bytes16 {
  unsafeBitCast(SIMD2(spread(block.byte(offset)), spread(block.byte(offset + 1))), to: Bytes16.self)
}

/// Eight bits, one to a byte, as 0 or 16: bit j is left in byte j by the mask, carried to its bit 7 by the sum (which no
/// byte overflows), and brought down.
@inline(__always)
private func spread(_ bits: UInt8) -> UInt64 {
  let alone = UInt64(bits) &* 0x0101_0101_0101_0101 & 0x8040_2010_0804_0201
  return (alone &+ 0x7F7F_7F7F_7F7F_7F7F) &>> 3 & 0x1010_1010_1010_1010
}
