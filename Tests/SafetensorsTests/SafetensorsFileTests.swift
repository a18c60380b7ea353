import Foundation
import Testing

@testable import Safetensors

struct SafetensorsFileTests {
  /// A file made of a header and data.
  private func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    var bytes = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header.utf8)
    bytes.append(contentsOf: data)
    try bytes.write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func tensorsAreFoundWhereTheHeaderSays() throws {
    let path = try file(
      #"{"__metadata__":{"made":"here"},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"a":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}"#,
      data: [1, 2, 3, 4, 5, 6])
    defer { unlink(path) }
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["made": "here"])
    #expect(file.entries["a"]?.shape == [1, 2])
    #expect(file.entries["a"]?.type == .float16)
    let b = try #require(file.entries["b"])
    #expect(file.withBytes(of: b) { Array($0) } == [5, 6])
  }

  @Test func emptyTensorsAndScalarsAreFine() throws {
    let path = try file(
      #"{"none":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"one":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#,
      data: [7])
    defer { unlink(path) }
    let file = try SafetensorsFile(path: path)
    #expect(file.entries["none"]?.range.isEmpty == true)
    #expect(file.entries["one"]?.shape == [])
  }

  static let damaged: [(name: String, header: String, data: [UInt8], length: UInt64?)] = [
    ("gap", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, [0, 0], nil),
    (
      "overlap",
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
      [0, 0, 0], nil
    ),
    ("bytes behind the last tensor", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, [0, 0], nil),
    ("outside the file", #"{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}"#, [0], nil),
    ("negative offset", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}"#, [0], nil),
    ("reversed offsets", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, [0], nil),
    ("negative size", #"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, [0], nil),
    (
      "a shape that overflows",
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, [], nil
    ),
    ("shape and bytes disagree", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}"#, [0], nil),
    ("unknown type", #"{"a":{"dtype":"F3","shape":[1],"data_offsets":[0,1]}}"#, [0], nil),
    ("missing shape", #"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, [0], nil),
    ("one offset", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, [0], nil),
    ("an array for a header", "[]", [], nil),
    ("no JSON", "{", [], nil),
    ("metadata that are no strings", #"{"__metadata__":{"a":1}}"#, [], nil),
    ("a header longer than the file", "{}", [], 1 << 40),
    ("a header of absurd length", "{}", [], .max),
  ]

  @Test(arguments: damaged.indices)
  func damagedFilesAreRefused(index: Int) throws {
    let sample = Self.damaged[index]
    let path = try file(sample.header, data: sample.data, length: sample.length)
    defer { unlink(path) }
    #expect(throws: SafetensorsError.self, "\(sample.name)") { _ = try SafetensorsFile(path: path) }
  }

  @Test func everyTruncationIsRefused() throws {
    let path = try file(
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#, data: [UInt8](repeating: 1, count: 12))
    defer { unlink(path) }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for length in 0..<whole.count {
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile.header(whole.prefix(length), path: "cut") }
    }
  }

  /// Flipping any bit gives a file that is refused or whose tensors all lie inside it.
  @Test func flippedBitsNeverLeadOutside() throws {
    let path = try file(
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"I8","shape":[2,2],"data_offsets":[12,16]}}"#,
      data: [UInt8](repeating: 1, count: 16))
    defer { unlink(path) }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for position in 0..<(whole.count - 16) {
      for bit in 0..<8 {
        var changed = whole
        changed[position] ^= 1 << bit
        guard let header = try? SafetensorsFile.header(changed, path: "flipped") else { continue }
        for entry in header.entries.values { #expect(entry.range.upperBound <= changed.count) }
      }
    }
  }

  @Test func missingFilesAreNamed() {
    #expect {
      _ = try SafetensorsFile(path: "/nowhere/at/all.safetensors")
    } throws: {
      "\($0)".contains("/nowhere/at/all.safetensors")
    }
  }
}

struct SafetensorsWriterTests {
  private func item(_ name: String, _ values: [Float]) -> SafetensorsWriter.Item {
    SafetensorsWriter.Item(name: name, type: .float32, shape: [values.count]) { body in
      try values.withUnsafeBytes { try body($0) }
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { unlink(path) }
    try SafetensorsWriter.write([item("x", [1, 2, 3]), item("y", [])], metadata: ["step": "7"], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["step": "7"])
    let x = try #require(file.entries["x"])
    #expect(x.range.lowerBound % 8 == 0)
    #expect(file.withBytes(of: x) { Array($0.bindMemory(to: Float.self)) } == [1, 2, 3])
  }

  @Test func aFailureLeavesTheOldFileAndNoRest() throws {
    struct Refused: Error {}
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { unlink(path) }
    try SafetensorsWriter.write([item("x", [1])], to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let failing = SafetensorsWriter.Item(name: "z", type: .uint8, shape: [1]) { _ in throw Refused() }
    #expect(throws: SafetensorsError.self) { try SafetensorsWriter.write([failing], to: path) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    #expect {
      try SafetensorsWriter.write([item("x", [1])], to: "/nowhere/at/all.safetensors")
    } throws: {
      "\($0)".contains("cannot be written") && "\($0)".contains("/nowhere/at/all.safetensors")
    }
  }
}
