/// Half precision to single, exactly; bits of a NaN are kept.
///
/// The cases are chosen by masks of integer arithmetic here and below: with comparisons of vectors and `replacing` this
/// measured more than ten times slower.
func expandHalves(_ source: UnsafeRawPointer, count: Int, into output: UnsafeMutablePointer<Float>) {
  let whole = count & ~7
  for index in stride(from: 0, to: whole, by: 8) {
    let bits = SIMD8<Int32>(truncatingIfNeeded: source.loadUnaligned(fromByteOffset: index &* 2, as: SIMD8<Int16>.self))
    let magnitude = bits & 0x7FFF
    // All ones where the difference is negative. The exponent's offset counts twice for infinities and NaNs.
    let isSpecial = (0x7BFF &- magnitude) &>> 31
    let isSubnormal = (magnitude &- 0x400) &>> 31
    let widened = magnitude &<< 13 &+ 0x3800_0000 &+ (isSpecial & 0x3800_0000)
    let subnormal = unsafeBitCast(SIMD8<Float>(magnitude) * 0x1p-24, to: SIMD8<Int32>.self)
    let value = (widened & ~isSubnormal) | (subnormal & isSubnormal)
    UnsafeMutableRawPointer(output + index).storeBytes(
      of: value | (bits & .init(repeating: .min)), as: SIMD8<Int32>.self)
  }
  for index in whole..<count { output[index] = source.half(index &* 2) }
}

/// bfloat16 to single: the upper half of its bits.
func expandBFloat16s(_ source: UnsafeRawPointer, count: Int, into output: UnsafeMutablePointer<Float>) {
  for index in 0..<count {
    output[index] = Float(
      bitPattern: UInt32(source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)) << 16)
  }
}

/// Single precision to bfloat16, rounded to nearest, ties to even; a NaN keeps its sign and upper bits and becomes quiet,
/// as in ggml.
func roundToBFloat16(_ source: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<UInt16>) {
  let whole = count & ~7
  for index in stride(from: 0, to: whole, by: 8) {
    let bits = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD8<Int32>.self)
    let rounded = bits &+ 0x7FFF &+ ((bits &>> 16) & 1)
    // All ones where the magnitude is beyond infinity's: the difference is negative.
    let isNaN = (0x7F80_0000 &- (bits & 0x7FFF_FFFF)) &>> 31
    let chosen = (rounded & ~isNaN) | ((bits | 0x40_0000) & isNaN)
    UnsafeMutableRawPointer(output + index).storeBytes(
      of: SIMD8<Int16>(truncatingIfNeeded: chosen &>> 16), as: SIMD8<Int16>.self)
  }
  for index in whole..<count { output[index] = bfloat16(source[index]) }
}

/// One number as bfloat16; what ``roundToBFloat16(_:count:into:)`` does, to be read.
func bfloat16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  let rounded = bits &+ 0x7FFF &+ (bits >> 16 & 1)
  return UInt16(truncatingIfNeeded: (value.isNaN ? bits | 0x40_0000 : rounded) >> 16)
}
