/// A way of packing elements. `expand` unpacks one block.
///
/// The results are those of ggml's reference, bit for bit: the products of a scale with a quantum are exact in single
/// precision (11 bits of a half, 6 of a sub-scale, 5 of a quantum), so that fusing a product with a sum, which some
/// compilers do and some do not, changes nothing.
protocol BlockFormat {
  static var elements: Int { get }
  static var bytes: Int { get }
  /// - Parameters:
  ///   - block: `bytes` readable bytes, at any address.
  ///   - output: Room for `elements`.
  static func expand(_ block: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>)
}

extension GGUFType {
  /// Unpacks `blocks` blocks.
  /// - Parameters:
  ///   - source: `blocks * blockBytes` readable bytes, at any address.
  ///   - output: Room for `blocks * blockElements`.
  func expand(_ source: UnsafeRawPointer, blocks: Int, into output: UnsafeMutablePointer<Float>) {
    switch self {
    case .f32: UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: blocks * 4)
    case .f16: expandHalves(source, count: blocks, into: output)
    case .bf16: expandBFloat16s(source, count: blocks, into: output)
    case .f64: convert(source, blocks, output) { Float(Double(bitPattern: $0)) }
    case .i8: convert(source, blocks, output) { (value: Int8) in Float(value) }
    case .i16: convert(source, blocks, output) { (value: Int16) in Float(value) }
    case .i32: convert(source, blocks, output) { (value: Int32) in Float(value) }
    case .i64: convert(source, blocks, output) { (value: Int64) in Float(value) }
    case .q4_0: expandBlocks(Q4x0.self, source, blocks, output)
    case .q4_1: expandBlocks(Q4x1.self, source, blocks, output)
    case .q5_0: expandBlocks(Q5x0.self, source, blocks, output)
    case .q5_1: expandBlocks(Q5x1.self, source, blocks, output)
    case .q8_0: expandBlocks(Q8x0.self, source, blocks, output)
    case .q2_K: expandBlocks(Q2K.self, source, blocks, output)
    case .q3_K: expandBlocks(Q3K.self, source, blocks, output)
    case .q4_K: expandBlocks(Q4K.self, source, blocks, output)
    case .q5_K: expandBlocks(Q5K.self, source, blocks, output)
    case .q6_K: expandBlocks(Q6K.self, source, blocks, output)
    }
  }
}

@inline(__always)
private func expandBlocks<Format: BlockFormat>(
  _: Format.Type, _ source: UnsafeRawPointer, _ blocks: Int, _ output: UnsafeMutablePointer<Float>
) {
  for block in 0..<blocks { Format.expand(source + block &* Format.bytes, output + block &* Format.elements) }
}

@inline(__always)
private func convert<Number: FixedWidthInteger & BitwiseCopyable>(
  _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>, _ float: (Number) -> Float
) {
  for index in 0..<count {
    output[index] = float(source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Number>.size, as: Number.self))
  }
}
