// Other types, other devices, other lives.

extension Operator {
  static let toDType = Operator("aten::to", overload: "dtype", "self", "dtype")
  static let toDevice = Operator("aten::to", overload: "device", "self", "device", "dtype")
  static let detach = Operator("aten::detach", "self")
  static let clone = Operator("aten::clone", "self")

  static let conversion = [toDType, toDevice, detach, clone]
}

extension Tensor {
  /// Itself, or a copy of another type. `aten::to.dtype`
  public func to(dtype: DType) throws -> Tensor {
    if self.dtype == dtype { return self }
    return try Operator.toDType.tensor(.tensor(self), .dtype(dtype))
  }

  /// Itself, or a copy on another device. `aten::to.device`
  public func to(device: Device) throws -> Tensor {
    if self.device == device { return self }
    return try Operator.toDevice.tensor(.tensor(self), .device(device), .dtype(dtype))
  }

  /// The same elements without their history. `aten::detach`
  public func detached() throws -> Tensor { try Operator.detach.tensor(.tensor(self)) }

  /// A copy. `aten::clone`
  public func cloned() throws -> Tensor { try Operator.clone.tensor(.tensor(self)) }
}
