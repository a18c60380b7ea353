import Foundation
import GGUF
import Safetensors

/// A folder that is gone with the test.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("checkpoints-\(UUID().uuidString)", isDirectory: true)

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  func callAsFunction(_ name: String) -> URL { url.appendingPathComponent(name) }

  @discardableResult func write(_ text: String, to name: String) throws -> URL {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file
  }
}

extension SafetensorsWriter.Item {
  /// fp32 numbers.
  static func floats(_ name: String, _ values: [Float], shape: [Int]) -> SafetensorsWriter.Item {
    SafetensorsWriter.Item(name: name, type: .float32, shape: shape) { write in
      try values.withUnsafeBytes { try write($0) }
    }
  }

  /// The upper halves of fp32 numbers.
  static func bfloats(_ name: String, _ values: [Float], shape: [Int]) -> SafetensorsWriter.Item {
    let halves = values.map { UInt16($0.bitPattern >> 16) }
    return SafetensorsWriter.Item(name: name, type: .bfloat16, shape: shape) { write in
      try halves.withUnsafeBytes { try write($0) }
    }
  }
}

extension GGUFWriter.Item {
  static func floats(_ name: String, _ values: [Float], shape: [Int]) -> GGUFWriter.Item {
    GGUFWriter.Item(name: name, type: .f32, shape: shape) { write in
      try values.withUnsafeBytes { try write($0) }
    }
  }

  static func bytes(_ name: String, _ type: GGUFType, _ bytes: [UInt8], shape: [Int]) -> GGUFWriter.Item {
    GGUFWriter.Item(name: name, type: type, shape: shape) { write in try bytes.withUnsafeBytes { try write($0) } }
  }
}
