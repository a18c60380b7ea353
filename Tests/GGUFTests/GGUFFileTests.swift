import Foundation
import Testing

@testable import GGUF

struct GGUFFileTests {
  @Test func everyKindOfValueIsRead() throws {
    let file = try GGUFFixtures.open("metadata")
    #expect(file.version == 3)
    #expect(file.alignment == 32)
    #expect(file.orderedTensors.isEmpty)
    #expect(file.metadataKeys.first == "general.architecture")
    let values = file.metadata
    #expect(values["number.uint8"] == .uint(0xFE))
    #expect(values["number.int8"] == .int(-2))
    #expect(values["number.uint16"] == .uint(0xFFFE))
    #expect(values["number.int16"] == .int(-300))
    #expect(values["number.uint32"] == .uint(0xFFFF_FFFE))
    #expect(values["number.int32"] == .int(-70_000))
    #expect(values["number.uint64"] == .uint(.max - 1))
    #expect(values["number.int64"] == .int(.min))
    #expect(values["number.float32"] == .float(Double(Float(0.1))))
    #expect(values["number.float64"] == .float(0.1))
    #expect(values["flag.true"] == .bool(true))
    #expect(values["flag.false"] == .bool(false))
    #expect(values["text.plain"] == .string("hello"))
    #expect(values["text.empty"] == .string(""))
    #expect(values["text.wide"] == .string("héllo 👋🏽 \u{0} ▁"))
    #expect(values["array.strings"] == .strings(["a", "", "▁the", "<0x0A>"]))
    #expect(values["array.floats"] == .floats([0.5, -1.25, 1e30]))
    #expect(values["array.integers"] == .integers([1, -2, 3]))
    #expect(values["array.bools"] == .array([.bool(true), .bool(false), .bool(true)]))
    #expect(values["array.bytes"] == .integers([250, 251, 252, 253, 254, 255]))
    #expect(values["array.nested"] == .array([.integers([1, 2]), .integers([3])]))
  }

  @Test func valuesAreReachedByKind() throws {
    let values = try GGUFFixtures.open("metadata").metadata
    #expect(values["number.uint8"]?.integer == 0xFE)
    #expect(values["number.uint64"]?.integer == nil)
    #expect(values["number.int32"]?.double == -70_000)
    #expect(values["number.float64"]?.double == 0.1)
    #expect(values["number.float64"]?.integer == nil)
    #expect(values["flag.true"]?.bool == true)
    #expect(values["text.plain"]?.string == "hello")
    #expect(values["text.plain"]?.strings == nil)
    #expect(values["array.strings"]?.strings?.count == 4)
    #expect(values["array.floats"]?.floats == [0.5, -1.25, 1e30])
    #expect(values["array.integers"]?.integers == [1, -2, 3])
    #expect(values["array.bools"]?.bools == [true, false, true])
    #expect(values["array.nested"]?.bools == nil)
    #expect(values["array.nested"]?.count == 2)
    #expect(GGUFValue.array([.float(0.5)]).floats == [0.5])
    #expect(GGUFValue.array([.float(0.5), .bool(true)]).floats == nil)
  }

  @Test func stringsThatAreNoUTF8KeepTheirBytes() throws {
    let path = GGUFFixtures.folder.appendingPathComponent("fuzz/valid-bad-utf8-token.gguf").path
    let file = try GGUFFile(path: path)
    #expect(file.metadata["tokens"]?.strings == ["\u{FFFD}\u{FFFD}", "ok"])
    #expect(file.stringBytes("tokens") == [[0xFF, 0xFE], Array("ok".utf8)])
    let metadata = try GGUFFixtures.open("metadata")
    #expect(metadata.stringBytes("text.plain") == [Array("hello".utf8)])
    #expect(metadata.stringBytes("number.uint8") == nil)
    #expect(metadata.stringBytes("absent") == nil)
  }

  @Test func tensorsAreDescribedOutermostFirst() throws {
    let file = try GGUFFixtures.open("Q4_K")
    let packed = try #require(file.tensors["packed"])
    #expect(packed.shape == [2, 3, 512])
    #expect(packed.rows == 6)
    #expect(packed.rowElements == 512)
    #expect(packed.elements == 3072)
    #expect(packed.rowBytes == 288)
    #expect(packed.range.count == 6 * 288)
    #expect(packed.range.lowerBound % file.alignment == 0)
    #expect(file.orderedTensors.map(\.name) == ["packed", "expected", "rounded"])
    #expect(file.withBytes(of: packed) { $0.count } == packed.range.count)
  }

  @Test func whatMayBeOddIsRead() throws {
    for (name, bytes) in try GGUFFixtures.corpus("valid-") {
      #expect(throws: Never.self, "\(name)") { _ = try GGUFFixtures.contents(bytes) }
    }
    let aligned = try #require(try GGUFFixtures.corpus("valid-alignment-64").first)
    #expect(try GGUFFixtures.contents(aligned.bytes).alignment == 64)
    let scalar = try #require(try GGUFFixtures.corpus("valid-scalar").first)
    let tensors = try GGUFFixtures.contents(scalar.bytes).tensorsByName
    #expect(tensors["s"]?.shape == [])
    #expect(tensors["s"]?.elements == 1)
    #expect(tensors["e"]?.shape == [3, 0])
    #expect(tensors["e"]?.range.isEmpty == true)
    let second = try #require(try GGUFFixtures.corpus("valid-version-2").first)
    #expect(try GGUFFixtures.contents(second.bytes).version == 2)
  }

  @Test func typesKnowTheirBlocks() {
    #expect(GGUFType.allCases.map(\.name).contains("Q4_K"))
    #expect(GGUFType.bf16.name == "BF16")
    #expect(GGUFType.q4_0.bitsPerElement == 4.5)
    #expect(GGUFType.name(ofCode: 20) == "IQ4_NL")
    #expect(GGUFType.name(ofCode: 999) == "number 999")
  }

  @Test func filesThatCannotBeOpenedAreNamed() {
    for path in ["/nowhere/at/all.gguf", NSTemporaryDirectory(), "/dev/null"] {
      #expect {
        _ = try GGUFFile(path: path)
      } throws: {
        "\($0)".contains(path) && "\($0)".contains("cannot be read")
      }
    }
  }

  @Test func aFileChangedWhileOpenIsNoticed() throws {
    let path = GGUFFixtures.temporaryPath()
    defer { unlink(path) }
    let original = try Data(contentsOf: GGUFFixtures.folder.appendingPathComponent("F32.gguf"))
    try original.write(to: URL(fileURLWithPath: path))
    let file = try GGUFFile(path: path)
    let tensor = try #require(file.tensors["packed"])
    #expect(throws: Never.self) { try file.checkUnchanged() }
    truncate(path, original.count - 1)
    #expect(throws: GGUFError.changed(path: path)) { try file.checkUnchanged() }
    #expect(throws: GGUFError.changed(path: path)) { _ = try file.floats(tensor) }
  }
}
