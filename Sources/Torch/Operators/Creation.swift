// Operators that make tensors.

extension Operator {
  static let empty = Operator("aten::empty", overload: "memory_format", "size", "dtype", "layout", "device")
  static let full = Operator("aten::full", "size", "fill_value", "dtype", "layout", "device")
  static let arange = Operator(
    "aten::arange", overload: "start_step", "start", "end", "step", "dtype", "layout", "device")
  static let randn = Operator(
    "aten::randn", overload: "generator", "size", "generator", "dtype", "layout", "device")
  static let randint = Operator(
    "aten::randint", overload: "low_generator", "low", "high", "size", "generator", "dtype", "layout", "device")
  static let zerosLike = Operator("aten::zeros_like", "self")
  static let emptyLike = Operator("aten::empty_like", "self")

  static let creation = [empty, full, arange, randn, randint, zerosLike, emptyLike]
}

extension Tensor {
  /// Uninitialised memory. `aten::empty.memory_format`
  public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
    try Operator.empty.tensor(.ints(shape), .dtype(dtype), .none, .device(device))
  }

  /// Every element the same. `aten::full`
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try Operator.full.tensor(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
  }

  public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
    try full(shape, 0, dtype: dtype, device: device)
  }

  public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
    try full(shape, 1, dtype: dtype, device: device)
  }

  /// start, start + step, ... below `end`, as a vector. `aten::arange.start_step`
  public static func arange(
    from start: Double = 0, to end: Double, by step: Double = 1, dtype: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try Operator.arange.tensor(
      .double(start), .double(end), .double(step), .dtype(dtype), .none, .device(device))
  }

  /// Standard normal numbers. `aten::randn.generator`
  public static func randn(
    _ shape: [Int], generator: Generator?, dtype: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try Operator.randn.tensor(.ints(shape), .generator(generator), .dtype(dtype), .none, .device(device))
  }

  /// Uniform integers of [low, high). `aten::randint.low_generator`
  public static func randomIntegers(
    from low: Int = 0, to high: Int, shape: [Int], generator: Generator?, dtype: DType = .int64, device: Device = .cpu
  ) throws -> Tensor {
    try Operator.randint.tensor(
      .int(low), .int(high), .ints(shape), .generator(generator), .dtype(dtype), .none, .device(device))
  }

  /// Zeros of the same shape, type and device. `aten::zeros_like`
  public func zerosLike() throws -> Tensor { try Operator.zerosLike.tensor(.tensor(self)) }

  /// Uninitialised memory of the same shape, type and device. `aten::empty_like`
  public func emptyLike() throws -> Tensor { try Operator.emptyLike.tensor(.tensor(self)) }
}
