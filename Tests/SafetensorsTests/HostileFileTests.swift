import Foundation
import TestSupport
import Testing

@testable import Safetensors

/// Files made to do harm: refused with a reason, whatever they claim. scripts/oracles/safetensors_oracle.py makes them
/// and asks the reference implementation about each.
struct HostileFileTests {
  static func corpus(_ prefix: String = "") throws -> [(name: String, bytes: [UInt8])] {
    let fuzz = Bundle.module.bundleURL.appendingPathComponent("Fixtures/fuzz")
    return try FileManager.default.contentsOfDirectory(atPath: fuzz.path).sorted()
      .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".safetensors") }
      .map { (name: $0, bytes: [UInt8](try Data(contentsOf: fuzz.appendingPathComponent($0)))) }
  }

  @Test func everyValidFileIsTaken() throws {
    let valid = try Self.corpus("valid-")
    #expect(valid.count >= 7)
    for (name, bytes) in valid {
      let guarded = GuardedBytes(bytes)
      #expect(throws: Never.self, "\(name)") { _ = try SafetensorsHeader(guarded.bytes, path: "good") }
    }
  }

  @Test func anotherProgramsFileIsRead() throws {
    let bytes = try #require(try Self.corpus("valid-written").first).bytes
    let header = try bytes.withUnsafeBytes { try SafetensorsHeader($0, path: "written") }
    #expect(header.metadata == ["format": "pt", "made": "hére \\ \""])
    #expect(header.entries["a"]?.shape == [2, 3])
    #expect(header.entries["b.c"]?.shape == [0, 3])
    #expect(header.entries["é\n\""]?.type == .int64)
    let a = try #require(header.entries["a"])
    let values = bytes[a.range].withUnsafeBytes { data in
      (0..<6).map { data.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(values == [0, 1, 2, 3, 4, 5])
  }

  @Test func escapesAreUnderstood() throws {
    let bytes = try #require(try Self.corpus("valid-escapes").first).bytes
    let header = try bytes.withUnsafeBytes { try SafetensorsHeader($0, path: "escapes") }
    #expect(Array(header.entries.keys) == ["é😀/\t"])
  }

  @Test func everyRefusedFileIsRefused() throws {
    let refused = try Self.corpus("refused-")
    #expect(refused.count >= 44)
    let words = [
      "refused-tensor-twice": "'a' is there twice", "refused-offset-boolean": "whole numbers",
      "refused-offset-float": "whole numbers", "refused-nested-deep": "deeper than 32", "refused-gap": "gap",
      "refused-many-dimensions": "more than 16", "refused-type-unknown": "U9",
    ]
    for (name, bytes) in refused {
      let guarded = GuardedBytes(bytes)
      let error = #expect(throws: SafetensorsError.self, "\(name)") {
        _ = try SafetensorsHeader(guarded.bytes, path: "bad.safetensors")
      }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains("bad.safetensors"))
      if let word = words[String(name.dropLast(".safetensors".count))] {
        #expect(message.contains(word), "\(name): \(message)")
      }
    }
  }

  @Test func pipesAndFoldersAreNoFiles() {
    for path in ["/dev/null", NSTemporaryDirectory()] {
      #expect {
        _ = try SafetensorsFile(path: path)
      } throws: {
        "\($0)".contains("no regular file")
      }
    }
  }

  /// Thousands of damaged files, each in memory that ends with it.
  @Test(arguments: [UInt64(1), 2])
  func fuzz(seed: UInt64) throws {
    let words = [
      "{", "}", "[", "]", "\"", ",", ":", "-", "1e3", "true", "null", "\\u0061", "\"a\":", "\"shape\":[]", "0", "9",
    ]
    var mutator = ByteMutator(seed: seed, corpus: try Self.corpus().map(\.bytes), words: words)
    var taken = 0
    for _ in 0..<4000 {
      let bytes = Self.withTrueLength(mutator.next())
      let guarded = GuardedBytes(bytes)
      let header: SafetensorsHeader
      do {
        header = try SafetensorsHeader(guarded.bytes, path: "fuzz")
      } catch {
        continue
      }
      taken += 1
      for entry in header.entries.values {
        #expect(entry.range.lowerBound >= 8 && entry.range.upperBound <= bytes.count)
        #expect(entry.range.count == entry.shape.reduce(entry.type.byteCount, *))
      }
    }
    #expect(taken > 50)
  }

  /// Nearly every damage makes the header's length wrong, after which nothing is read. So of most files it is mended: the
  /// header ends at its last bracket.
  private static func withTrueLength(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 8, bytes[bytes.count - 1] & 3 != 3,
      let end = bytes.lastIndex(of: UInt8(ascii: "}")), end >= 8
    else { return bytes }
    return withUnsafeBytes(of: UInt64(end - 7).littleEndian) { Array($0) } + bytes[8...]
  }
}
