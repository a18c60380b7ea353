// Element by element.

extension Operator {
  static let add = Operator("aten::add", overload: "Tensor", "self", "other", "alpha")
  static let addScalar = Operator("aten::add", overload: "Scalar", "self", "other")
  static let subtract = Operator("aten::sub", overload: "Tensor", "self", "other", "alpha")
  static let multiply = Operator("aten::mul", overload: "Tensor", "self", "other")
  static let multiplyScalar = Operator("aten::mul", overload: "Scalar", "self", "other")
  static let divide = Operator("aten::div", overload: "Tensor", "self", "other")
  static let negative = Operator("aten::neg", "self")
  static let absolute = Operator("aten::abs", "self")
  static let exponential = Operator("aten::exp", "self")
  static let reciprocalSquareRoot = Operator("aten::rsqrt", "self")
  static let squareRoot = Operator("aten::sqrt", "self")
  static let power = Operator("aten::pow", overload: "Tensor_Scalar", "self", "exponent")
  static let sine = Operator("aten::sin", "self")
  static let cosine = Operator("aten::cos", "self")
  static let clamp = Operator("aten::clamp", "self", "min", "max")
  static let addInPlace = Operator("aten::add_", overload: "Tensor", "self", "other", "alpha")
  static let multiplyInPlace = Operator("aten::mul_", overload: "Tensor", "self", "other")
  static let multiplyScalarInPlace = Operator("aten::mul_", overload: "Scalar", "self", "other")
  static let addProductInPlace = Operator("aten::addcmul_", "self", "tensor1", "tensor2")
  static let exponentialInPlace = Operator("aten::exp_", "self")
  static let scatterAddInPlace = Operator(
    "aten::scatter_", overload: "value_reduce", "self", "dim", "index", "value", "reduce")
  static let copyInPlace = Operator("aten::copy_", "self", "src")
  static let fillInPlace = Operator("aten::fill_", overload: "Scalar", "self", "value")

  static let arithmetic = [
    add, addScalar, subtract, multiply, multiplyScalar, divide, negative, absolute, exponential,
    reciprocalSquareRoot, squareRoot, power, sine, cosine, clamp, addInPlace, multiplyInPlace, multiplyScalarInPlace,
    addProductInPlace, exponentialInPlace, scatterAddInPlace, copyInPlace, fillInPlace,
  ]
}

extension Tensor {
  /// `aten::add.Tensor`, with broadcasting as in all of these.
  public static func + (left: Tensor, right: Tensor) throws -> Tensor {
    try Operator.add.tensor(.tensor(left), .tensor(right))
  }
  /// `aten::add.Scalar`
  public static func + (left: Tensor, right: Double) throws -> Tensor {
    try Operator.addScalar.tensor(.tensor(left), .double(right))
  }
  /// `aten::sub.Tensor`
  public static func - (left: Tensor, right: Tensor) throws -> Tensor {
    try Operator.subtract.tensor(.tensor(left), .tensor(right))
  }
  /// `aten::mul.Tensor`
  public static func * (left: Tensor, right: Tensor) throws -> Tensor {
    try Operator.multiply.tensor(.tensor(left), .tensor(right))
  }
  /// `aten::mul.Scalar`
  public static func * (left: Tensor, right: Double) throws -> Tensor {
    try Operator.multiplyScalar.tensor(.tensor(left), .double(right))
  }
  /// `aten::div.Tensor`
  public static func / (left: Tensor, right: Tensor) throws -> Tensor {
    try Operator.divide.tensor(.tensor(left), .tensor(right))
  }

  /// `aten::neg`
  public func negated() throws -> Tensor { try Operator.negative.tensor(.tensor(self)) }
  /// `aten::abs`
  public func absolute() throws -> Tensor { try Operator.absolute.tensor(.tensor(self)) }
  /// `aten::exp`
  public func exponential() throws -> Tensor { try Operator.exponential.tensor(.tensor(self)) }
  /// `aten::rsqrt`
  public func reciprocalSquareRoot() throws -> Tensor { try Operator.reciprocalSquareRoot.tensor(.tensor(self)) }
  /// `aten::sqrt`
  public func squareRoot() throws -> Tensor { try Operator.squareRoot.tensor(.tensor(self)) }
  /// `aten::pow.Tensor_Scalar`
  public func power(_ exponent: Double) throws -> Tensor { try Operator.power.tensor(.tensor(self), .double(exponent)) }
  /// `aten::sin`
  public func sine() throws -> Tensor { try Operator.sine.tensor(.tensor(self)) }
  /// `aten::cos`
  public func cosine() throws -> Tensor { try Operator.cosine.tensor(.tensor(self)) }
  /// `aten::clamp`
  public func clamped(from low: Double? = nil, to high: Double? = nil) throws -> Tensor {
    try Operator.clamp.tensor(
      .tensor(self), low.map(Argument.double) ?? .none, high.map(Argument.double) ?? .none)
  }

  /// `self += scale * other`. `aten::add_.Tensor`
  public func addInPlace(_ other: Tensor, scale: Double = 1) throws {
    try Operator.addInPlace.run(.tensor(self), .tensor(other), .double(scale))
  }
  /// `aten::mul_.Tensor`
  public func multiplyInPlace(_ other: Tensor) throws {
    try Operator.multiplyInPlace.run(.tensor(self), .tensor(other))
  }
  /// `aten::mul_.Scalar`
  public func multiplyInPlace(_ factor: Double) throws {
    try Operator.multiplyScalarInPlace.run(.tensor(self), .double(factor))
  }
  /// `self += first * second`. `aten::addcmul_`
  public func addProductInPlace(_ first: Tensor, _ second: Tensor) throws {
    try Operator.addProductInPlace.run(.tensor(self), .tensor(first), .tensor(second))
  }
  /// `self = exp(self)`. `aten::exp_`
  public func exponentiateInPlace() throws { try Operator.exponentialInPlace.run(.tensor(self)) }
  /// `self[i][index[i][j]] += value` for dimension 1, and so on. `aten::scatter_.value_reduce`
  public func scatterAddInPlace(dimension: Int, at index: Tensor, value: Double) throws {
    try Operator.scatterAddInPlace.run(
      .tensor(self), .int(dimension), .tensor(index), .double(value), .string("add"))
  }
  /// Overwrites the elements, converting type and device. `aten::copy_`
  public func copyInPlace(from source: Tensor) throws {
    try Operator.copyInPlace.run(.tensor(self), .tensor(source))
  }
  /// `aten::fill_.Scalar`
  public func fillInPlace(_ value: Double) throws { try Operator.fillInPlace.run(.tensor(self), .double(value)) }
}
