internal import GGUF
internal import Torch

/// The tensors of a GGUF file: the plain ones as they lie in it, the packed ones unpacked on all cores.
final class GGUFWeights: WeightStore {
  let names: Set<String>
  private let file: GGUFFile

  init(_ file: GGUFFile) {
    self.file = file
    names = Set(file.tensors.keys)
  }

  func shape(of name: String) -> [Int]? { file.tensors[name]?.shape }

  func rows(_ rows: Range<Int>, of name: String, as dtype: DType) throws -> Tensor {
    guard let tensor = file.tensors[name] else { preconditionFailure("no tensor '\(name)'") }
    let shape = [rows.count, tensor.rowElements]
    if let stored = tensor.type.plain {
      return try file.withBytes(of: tensor) { bytes in
        let range = rows.lowerBound * tensor.rowBytes..<rows.upperBound * tensor.rowBytes
        let piece = UnsafeRawBufferPointer(rebasing: bytes[range])
        return try wrapMapped(piece, shape: shape, dtype: stored, owner: file).to(dtype: dtype)
      }
    }
    guard tensor.type.isQuantized else {
      throw CheckpointError.unsupportedTensorType(path: file.path, tensor: name, type: tensor.type.name)
    }
    if dtype == .bfloat16 {
      // No whole fp32 copy: each piece is rounded while it is in the nearest cache.
      return try makeTensor(shape: shape, dtype: dtype) {
        try file.dequantize(tensor, rows: rows, intoBFloat16: $0.bindMemory(to: UInt16.self))
      }
    }
    return try makeTensor(shape: shape, dtype: .float32) {
      try file.dequantize(tensor, rows: rows, into: $0.bindMemory(to: Float.self))
    }.to(dtype: dtype)
  }

  /// What the head of the file says.
  static func onDisk(_ file: GGUFFile) -> WeightsOnDisk {
    var bytes: [String: Int] = [:]
    for tensor in file.orderedTensors { bytes[tensor.type.name, default: 0] += tensor.range.count }
    return WeightsOnDisk(
      bytes: bytes.values.reduce(0, +), elements: file.orderedTensors.reduce(0) { $0 + $1.elements },
      types: bytes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key))
  }
}

extension GGUFType {
  /// The type of libtorch with the same bits, for those that weights have.
  var plain: DType? {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    case .f64: .float64
    default: nil
    }
  }
}
