/// Sixteen elements at a time, in terms that compile to vector instructions on every machine.
typealias Bytes16 = SIMD16<UInt8>
typealias Floats16 = SIMD16<Float>

extension UnsafeRawPointer {
  /// A half-precision number at any address, widened.
  @inline(__always)
  func half(_ offset: Int) -> Float { widened(half: loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

  @inline(__always)
  func bytes16(_ offset: Int) -> Bytes16 { loadUnaligned(fromByteOffset: offset, as: Bytes16.self) }
}

/// A half-precision number widened, exactly; bits of a NaN are kept. Machines of the least common kind have no instruction
/// for it, and the runtime's function is not inlined.
@inline(__always)
func widened(half bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let magnitude = UInt32(bits & 0x7FFF)
  if magnitude < 0x400 {
    // Zero and the subnormal: a count of 2^-24.
    return Float(bitPattern: sign | (Float(Int32(bitPattern: magnitude)) * 0x1p-24).bitPattern)
  }
  let exponentShift: UInt32 = magnitude < 0x7C00 ? 112 << 23 : 224 << 23
  return Float(bitPattern: sign | (magnitude << 13 &+ exponentShift))
}

extension UnsafeMutablePointer<Float> {
  /// Stores `scale * value` of sixteen unsigned values.
  @inline(__always)
  func store(_ offset: Int, signed values: Bytes16, scale: Float) {
    store(offset, Floats16(unsafeBitCast(values, to: SIMD16<Int8>.self)) * scale)
  }

  /// Stores `scale * value + minimum` of sixteen unsigned values, rounded after each step.
  @inline(__always)
  func store(_ offset: Int, _ values: Bytes16, scale: Float, plus minimum: Float) {
    store(offset, Floats16(values) * scale + minimum)
  }

  /// Stores `scale * value - minimum` of sixteen unsigned values, rounded after each step.
  @inline(__always)
  func store(_ offset: Int, _ values: Bytes16, scale: Float, minus minimum: Float) {
    store(offset, Floats16(values) * scale - minimum)
  }

  @inline(__always)
  func store(_ offset: Int, _ values: Floats16) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: values, as: Floats16.self)
  }
}
