import Foundation
import GGUF
import Safetensors
import TestSupport
import Testing
import Torch

@testable import Checkpoints

struct WeightStoreTests {
  init() throws { try TorchForTests.load() }

  @Test func safetensorsRowsComeInAnyType() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors").path
    let values = (0..<35).map { Float($0) * 0.5 }
    try SafetensorsWriter.write(
      [
        .floats("matrix", values, shape: [7, 5]), .bfloats("half", values, shape: [5, 7]),
        .floats("vector", [1, 2, 3], shape: [3]), .floats("stack", values + [0], shape: [2, 9, 2]),
        .floats("empty", [], shape: [0, 4]),
      ], to: path)
    let weights = SafetensorsWeights(try SafetensorsCollection(path: path))
    #expect(try weights.rows(2..<5, of: "matrix", as: .float32).values(as: Float.self) == Array(values[10..<25]))
    let rounded = try weights.rows(0..<7, of: "matrix", as: .bfloat16)
    #expect(rounded.dtype == .bfloat16 && rounded.shape == [7, 5])
    #expect(try weights.rows(1..<3, of: "half", as: .float32).values(as: Float.self) == Array(values[7..<21]))
    #expect(try weights.rows(0..<1, of: "vector", as: .float32).shape == [1, 3])
    #expect(weights.rowCount(of: "stack") == 18 && weights.rowCount(of: "vector") == 1)
    #expect(try weights.rows(9..<18, of: "stack", as: .float32).values(as: Float.self) == Array((values + [0])[18...]))
    #expect(try weights.rows(0..<0, of: "empty", as: .float32).shape == [0, 4])
    let onDisk = SafetensorsWeights.onDisk(try SafetensorsCollection(path: path))
    #expect(onDisk.types == ["F32", "BF16"] && onDisk.elements == 109 && onDisk.bytes == 74 * 4 + 35 * 2)
  }

  @Test func theMappedFileOutlivesWhatMadeIt() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors").path
    try SafetensorsWriter.write([.floats("a", [1, 2, 3, 4], shape: [2, 2])], to: path)
    var weights: SafetensorsWeights? = SafetensorsWeights(try SafetensorsCollection(path: path))
    let tensor = try #require(try weights?.rows(1..<2, of: "a", as: .float32))
    weights = nil
    try FileManager.default.removeItem(atPath: path)
    #expect(try tensor.values(as: Float.self) == [3, 4])
  }

  @Test func integersAreNoWeights() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors").path
    let item = SafetensorsWriter.Item(name: "a", type: .int8, shape: [2]) { try [UInt8(1), 2].withUnsafeBytes($0) }
    try SafetensorsWriter.write([item], to: path)
    let weights = SafetensorsWeights(try SafetensorsCollection(path: path))
    #expect(throws: CheckpointError.unsupportedTensorType(path: path, tensor: "a", type: "I8")) {
      try weights.rows(0..<1, of: "a", as: .float32)
    }
  }

  @Test func packedRowsAreUnpackedPlainOnesMapped() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.gguf").path
    // Q8_0: a scale as float16, here 0.5, and 32 signed bytes.
    let blocks = (0..<6).flatMap { (block: Int) -> [UInt8] in
      [0x00, 0x38] + (0..<32).map { UInt8(bitPattern: Int8(block * 20 - $0)) }
    }
    try GGUFWriter.write(
      [
        .bytes("packed", .q8_0, blocks, shape: [3, 64]), .floats("plain", [1, 2, 3, 4], shape: [2, 2]),
        .bytes("counts", .i8, [1, 2], shape: [2]),
      ],
      metadata: [], to: path)
    let weights = try GGUFWeights(GGUFFile(path: path))
    let expected = (0..<6).flatMap { (block: Int) in (0..<32).map { Float(block * 20 - $0) * 0.5 } }
    #expect(try weights.rows(0..<3, of: "packed", as: .float32).values(as: Float.self) == expected)
    let half = try weights.rows(1..<3, of: "packed", as: .bfloat16)
    #expect(half.dtype == .bfloat16 && half.shape == [2, 64])
    #expect(try half.to(dtype: .float32).values(as: Float.self) == Array(expected[64...]))
    #expect(try weights.rows(1..<2, of: "plain", as: .float32).values(as: Float.self) == [3, 4])
    #expect(throws: CheckpointError.unsupportedTensorType(path: path, tensor: "counts", type: "I8")) {
      try weights.rows(0..<1, of: "counts", as: .float32)
    }
  }
}
