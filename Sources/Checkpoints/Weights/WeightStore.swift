internal import Torch

/// A checkpoint's tensors by the names its files give them.
///
/// Tensors are handed out one at a time and nothing is kept, so that memory while loading stays near what the model takes.
protocol WeightStore: AnyObject {
  /// Every tensor's name.
  var names: Set<String> { get }
  /// Row-major, outermost dimension first; nil for a name that is not there.
  func shape(of name: String) -> [Int]?
  /// Whole rows of a tensor, counted over all dimensions but the innermost, in `dtype` on the CPU: [rows, innermost].
  ///
  /// Over the mapped file without a copy where it holds `dtype`; such a tensor must not be written to.
  /// - Throws: ``CheckpointError``, and what the file's own room throws.
  func rows(_ rows: Range<Int>, of name: String, as dtype: DType) throws -> Tensor
}

extension WeightStore {
  /// How many rows a tensor has: one for a vector.
  func rowCount(of name: String) -> Int { shape(of: name).map { $0.dropLast().reduce(1, *) } ?? 0 }
}

/// Memory of its own for a tensor's elements, aligned for vector instructions.
func makeTensor(
  shape: [Int], dtype: DType, filling: (UnsafeMutableRawBufferPointer) throws -> Void
) throws -> Tensor {
  let count = shape.reduce(dtype.byteCount, *)
  guard count > 0 else { return try Tensor.empty(shape, dtype: dtype) }
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
  do {
    try filling(memory)
  } catch {
    memory.deallocate()
    throw error
  }
  let address = Int(bitPattern: memory.baseAddress)
  return try Tensor.wrapping(memory.baseAddress!, shape: shape, dtype: dtype) {
    UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
  }
}

/// A tensor over memory that `owner` keeps mapped; copied where it is not aligned to its elements.
func wrapMapped(
  _ bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType, owner: some AnyObject & Sendable
) throws -> Tensor {
  guard let start = bytes.baseAddress, bytes.count > 0 else { return try Tensor.empty(shape, dtype: dtype) }
  guard Int(bitPattern: start) % dtype.byteCount == 0 else {
    return try makeTensor(shape: shape, dtype: dtype) { $0.copyMemory(from: bytes) }
  }
  return try Tensor.wrapping(UnsafeMutableRawPointer(mutating: start), shape: shape, dtype: dtype) {
    withExtendedLifetime(owner) {}
  }
}
