internal import CTorch

/// A tensor of libtorch. A reference: copies share the elements.
///
/// Not Sendable: gradient mode and the thread pool belong to the thread that made it, so a tensor stays with the actor
/// or the synchronous code that owns it, and only values leave.
public final class Tensor {
  /// One owned reference.
  let handle: ctorch_tensor

  /// Takes over an owned handle.
  init(owning handle: ctorch_tensor) { self.handle = handle }

  deinit { Torch.api.pointee.release(handle) }

  private var info: ctorch_tensor_info {
    var info = ctorch_tensor_info()
    var message: UnsafeMutablePointer<CChar>?
    let status = Torch.api.pointee.info(handle, &info, &message)
    precondition(status == 0, message.map { String(cString: $0) } ?? "a tensor without information")
    return info
  }

  public var shape: [Int] {
    var info = info
    return withUnsafeBytes(of: &info.sizes) { bytes in
      bytes.bindMemory(to: Int64.self).prefix(Int(info.rank)).map { Int($0) }
    }
  }

  public var strides: [Int] {
    var info = info
    return withUnsafeBytes(of: &info.strides) { bytes in
      bytes.bindMemory(to: Int64.self).prefix(Int(info.rank)).map { Int($0) }
    }
  }

  public var rank: Int { Int(info.rank) }
  /// Number of elements.
  public var count: Int { Int(info.count) }
  public var byteCount: Int {
    let info = info
    return Int(info.count * info.element_bytes)
  }
  public var dtype: DType {
    guard let dtype = DType(rawValue: info.dtype) else {
      preconditionFailure("a tensor of libtorch's type \(info.dtype), which this program does not know")
    }
    return dtype
  }
  public var device: Device { Device(info.device) }
  public var isContiguous: Bool { info.is_contiguous }
  public var isLeaf: Bool { info.is_leaf }
  public var requiresGradient: Bool { info.requires_grad }

  /// The size of one dimension; negative indices count from the end.
  public func size(_ dimension: Int) -> Int {
    let shape = shape
    return shape[dimension < 0 ? shape.count + dimension : dimension]
  }

  /// Where the elements begin, on the CPU.
  var data: UnsafeMutableRawPointer? { info.data }
}

extension Tensor: CustomStringConvertible {
  /// Shape, type and device, not the elements.
  public var description: String {
    "[\(shape.map(String.init).joined(separator: ", "))] \(dtype)" + (device == .cpu ? "" : " on \(device)")
  }
}
