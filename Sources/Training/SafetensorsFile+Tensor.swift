public import Safetensors
public import Torch

extension SafetensorsFile {
  /// A tensor over the mapped file, without copying. It must not be written to. Where the bytes are not aligned to their
  /// type they are copied.
  public func tensor(_ entry: SafetensorsEntry) throws -> Tensor {
    try withBytes(of: entry) { bytes in
      guard bytes.count > 0, let start = bytes.baseAddress else {
        return try Tensor.empty(entry.shape, dtype: entry.type.dtype)
      }
      if Int(bitPattern: start) % entry.type.byteCount == 0 {
        let file = self
        return try Tensor.wrapping(
          UnsafeMutableRawPointer(mutating: start), shape: entry.shape, dtype: entry.type.dtype,
          release: { withExtendedLifetime(file) {} })
      }
      let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 64)
      copy.copyMemory(from: start, byteCount: bytes.count)
      let address = Int(bitPattern: copy)
      return try Tensor.wrapping(
        copy, shape: entry.shape, dtype: entry.type.dtype,
        release: { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() })
    }
  }

  /// Every tensor of the file by name.
  public func tensors() throws -> [String: Tensor] { try entries.mapValues { try tensor($0) } }
}

extension SafetensorsType {
  var dtype: DType {
    switch self {
    case .bool: .bool
    case .uint8: .uint8
    case .int8: .int8
    case .int16: .int16
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int32: .int32
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    }
  }
}
