internal import Torch

/// Projections for inference: no gradients, and on the CPU matrices packed once for oneDNN, those of one input as one
/// matrix. Where packing is not to be had (another device, another type, a libtorch without oneDNN) they stay plain.
///
/// A packed matrix is registered under its own path, one of a group under "path.{q_proj,k_proj,v_proj}.weight". Values
/// are taken from the source one matrix (or group) at a time, and the plain copy is dropped at once.
public struct InferencePlan: LinearPlan {
  /// Whether matrices are packed where they can be.
  public let packs: Bool

  public init(packs: Bool = true) { self.packs = packs }

  public var isTrainable: Bool { false }

  public func makeProjection(
    _ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer
  ) throws -> any Projection {
    try HeldLinear(
      builder, names: [], inputs: inputs, members: [ProjectionRequest("", to: outputs, bias: bias, initializer)],
      packs: packs)
  }

  public func makeReadableProjection(
    _ builder: ModuleBuilder, inputs: Int, outputs: Int, bias: Bool, initializer: Initializer
  ) throws -> any Projection {
    try Linear(builder, inputs: inputs, outputs: outputs, bias: bias, initializer: initializer)
  }

  public func makeGroup(
    _ builder: ModuleBuilder, inputs: Int, members: [ProjectionRequest]
  ) throws -> any ProjectionGroup {
    JoinedProjections(
      linear: try HeldLinear(
        builder, names: members.map(\.name), inputs: inputs, members: members, packs: packs),
      outputs: members.map(\.outputs))
  }

  public func makeVocabularyProjection(
    _ builder: ModuleBuilder, width: Int, vocabulary: Int, tied: Parameter?, initializer: Initializer
  ) throws -> any VocabularyProjection {
    guard let tied else {
      return HeldVocabularyProjection(
        linear: try HeldLinear(
          builder, names: [], inputs: width, members: [ProjectionRequest("", to: vocabulary, initializer)],
          packs: packs),
        matrix: nil)
    }
    // The lookup needs the plain matrix and the product a packed one: both are held, and both are counted.
    guard packs, let packed = PackedMatrix(tied.tensor) else { return DenseVocabularyProjection(matrix: tied) }
    builder.register(packed.tensor, as: "packed_weight", count: 0, byteCount: packed.byteCount)
    return HeldVocabularyProjection(linear: HeldLinear(packed: packed), matrix: tied)
  }
}

/// A projection of one matrix, or of several below each other, packed or plain.
struct HeldLinear: Projection {
  private enum Matrix {
    case packed(PackedMatrix)
    case plain(Tensor)
  }

  let inputs: Int
  let outputs: Int
  private let matrix: Matrix
  private let bias: Tensor?

  init(packed: PackedMatrix) {
    inputs = packed.inputs
    outputs = packed.outputs
    matrix = .packed(packed)
    bias = nil
  }

  /// - Parameter names: of the members below `builder`; empty: `builder` itself is the only one.
  init(
    _ builder: ModuleBuilder, names: [String], inputs: Int, members: [ProjectionRequest], packs: Bool
  ) throws {
    let outputs = members.reduce(0) { $0 + $1.outputs }
    self.inputs = inputs
    self.outputs = outputs
    let builders = names.isEmpty ? [builder] : names.map { builder[$0] }
    let joined = names.isEmpty ? builder : names.count == 1 ? builders[0] : builder["{\(names.joined(separator: ","))}"]

    var matrices = try zip(builders, members).map { builder, member in
      try builder.values("weight", shape: [member.outputs, inputs], member.initializer)
    }
    let plain = matrices.count == 1 ? matrices[0] : try Tensor.concatenated(matrices)  // [N, K]
    matrices = []
    if packs, let packed = PackedMatrix(plain) {
      joined.register(packed.tensor, as: "weight", count: plain.count, byteCount: packed.byteCount)
      matrix = .packed(packed)
    } else {
      joined.register(plain, as: "weight", count: plain.count, byteCount: plain.byteCount)
      matrix = .plain(plain)
    }
    guard members.contains(where: \.bias) else {
      bias = nil
      return
    }
    let biases = try zip(builders, members).map { builder, member in
      member.bias
        ? try builder.values("bias", shape: [member.outputs], .constant(0))
        : try Tensor.zeros([member.outputs], dtype: builder.dtype, device: builder.device)
    }
    let joinedBias = biases.count == 1 ? biases[0] : try Tensor.concatenated(biases)  // [N]
    let count = members.reduce(0) { $0 + ($1.bias ? $1.outputs : 0) }
    joined.register(joinedBias, as: "bias", count: count, byteCount: joinedBias.byteCount)
    bias = joinedBias
  }

  func callAsFunction(_ input: Tensor) throws -> Tensor {
    switch matrix {
    case .packed(let matrix): try matrix.multiplied(by: input, bias: bias)
    case .plain(let matrix): try fastestLinear(input, matrix, bias: bias)
    }
  }

  /// A packed matrix cannot be read back: whoever reads it asks the builder for a readable projection.
  func effectiveWeight() throws -> Tensor {
    switch matrix {
    case .packed: preconditionFailure("a packed matrix was asked for its elements; make it with readableLinear")
    case .plain(let matrix): matrix
    }
  }

  var flopsPerToken: Double { 2 * Double(inputs) * Double(outputs) }
}

/// Several projections of one input as one product.
struct JoinedProjections: ProjectionGroup {
  let linear: HeldLinear
  let outputs: [Int]

  func callAsFunction(_ input: Tensor) throws -> [Tensor] {
    try linear(input).split(sizes: outputs, dimension: -1)
  }

  func joined(_ input: Tensor) throws -> Tensor { try linear(input) }

  var flopsPerToken: Double { linear.flopsPerToken }
}

/// The product with the vocabulary's matrix, packed or plain.
struct HeldVocabularyProjection: VocabularyProjection {
  let linear: HeldLinear
  let matrix: Parameter?
  var outputs: Int { linear.outputs }

  func callAsFunction(_ hidden: Tensor) throws -> Tensor { try linear(hidden) }
}
