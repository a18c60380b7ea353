import Foundation

@testable import GGUF

/// Files that come with the tests; scripts/oracles/gguf_oracle.py makes them.
enum GGUFFixtures {
  static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

  static func open(_ name: String) throws -> GGUFFile {
    try GGUFFile(path: folder.appendingPathComponent("\(name).gguf").path)
  }

  /// The fuzzer's corpus: names and contents, sorted by name.
  static func corpus(_ prefix: String = "") throws -> [(name: String, bytes: [UInt8])] {
    let fuzz = folder.appendingPathComponent("fuzz")
    return try FileManager.default.contentsOfDirectory(atPath: fuzz.path).sorted()
      .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".gguf") }
      .map { (name: $0, bytes: [UInt8](try Data(contentsOf: fuzz.appendingPathComponent($0)))) }
  }

  static func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).gguf").path
  }

  static func contents(_ bytes: [UInt8]) throws -> GGUFContents {
    try bytes.withUnsafeBytes { try GGUFContents($0, path: "memory.gguf") }
  }
}

extension GGUFFile {
  func floats(_ tensor: GGUFTensor, rows: Range<Int>? = nil) throws -> [Float] {
    let rows = rows ?? 0..<tensor.rows
    var values = [Float](repeating: -7, count: rows.count * tensor.rowElements)
    try values.withUnsafeMutableBufferPointer { try dequantize(tensor, rows: rows, into: $0) }
    return values
  }

  func bfloat16s(_ tensor: GGUFTensor, rows: Range<Int>? = nil) throws -> [UInt16] {
    let rows = rows ?? 0..<tensor.rows
    var values = [UInt16](repeating: 7, count: rows.count * tensor.rowElements)
    try values.withUnsafeMutableBufferPointer { try dequantize(tensor, rows: rows, intoBFloat16: $0) }
    return values
  }
}
