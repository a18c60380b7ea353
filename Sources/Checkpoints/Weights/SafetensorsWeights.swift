internal import Safetensors
internal import Torch

/// The tensors of one safetensors file, or of the several that an index names.
final class SafetensorsWeights: WeightStore {
  let names: Set<String>
  private let collection: SafetensorsCollection

  init(_ collection: SafetensorsCollection) {
    self.collection = collection
    names = Set(collection.entries.keys)
  }

  func shape(of name: String) -> [Int]? { collection.entries[name]?.shape }

  func rows(_ rows: Range<Int>, of name: String, as dtype: DType) throws -> Tensor {
    guard let entry = collection.entries[name], let file = collection.file(of: name) else {
      preconditionFailure("no tensor '\(name)'")
    }
    guard let stored = entry.type.floatingPoint else {
      throw CheckpointError.unsupportedTensorType(path: file.path, tensor: name, type: entry.type.rawValue)
    }
    let width = entry.shape.last ?? 1
    let rowBytes = width * stored.byteCount
    return try file.withBytes(of: entry) { bytes in
      let piece = UnsafeRawBufferPointer(rebasing: bytes[rows.lowerBound * rowBytes..<rows.upperBound * rowBytes])
      return try wrapMapped(piece, shape: [rows.count, width], dtype: stored, owner: file).to(dtype: dtype)
    }
  }

  /// What the heads of the files say.
  static func onDisk(_ collection: SafetensorsCollection) -> WeightsOnDisk {
    var bytes: [String: Int] = [:]
    for entry in collection.entries.values { bytes[entry.type.rawValue, default: 0] += entry.range.count }
    return WeightsOnDisk(
      bytes: bytes.values.reduce(0, +), elements: collection.entries.values.reduce(0) { $0 + $1.shape.reduce(1, *) },
      types: bytes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key))
  }
}

extension SafetensorsType {
  /// The type of libtorch with the same bits, for the types that weights have.
  var floatingPoint: DType? {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    case .bool, .uint8, .int8, .int16, .int32, .int64: nil
    }
  }
}
