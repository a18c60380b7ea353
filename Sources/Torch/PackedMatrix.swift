/// A matrix [N, K] in the order of memory that oneDNN's products on this processor like best. Opaque: it can be multiplied
/// with and counted, nothing else.
public struct PackedMatrix {
  /// libtorch's opaque tensor; it has no strides to ask for.
  public let tensor: Tensor
  /// N and K.
  public let outputs: Int
  public let inputs: Int
  /// Bytes it takes, padding included.
  public let byteCount: Int

  /// Packs a copy of a plain matrix of fp32 or bf16 on the CPU. nil where this libtorch or this processor cannot: the
  /// plain matrix then serves.
  /// - Parameter rows: of the inputs it will be multiplied with; the order is chosen for it and works for all.
  public init?(_ matrix: Tensor, rows: Int = 16) {
    let shape = matrix.shape
    guard
      shape.count == 2, matrix.device == .cpu, [.float32, .bfloat16].contains(matrix.dtype),
      Operator.oneDNNLinear.isAvailable, Operator.oneDNNReorder.isAvailable, Operator.oneDNNBytes.isAvailable,
      let packed = try? Operator.oneDNNReorder.tensor(.tensor(matrix), .int(rows)),
      let bytes = try? Operator.oneDNNBytes.number(.tensor(packed))
    else { return nil }
    tensor = packed
    outputs = shape[0]
    inputs = shape[1]
    byteCount = Int(bytes)
  }

  /// `input [..., K] x self transposed + bias [N]` -> [..., N], without a backward pass. `mkldnn::_linear_pointwise`
  public func multiplied(by input: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try oneDNNLinear(input, tensor, bias: bias)
  }
}
