internal import Safetensors
internal import Torch

/// The tensors of one safetensors file, or of the several that an index names.
final class SafetensorsWeights: WeightStore {
  let names: Set<String>
  private let files: [SafetensorsFile]
  /// By tensor: which file, and where in it.
  private let places: [String: (file: Int, entry: SafetensorsEntry)]

  /// - Parameter directory: Named in errors.
  /// - Throws: ``CheckpointError/damaged(path:reason:)`` when two files hold a tensor of the same name.
  init(_ files: [SafetensorsFile], directory: String) throws(CheckpointError) {
    var places: [String: (file: Int, entry: SafetensorsEntry)] = [:]
    for (index, file) in files.enumerated() {
      for (name, entry) in file.entries {
        guard places.updateValue((index, entry), forKey: name) == nil else {
          throw .damaged(path: directory, reason: "the tensor '\(name)' is in two of its files. Obtain it anew.")
        }
      }
    }
    self.files = files
    self.places = places
    names = Set(places.keys)
  }

  func shape(of name: String) -> [Int]? { places[name]?.entry.shape }

  func rows(_ rows: Range<Int>, of name: String, as dtype: DType) throws -> Tensor {
    guard let place = places[name] else { preconditionFailure("no tensor '\(name)'") }
    let (file, entry) = (files[place.file], place.entry)
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

  /// Bytes of all tensors.
  var byteCount: Int { places.values.reduce(0) { $0 + $1.entry.range.count } }
  /// Numbers in all tensors.
  var elementCount: Int { places.values.reduce(0) { $0 + $1.entry.shape.reduce(1, *) } }
  /// The types of the tensors with the bytes of each, largest first.
  var types: [String] {
    var bytes: [String: Int] = [:]
    for place in places.values { bytes[place.entry.type.rawValue, default: 0] += place.entry.range.count }
    return bytes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
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
