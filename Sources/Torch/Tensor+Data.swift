internal import CTorch

extension Tensor {
  /// A tensor with a copy of the values in row-major order.
  /// - Throws: ``TorchError/countMismatch(expected:found:)`` when they do not fill the shape.
  public convenience init<Element: TensorElement>(_ values: [Element], shape: [Int]) throws {
    let expected = shape.reduce(1, *)
    guard expected == values.count else {
      throw TorchError.countMismatch(expected: expected, found: values.count)
    }
    let empty = try Tensor.empty(shape, dtype: Element.dtype)
    if let data = empty.data {
      values.withUnsafeBytes { data.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }
    Torch.api.pointee.retain(empty.handle)
    self.init(owning: empty.handle)
  }

  public convenience init<Element: TensorElement>(_ values: [Element]) throws {
    try self.init(values, shape: [values.count])
  }

  /// Wraps memory without copying it. `release` runs once, when the last tensor over it is gone.
  ///
  /// The caller promises that `data` holds `shape`'s elements of `dtype` in row-major order until then, and that
  /// nobody writes to a tensor over memory that is mapped read-only.
  public static func wrapping(
    _ data: UnsafeMutableRawPointer, shape: [Int], dtype: DType, release: @escaping @Sendable () -> Void
  ) throws -> Tensor {
    let context = Unmanaged.passRetained(ReleaseBox(release))
    var result: ctorch_tensor?
    let sizes = shape.map(Int64.init)
    try Torch.checked("from_blob") { error in
      Torch.api.pointee.from_blob(
        data, sizes, nil, Int32(sizes.count), dtype.rawValue, context.toOpaque(),
        { context in Unmanaged<ReleaseBox>.fromOpaque(context!).takeRetainedValue().release() }, &result, error)
    }
    return Tensor(owning: result!)
  }

  /// The elements in row-major order.
  /// - Throws: ``TorchError/typeMismatch(expected:found:)`` when the tensor holds another type.
  public func values<Element: TensorElement>(as type: Element.Type = Element.self) throws -> [Element] {
    guard dtype == Element.dtype else { throw TorchError.typeMismatch(expected: Element.dtype, found: dtype) }
    return try withBytes { bytes in Array(bytes.bindMemory(to: Element.self)) }
  }

  /// The elements' bytes in row-major order, whatever their type. Copies when the tensor is strided or off the CPU.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    let dense = try detached().to(device: .cpu).contiguous()
    return try withExtendedLifetime(dense) {
      try body(UnsafeRawBufferPointer(start: dense.data, count: dense.byteCount))
    }
  }

  /// The only element, as a double.
  public func item() throws -> Double { try Operator.item.number(.tensor(self)) }
}

private final class ReleaseBox: Sendable {
  let release: @Sendable () -> Void
  init(_ release: @escaping @Sendable () -> Void) { self.release = release }
}
