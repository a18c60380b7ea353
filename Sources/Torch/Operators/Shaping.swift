// Operators that look at the same elements through another shape, or put tensors together.

extension Operator {
  static let view = Operator("aten::view", "self", "size")
  static let reshape = Operator("aten::reshape", "self", "shape")
  static let transpose = Operator("aten::transpose", overload: "int", "self", "dim0", "dim1")
  static let contiguous = Operator("aten::contiguous", "self")
  static let concatenate = Operator("aten::cat", "tensors", "dim")
  static let stack = Operator("aten::stack", "tensors", "dim")
  static let split = Operator("aten::split_with_sizes", "self", "split_sizes", "dim")
  static let narrow = Operator("aten::narrow", "self", "dim", "start", "length")
  static let select = Operator("aten::select", overload: "int", "self", "dim", "index")
  static let unsqueeze = Operator("aten::unsqueeze", "self", "dim")
  static let squeeze = Operator("aten::squeeze", overload: "dim", "self", "dim")
  static let expand = Operator("aten::expand", "self", "size")
  static let pad = Operator("aten::constant_pad_nd", "self", "pad", "value")
  static let gather = Operator("aten::gather", "self", "dim", "index")
  static let repeatInterleave = Operator(
    "aten::repeat_interleave", overload: "self_int", "self", "repeats", "dim")

  static let indexSelect = Operator("aten::index_select", "self", "dim", "index")
  static let upperTriangle = Operator("aten::triu", "self", "diagonal")
  static let lowerTriangle = Operator("aten::tril", "self", "diagonal")

  static let shaping = [
    view, reshape, transpose, contiguous, concatenate, stack, split, narrow, select, unsqueeze,
    squeeze, expand, pad, gather, repeatInterleave, indexSelect, upperTriangle, lowerTriangle,
  ]
}

extension Tensor {
  /// The same memory in another shape; one size may be -1. `aten::view`
  public func view(_ shape: Int...) throws -> Tensor { try Operator.view.tensor(.tensor(self), .ints(shape)) }
  public func view(_ shape: [Int]) throws -> Tensor { try Operator.view.tensor(.tensor(self), .ints(shape)) }

  /// The same elements in another shape, copied where their memory does not allow a view. `aten::reshape`
  public func reshaped(_ shape: Int...) throws -> Tensor { try Operator.reshape.tensor(.tensor(self), .ints(shape)) }
  public func reshaped(_ shape: [Int]) throws -> Tensor { try Operator.reshape.tensor(.tensor(self), .ints(shape)) }

  /// Two dimensions exchanged. `aten::transpose.int`
  public func transposed(_ first: Int, _ second: Int) throws -> Tensor {
    try Operator.transpose.tensor(.tensor(self), .int(first), .int(second))
  }

  /// Itself, or a row-major copy. `aten::contiguous`
  public func contiguous() throws -> Tensor { try Operator.contiguous.tensor(.tensor(self)) }

  /// Tensors laid end to end along a dimension that exists. `aten::cat`
  public static func concatenated(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
    try Operator.concatenate.tensor(.tensors(tensors), .int(dimension))
  }

  /// Tensors laid beside each other along a new dimension. `aten::stack`
  public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
    try Operator.stack.tensor(.tensors(tensors), .int(dimension))
  }

  /// Views of consecutive pieces. `aten::split_with_sizes`
  public func split(sizes: [Int], dimension: Int) throws -> [Tensor] {
    try Operator.split.list(.tensor(self), .ints(sizes), .int(dimension))
  }

  /// A view of `length` elements from `start` on. `aten::narrow`
  public func narrow(dimension: Int, from start: Int, length: Int) throws -> Tensor {
    try Operator.narrow.tensor(.tensor(self), .int(dimension), .int(start), .int(length))
  }

  /// A view at one index, without the dimension. `aten::select.int`
  public func select(dimension: Int, index: Int) throws -> Tensor {
    try Operator.select.tensor(.tensor(self), .int(dimension), .int(index))
  }

  /// A view with a dimension of size 1 more. `aten::unsqueeze`
  public func unsqueezed(_ dimension: Int) throws -> Tensor {
    try Operator.unsqueeze.tensor(.tensor(self), .int(dimension))
  }

  /// A view without a dimension of size 1. `aten::squeeze.dim`
  public func squeezed(_ dimension: Int) throws -> Tensor {
    try Operator.squeeze.tensor(.tensor(self), .int(dimension))
  }

  /// A view that repeats dimensions of size 1; -1 keeps a size. `aten::expand`
  public func expanded(_ shape: Int...) throws -> Tensor { try Operator.expand.tensor(.tensor(self), .ints(shape)) }

  /// Zeros behind the last dimension up to `size`. `aten::constant_pad_nd`
  public func padded(to size: Int) throws -> Tensor {
    try Operator.pad.tensor(.tensor(self), .ints([0, size - self.size(-1)]), .double(0))
  }

  /// `result[i][j] = self[i][index[i][j]]` for dimension 1, and so on. `aten::gather`
  public func gathered(dimension: Int, by index: Tensor) throws -> Tensor {
    try Operator.gather.tensor(.tensor(self), .int(dimension), .tensor(index))
  }

  /// Every slice `repeats` times, one after the other. `aten::repeat_interleave.self_int`
  public func repeatedInterleaved(_ repeats: Int, dimension: Int) throws -> Tensor {
    try Operator.repeatInterleave.tensor(.tensor(self), .int(repeats), .int(dimension))
  }

  /// The slices at `index` [N], copied. `aten::index_select`
  public func indexSelected(dimension: Int, at index: Tensor) throws -> Tensor {
    try Operator.indexSelect.tensor(.tensor(self), .int(dimension), .tensor(index))
  }

  /// Zeros below the given diagonal of the last two dimensions; 0 is the main one. `aten::triu`
  public func upperTriangle(from diagonal: Int) throws -> Tensor {
    try Operator.upperTriangle.tensor(.tensor(self), .int(diagonal))
  }

  /// Zeros above the given diagonal of the last two dimensions; 0 is the main one. `aten::tril`
  public func lowerTriangle(to diagonal: Int) throws -> Tensor {
    try Operator.lowerTriangle.tensor(.tensor(self), .int(diagonal))
  }
}
