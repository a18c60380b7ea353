import Foundation
import TestSupport
import Testing

@testable import GGUF

struct DequantizationTests {
  /// Bits, with every NaN the same: which of two NaNs' bits a product keeps is the processor's choice.
  private func comparable(_ value: Float) -> UInt32 { value.isNaN ? 0x7FC0_0000 : value.bitPattern }

  private func comparable(bfloat16 bits: UInt16) -> UInt16 { bits & 0x7FFF > 0x7F80 ? 0x7FC0 : bits }

  @Test(arguments: GGUFType.allCases)
  func everyTypeUnpacksAsTheReferenceDoes(type: GGUFType) throws {
    let file = try GGUFFixtures.open(type.name)
    let packed = try #require(file.tensors["packed"])
    let expected = try file.floats(try #require(file.tensors["expected"]))
    #expect(packed.type == type)
    #expect(packed.shape.prefix(2) == [2, 3])
    #expect(try file.floats(packed).map(comparable) == expected.map(comparable))
    if type.isQuantized {
      #expect(expected.contains { $0.isNaN })
      #expect(expected.contains { $0.isInfinite })
    }
  }

  @Test(arguments: GGUFType.allCases)
  func everyTypeRoundsToBFloat16AsTheReferenceDoes(type: GGUFType) throws {
    let file = try GGUFFixtures.open(type.name)
    let packed = try #require(file.tensors["packed"])
    let rounded = try #require(file.tensors["rounded"])
    let expected = file.withBytes(of: rounded) { bytes in
      (0..<rounded.elements).map { bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
    }
    #expect(try file.bfloat16s(packed).map(comparable(bfloat16:)) == expected.map(comparable(bfloat16:)))
  }

  @Test(arguments: [GGUFType.q4_K, .q5_0, .f16, .bf16])
  func rowsUnpackByThemselves(type: GGUFType) throws {
    let file = try GGUFFixtures.open(type.name)
    let packed = try #require(file.tensors["packed"])
    let whole = try file.floats(packed).map(comparable)
    let rounded = try file.bfloat16s(packed).map(comparable(bfloat16:))
    let length = packed.rowElements
    for rows in [0..<1, 2..<5, 5..<6, 3..<3] {
      let part = (rows.lowerBound * length)..<(rows.upperBound * length)
      #expect(try file.floats(packed, rows: rows).map(comparable) == Array(whole[part]))
      #expect(try file.bfloat16s(packed, rows: rows).map(comparable(bfloat16:)) == Array(rounded[part]))
    }
  }

  /// Swift's own conversion, of every half there is.
  @Test func everyHalfIsWidenedExactly() throws {
    let halves = (0...UInt16.max).map { $0 }
    var widened = [Float](repeating: 0, count: halves.count - 1)
    // One less than all, so that the last ones go element by element.
    halves.withUnsafeBytes { expandHalves($0.baseAddress!, count: widened.count, into: &widened) }
    for (bits, value) in zip(halves, widened) {
      let expected = Float(Float16(bitPattern: bits))
      let same = expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern
      #expect(same && GGUF.widened(half: bits).bitPattern == value.bitPattern, "\(bits)")
    }
  }

  @Test func roundingInLanesIsRoundingOneByOne() {
    var bits: [UInt32] = []
    for high in stride(from: UInt32(0), through: 0xFFFF, by: 7) {
      for low: UInt32 in [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] { bits.append(high << 16 | low) }
    }
    bits += [0x7F80_0000, 0x7F80_0001, 0xFF80_0000, 0xFFFF_FFFF, 0x7F7F_FFFF, 0x7FFF_FFFF, 0x8000_0000]
    let floats = bits.map { Float(bitPattern: $0) }
    var rounded = [UInt16](repeating: 0, count: floats.count)
    roundToBFloat16(floats, count: floats.count, into: &rounded)
    for (value, found) in zip(floats, rounded) {
      #expect(found == bfloat16(value), "\(value.bitPattern)")
      let widened = Float(bitPattern: UInt32(found) << 16)
      guard !value.isNaN else {
        #expect(widened.isNaN)
        continue
      }
      // No neighbour is nearer, and a tie went to the even one.
      for neighbour in [found &- 1, found &+ 1] where value.isFinite && widened.isFinite && found & 0x7FFF != 0 {
        let other = Float(bitPattern: UInt32(neighbour) << 16)
        let (near, far) = (abs(Double(value) - Double(widened)), abs(Double(value) - Double(other)))
        #expect(!other.isFinite || near < far || (near == far && found & 1 == 0), "\(value)")
      }
    }
  }

  /// Blocks that end where memory ends: not a byte more is read than they have.
  @Test(arguments: GGUFType.allCases)
  func nothingBehindABlockIsRead(type: GGUFType) {
    for blocks in 1...3 {
      let source = GuardedBytes([UInt8](repeating: 0x35, count: blocks * type.blockBytes))
      var output = [Float](repeating: .infinity, count: blocks * type.blockElements)
      type.expand(source.bytes.baseAddress!, blocks: blocks, into: &output)
      #expect(output.allSatisfy { $0.isFinite })
      var rounded = [UInt16](repeating: 0x7FC0, count: output.count)
      type.expand(source.bytes.baseAddress!, blocks: blocks, intoBFloat16: &rounded)
      #expect(rounded == (type == .bf16 ? rounded : output.map(bfloat16)))
    }
  }

  /// Enough for several cores, in pieces that do not come out even.
  @Test(arguments: [GGUFType.q8_0, .q4_K, .f32])
  func manyPiecesMakeOneTensor(type: GGUFType) throws {
    let (rows, row) = (701, 256)
    var packed = [UInt8](repeating: 0, count: rows * row / type.blockElements * type.blockBytes)
    for index in packed.indices { packed[index] = UInt8(truncatingIfNeeded: (index &* 2_654_435_761) >> 9) & 0x3B }
    let path = GGUFFixtures.temporaryPath()
    defer { unlink(path) }
    let item = GGUFWriter.Item(name: "t", type: type, shape: [rows, row]) { body in
      try packed.withUnsafeBytes { try body($0) }
    }
    try GGUFWriter.write([item], metadata: [], to: path)
    let file = try GGUFFile(path: path)
    var expected = [Float](repeating: 0, count: rows * row)
    packed.withUnsafeBytes {
      type.expand($0.baseAddress!, blocks: rows * row / type.blockElements, into: &expected)
    }
    let tensor = try #require(file.tensors["t"])
    #expect(try file.floats(tensor) == expected)
    #expect(try file.bfloat16s(tensor) == expected.map(bfloat16))
  }

  @Test func buffersAndRowsThatDoNotFitAreRefused() throws {
    let file = try GGUFFixtures.open("Q8_0")
    let packed = try #require(file.tensors["packed"])
    var values = [Float](repeating: 0, count: packed.elements - 1)
    #expect {
      try values.withUnsafeMutableBufferPointer { try file.dequantize(packed, into: $0) }
    } throws: {
      "\($0)".contains("'packed'") && "\($0)".contains("\(packed.elements - 1)")
    }
    #expect(throws: GGUFError.self) {
      try values.withUnsafeMutableBufferPointer { try file.dequantize(packed, rows: 5..<7, into: $0) }
    }
  }
}
