// From many elements to fewer.

extension Operator {
  static let sum = Operator("aten::sum", "self", "dtype")
  static let sumOver = Operator("aten::sum", overload: "dim_IntList", "self", "dim", "keepdim", "dtype")
  static let mean = Operator("aten::mean", "self", "dtype")
  static let meanOver = Operator("aten::mean", overload: "dim", "self", "dim", "keepdim", "dtype")
  static let maximum = Operator("aten::amax", "self", "dim", "keepdim")
  static let argmax = Operator("aten::argmax", "self", "dim", "keepdim")
  static let largest = Operator("aten::topk", "self", "k", "dim", "largest", "sorted")
  static let vectorNorm = Operator("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim", "dtype")
  static let equal = Operator("aten::equal", "self", "other")
  static let item = Operator("aten::_local_scalar_dense", "self")

  static let reductions = [
    sum, sumOver, mean, meanOver, maximum, argmax, largest, vectorNorm, equal, item,
  ]
}

extension Tensor {
  /// The sum of all elements, as a scalar. `aten::sum`
  public func sum() throws -> Tensor { try Operator.sum.tensor(.tensor(self)) }
  /// `aten::sum.dim_IntList`
  public func sum(over dimensions: [Int], keepingDimensions: Bool = false) throws -> Tensor {
    try Operator.sumOver.tensor(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
  }
  /// The mean of all elements, as a scalar. `aten::mean`
  public func mean() throws -> Tensor { try Operator.mean.tensor(.tensor(self)) }
  /// `aten::mean.dim`
  public func mean(over dimensions: [Int], keepingDimensions: Bool = false) throws -> Tensor {
    try Operator.meanOver.tensor(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
  }
  /// `aten::amax`
  public func maximum(over dimensions: [Int], keepingDimensions: Bool = false) throws -> Tensor {
    try Operator.maximum.tensor(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
  }
  /// The index of the largest element, the first one where several are. `aten::argmax`
  public func argmax(over dimension: Int) throws -> Tensor {
    try Operator.argmax.tensor(.tensor(self), .int(dimension))
  }
  /// The `count` largest elements along a dimension, best first, and their indices. `aten::topk`
  public func largest(_ count: Int, over dimension: Int) throws -> (values: Tensor, indices: Tensor) {
    let found = try Operator.largest.tensors(.tensor(self), .int(count), .int(dimension), .bool(true), .bool(true))
    return (found[0]!, found[1]!)
  }
  /// The Euclidean norm over all elements, or over some dimensions. `aten::linalg_vector_norm`
  public func vectorNorm(over dimensions: [Int]? = nil, keepingDimensions: Bool = false) throws -> Tensor {
    try Operator.vectorNorm.tensor(
      .tensor(self), .int(2), dimensions.map(Argument.ints) ?? .none, .bool(keepingDimensions))
  }
  /// Whether shape and every element are the same. `aten::equal`
  public func isEqual(to other: Tensor) throws -> Bool {
    try Operator.equal.number(.tensor(self), .tensor(other)) != 0
  }
}
