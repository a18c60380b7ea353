import Foundation
import Testing

@testable import GGUF

struct GGUFWriterTests {
  private func item(_ name: String, _ shape: [Int], _ values: [Float]) -> GGUFWriter.Item {
    GGUFWriter.Item(name: name, type: .f32, shape: shape) { body in try values.withUnsafeBytes { try body($0) } }
  }

  @Test(arguments: [32, 8, 4096])
  func whatIsWrittenIsRead(alignment: Int) throws {
    let path = GGUFFixtures.temporaryPath()
    defer { unlink(path) }
    let metadata: [(key: String, field: GGUFField)] = [
      ("a.uint8", .uint8(1)), ("a.int8", .int8(-1)), ("a.uint16", .uint16(2)), ("a.int16", .int16(-2)),
      ("a.uint32", .uint32(3)), ("a.int32", .int32(-3)), ("a.uint64", .uint64(4)), ("a.int64", .int64(-4)),
      ("a.float32", .float32(0.5)), ("a.float64", .float64(0.1)), ("a.bool", .bool(true)), ("a.string", .string("é")),
      ("a.strings", .strings(["x", ""])), ("a.floats", .floats([1.5])), ("a.int32s", .int32s([7, -7])),
      ("a.bools", .bools([])), ("a.nested", try #require(.array([.strings(["p"]), .strings([])]))),
    ]
    let pieces = GGUFWriter.Item(name: "pieces", type: .q8_0, shape: [2, 32]) { body in
      for row in 0..<2 { try [UInt8](repeating: UInt8(row), count: 34).withUnsafeBytes { try body($0) } }
    }
    try GGUFWriter.write(
      [item("x", [3], [1, 2, 3]), item("empty", [0, 4], []), pieces, item("scalar", [], [9])], metadata: metadata,
      alignment: alignment, to: path)
    let file = try GGUFFile(path: path)
    #expect(file.alignment == alignment)
    #expect(Array(file.metadataKeys.prefix(metadata.count)) == metadata.map(\.key))
    for (key, field) in metadata { #expect(file.field(key) == field) }
    #expect(file.metadata["a.int16"] == .int(-2))
    #expect(file.metadata["a.nested"] == .array([.strings(["p"]), .strings([])]))
    #expect(file.metadata["a.bools"] == .array([]))
    #expect(file.orderedTensors.map(\.shape) == [[3], [0, 4], [2, 32], []])
    #expect(try file.floats(try #require(file.tensors["x"])) == [1, 2, 3])
    #expect(try file.floats(try #require(file.tensors["empty"])) == [])
    #expect(try file.floats(try #require(file.tensors["scalar"])) == [9])
    let packed = try #require(file.tensors["pieces"])
    #expect(
      file.withBytes(of: packed) { Array($0) } == [UInt8](repeating: 0, count: 34) + [UInt8](repeating: 1, count: 34))
  }

  /// Another program's file, written again by this one, is the same file.
  @Test(arguments: ["metadata", "Q6_K", "fuzz/valid-types", "fuzz/valid-alignment-64"])
  func copyingAFileGivesTheSameBytes(name: String) throws {
    let path = GGUFFixtures.temporaryPath()
    defer { unlink(path) }
    let original = try GGUFFixtures.open(name)
    let items = original.orderedTensors.map { tensor in
      GGUFWriter.Item(name: tensor.name, type: tensor.type, shape: tensor.shape) { body in
        try original.withBytes(of: tensor) { try body($0) }
      }
    }
    let metadata = original.metadataKeys.compactMap { key in original.field(key).map { (key: key, field: $0) } }
    try GGUFWriter.write(items, metadata: metadata, alignment: original.alignment, to: path)
    let copy = try GGUFFile(path: path)
    #expect(Set(copy.metadataKeys) == Set(original.metadataKeys))
    #expect(copy.metadata == original.metadata)
    for tensor in original.orderedTensors {
      let twin = try #require(copy.tensors[tensor.name])
      #expect(copy.withBytes(of: twin) { Array($0) } == original.withBytes(of: tensor) { Array($0) })
    }
    if original.alignment == 32, name != "metadata" {
      let (mine, theirs) = try (
        Data(contentsOf: URL(fileURLWithPath: path)), Data(contentsOf: URL(fileURLWithPath: original.path))
      )
      #expect(mine == theirs)
    }
  }

  @Test func aFailureLeavesTheOldFileAndNoRest() throws {
    struct Refused: Error {}
    let path = GGUFFixtures.temporaryPath()
    defer { unlink(path) }
    try GGUFWriter.write([item("x", [1], [1])], metadata: [], to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let failing = GGUFWriter.Item(name: "z", type: .i8, shape: [1]) { _ in throw Refused() }
    #expect(throws: GGUFError.self) { try GGUFWriter.write([failing], metadata: [], to: path) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test func whatTheReaderWouldRefuseIsNotWritten() {
    let path = GGUFFixtures.temporaryPath()
    let half = GGUFWriter.Item(name: "h", type: .q4_0, shape: [16]) { _ in }
    let deep = GGUFWriter.Item(name: "d", type: .f32, shape: [1, 1, 1, 1, 1]) { _ in }
    for items in [[half], [deep], [item("x", [1], [1]), item("x", [1], [1])], [item("", [1], [1])]] {
      #expect(throws: GGUFError.self) { try GGUFWriter.write(items, metadata: [], to: path) }
    }
    #expect(throws: GGUFError.self) {
      try GGUFWriter.write([], metadata: [("a", .bool(true)), ("a", .bool(true))], to: path)
    }
    #expect(throws: GGUFError.self) { try GGUFWriter.write([], metadata: [], alignment: 24, to: path) }
    #expect(GGUFField.array([.bool(true), .uint8(1)]) == nil)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() {
    #expect {
      try GGUFWriter.write([], metadata: [], to: "/nowhere/at/all.gguf")
    } throws: {
      "\($0)".contains("cannot be written") && "\($0)".contains("/nowhere/at/all.gguf")
    }
  }
}
