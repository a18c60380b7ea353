public import Torch

/// What is done to a checkpoint's tensor on its way to a parameter. `rows` and `slice` come first and are views, so that
/// a loader may read just that piece.
public enum TensorStep: Sendable, Hashable {
  /// Rows of the first dimension: a part of several matrices stored as one.
  case rows(Range<Int>)
  /// One index of the first dimension, which is dropped: an expert of a stack.
  case slice(Int)
  /// Of rows stored head by head, `of` parts of each, one part of every head: GPT-NeoX's queries, keys and values.
  case headPart(heads: Int, part: Int, of: Int)
  /// Undoes the order of rows in which GGUF's llama architecture keeps queries and keys: pairs of features that turn
  /// together lie beside each other there, half a head apart here.
  case separatedPairs(heads: Int)
  /// Norms stored with the one added.
  case subtractingOne
  /// The last two dimensions exchanged.
  case transposed

  /// The shape it makes of another one.
  /// - Throws: ``OriginError/doesNotFit(step:shape:)``.
  public func shape(after shape: [Int]) throws(OriginError) -> [Int] {
    let misfit = OriginError.doesNotFit(step: "\(self)", shape: shape)
    guard let first = shape.first else { throw misfit }
    switch self {
    case .rows(let range):
      guard range.lowerBound >= 0, range.upperBound <= first else { throw misfit }
      return [range.count] + shape.dropFirst()
    case .slice(let index):
      guard shape.count > 1, (0..<first).contains(index) else { throw misfit }
      return Array(shape.dropFirst())
    case .headPart(let heads, let part, let parts):
      guard heads > 0, parts > 0, (0..<parts).contains(part), first % (heads * parts) == 0 else { throw misfit }
      return [first / parts] + shape.dropFirst()
    case .separatedPairs(let heads):
      guard heads > 0, first % (2 * heads) == 0 else { throw misfit }
      return shape
    case .subtractingOne:
      return shape
    case .transposed:
      guard shape.count > 1 else { throw misfit }
      return shape.dropLast(2) + [shape[shape.count - 1], shape[shape.count - 2]]
    }
  }

  /// - Throws: ``OriginError/doesNotFit(step:shape:)``.
  public func callAsFunction(_ tensor: Tensor) throws -> Tensor {
    let shape = tensor.shape
    let after = try self.shape(after: shape)
    switch self {
    case .rows(let range):
      return try tensor.narrow(dimension: 0, from: range.lowerBound, length: range.count)
    case .slice(let index):
      return try tensor.select(dimension: 0, index: index)
    case .headPart(let heads, let part, let parts):
      // [H parts D, ...] -> [H, parts, D, ...] -> [H, D, ...] -> [H D, ...]
      return try tensor.reshaped([heads, parts, shape[0] / heads / parts] + shape.dropFirst())
        .select(dimension: 1, index: part).reshaped(after)
    case .separatedPairs(let heads):
      // [H D, ...] -> [H, D/2, 2, ...] -> [H, 2, D/2, ...] -> [H D, ...]
      return try tensor.reshaped([heads, shape[0] / heads / 2, 2] + shape.dropFirst())
        .transposed(1, 2).reshaped(after)
    case .subtractingOne:
      return try tensor.to(dtype: .float32) + -1
    case .transposed:
      return try tensor.transposed(-1, -2)
    }
  }
}

/// Where a parameter comes from: a tensor of the checkpoint, or several that are put together, each with what is done
/// to it.
public struct ParameterOrigin: Sendable, Hashable {
  /// A tensor of the checkpoint and what is done to it, in order.
  public struct Part: Sendable, Hashable {
    public var name: String
    public var steps: [TensorStep]

    public init(_ name: String, _ steps: [TensorStep] = []) {
      self.name = name
      self.steps = steps
    }

    /// What of a tensor of `shape` is needed: the rows of its last dimension, counted through all others, the shape they
    /// make, and the steps that are left. For loaders that read piecewise.
    /// - Throws: ``OriginError/doesNotFit(step:shape:)``.
    public func needed(of shape: [Int]) throws(OriginError) -> (rows: Range<Int>, shape: [Int], steps: [TensorStep]) {
      var shape = shape
      var start = 0
      var taken = 0
      for step in steps {
        let inner = shape.dropFirst().dropLast().reduce(1, *)
        switch step {
        case .rows(let range) where shape.count > 1: start += range.lowerBound * inner
        case .slice(let index) where shape.count > 2: start += index * inner
        default:
          return (start..<start + shape.dropLast().reduce(1, *), shape, Array(steps.dropFirst(taken)))
        }
        shape = try step.shape(after: shape)
        taken += 1
      }
      return (start..<start + shape.dropLast().reduce(1, *), shape, Array(steps.dropFirst(taken)))
    }
  }

  public var parts: [Part]
  /// Along which dimension several parts are put together; the result then takes the parameter's shape.
  public var joinDimension: Int

  public init(_ parts: [Part], joinDimension: Int = 0) {
    self.parts = parts
    self.joinDimension = joinDimension
  }

  public init(_ name: String, _ steps: TensorStep...) { self.init([Part(name, steps)]) }

  /// The parameter's values. A view of the loaded tensor where that is possible.
  ///
  /// - Parameters:
  ///   - shape: the parameter's.
  ///   - load: the checkpoint's tensor of a name.
  /// - Throws: ``OriginError``, ``Layers/ParameterError`` is the caller's to throw when the shape still differs.
  public func values(shape: [Int], load: (String) throws -> Tensor) throws -> Tensor {
    try joined(parts.map { part in try part.steps.reduce(load(part.name)) { try $1($0) } }, shape: shape)
  }

  /// Parts that went through their steps, put together.
  public func joined(_ tensors: [Tensor], shape: [Int]) throws -> Tensor {
    if tensors.count == 1 { return tensors[0] }
    let joined = try Tensor.concatenated(tensors, dimension: joinDimension)
    guard joined.count == shape.reduce(1, *) else {
      throw OriginError.doesNotFit(step: "joining \(parts.map(\.name))", shape: joined.shape)
    }
    return try joined.reshaped(shape)
  }
}

/// A checkpoint's tensor that cannot become the parameter its family says.
public enum OriginError: Error, Hashable, CustomStringConvertible {
  case doesNotFit(step: String, shape: [Int])

  public var description: String {
    switch self {
    case .doesNotFit(let step, let shape):
      "a tensor of the shape \(shape) does not allow \(step); check that the checkpoint is of this family"
    }
  }
}
