// Blocks of 256 elements in groups of 16 or 32, each group with a small integer scale of its own (ggml's K-quants).

/// 16 bytes of group scales (low nibble) and minima (high), 64 bytes of two-bit quanta, a scale and a scale of minima.
/// Each 32 bytes of quanta hold 128 elements, 32 to each pair of bits.
enum Q2K: BlockFormat {
  static var elements: Int { 256 }
  static var bytes: Int { 84 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(80), block.half(82))
    for half in 0..<2 {
      for part in 0..<2 {
        let quanta = block.bytes16(16 + half &* 32 + part &* 16)
        for pair in 0..<4 {
          let group = block.byte(half &* 8 + pair &* 2 + part)
          output.store(
            half &* 128 + pair &* 32 + part &* 16, (quanta &>> UInt8(truncatingIfNeeded: 2 &* pair)) & 3,
            scale: scale * Float(group & 15), minus: minimum * Float(group &>> 4))
        }
      }
    }
  }
}

/// 32 bytes of third bits (inverted: a clear bit takes four away), 64 bytes of two-bit quanta as in Q2_K, 12 bytes of 16
/// six-bit group scales, a scale.
enum Q3K: BlockFormat {
  static var elements: Int { 256 }
  static var bytes: Int { 110 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let scale = block.half(108)
    for part in 0..<2 {
      let thirdBits = block.bytes16(part &* 16)
      for half in 0..<2 {
        let quanta = block.bytes16(32 + half &* 32 + part &* 16)
        for pair in 0..<4 {
          let low = (quanta &>> UInt8(truncatingIfNeeded: 2 &* pair)) & 3
          let high = ((thirdBits &>> UInt8(truncatingIfNeeded: half &* 4 + pair)) & 1) &<< 2
          output.store(
            half &* 128 + pair &* 32 + part &* 16, signed: (low | high) &- 4,
            scale: scale * groupScale(block, half &* 8 + pair &* 2 + part))
        }
      }
    }
  }

  /// Group scale `index`: four low bits in a nibble of the first eight bytes, two high bits in the last four.
  @inline(__always)
  private static func groupScale(_ block: UnsafeRawPointer, _ index: Int) -> Float {
    let low = (block.byte(96 + index & 7) &>> UInt8(truncatingIfNeeded: (index &>> 3) &* 4)) & 15
    let high = (block.byte(104 + index & 3) &>> UInt8(truncatingIfNeeded: (index &>> 2) &* 2)) & 3
    return Float(Int32(low | high &<< 4) &- 32)
  }
}

/// A scale, a scale of minima, 12 bytes of eight six-bit scales and minima, 128 bytes of nibbles: each 32 bytes hold 32
/// elements low and the next 32 high.
enum Q4K: BlockFormat {
  static var elements: Int { 256 }
  static var bytes: Int { 144 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let groups = SixBitGroups(block)
    for pair in 0..<4 {
      let (low, high) = (groups[2 &* pair], groups[2 &* pair + 1])
      for part in 0..<2 {
        let nibbles = block.bytes16(16 + pair &* 32 + part &* 16)
        output.store(pair &* 64 + part &* 16, nibbles & 15, scale: low.scale, minus: low.minimum)
        output.store(pair &* 64 + 32 + part &* 16, nibbles &>> 4, scale: high.scale, minus: high.minimum)
      }
    }
  }
}

/// As Q4_K, with 32 bytes of fifth bits before the nibbles: bit g of byte j belongs to element j of group g.
enum Q5K: BlockFormat {
  static var elements: Int { 256 }
  static var bytes: Int { 176 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let groups = SixBitGroups(block)
    for pair in 0..<4 {
      let (low, high) = (groups[2 &* pair], groups[2 &* pair + 1])
      for part in 0..<2 {
        let fifthBits = block.bytes16(16 + part &* 16) &>> UInt8(truncatingIfNeeded: 2 &* pair)
        let nibbles = block.bytes16(48 + pair &* 32 + part &* 16)
        output.store(
          pair &* 64 + part &* 16, (nibbles & 15) | ((fifthBits & 1) &<< 4), scale: low.scale, minus: low.minimum)
        output.store(
          pair &* 64 + 32 + part &* 16, (nibbles &>> 4) | ((fifthBits & 2) &<< 3), scale: high.scale,
          minus: high.minimum)
      }
    }
  }
}

/// 128 bytes of low nibbles, 64 bytes of two high bits, 16 signed group scales, a scale. Each half of the block: 64 bytes
/// of nibbles (elements 0-63 low, 64-127 high) and 32 bytes of high bits (32 elements to each pair).
enum Q6K: BlockFormat {
  static var elements: Int { 256 }
  static var bytes: Int { 210 }

  @inline(__always)
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let scale = block.half(208)
    for half in 0..<2 {
      for part in 0..<2 {
        let high = block.bytes16(128 + half &* 32 + part &* 16)
        let first = block.bytes16(half &* 64 + part &* 16)
        let second = block.bytes16(half &* 64 + 32 + part &* 16)
        let output = output + half &* 128 + part &* 16
        let groups = block + 192 + half &* 8 + part
        output.store(0, signed: ((first & 15) | ((high & 3) &<< 4)) &- 32, scale: scale * groupScale(groups, 0))
        output.store(32, signed: ((second & 15) | ((high & 12) &<< 2)) &- 32, scale: scale * groupScale(groups, 2))
        output.store(64, signed: ((first &>> 4) | (high & 48)) &- 32, scale: scale * groupScale(groups, 4))
        output.store(
          96, signed: ((second &>> 4) | ((high & 192) &>> 2)) &- 32, scale: scale * groupScale(groups, 6))
      }
    }
  }

  @inline(__always)
  private static func groupScale(_ groups: UnsafeRawPointer, _ index: Int) -> Float {
    Float(Int8(bitPattern: groups.byte(index)))
  }
}

/// The scales and minima of Q4_K's and Q5_K's eight groups, six bits each: groups 0-3 in the low six bits of bytes 0-3
/// and 4-7; of groups 4-7, four bits in the nibbles of bytes 8-11 and two above the others.
private struct SixBitGroups {
  private let block: UnsafeRawPointer
  private let scale: Float
  private let minimum: Float

  @inline(__always)
  init(_ block: UnsafeRawPointer) {
    self.block = block + 4
    scale = block.half(0)
    minimum = block.half(2)
  }

  @inline(__always)
  subscript(_ group: Int) -> (scale: Float, minimum: Float) {
    if group < 4 {
      return (scale * Float(block.byte(group) & 63), minimum * Float(block.byte(group + 4) & 63))
    }
    let low = block.byte(group + 4)
    return (
      scale * Float((low & 15) | ((block.byte(group - 4) &>> 6) &<< 4)),
      minimum * Float((low &>> 4) | ((block.byte(group) &>> 6) &<< 4))
    )
  }
}
