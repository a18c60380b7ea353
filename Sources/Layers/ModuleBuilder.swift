public import Torch

/// Makes and registers a model's parameters, each where its name, shape and initialiser stand together.
///
/// A value: `builder["mlp"]` is the same builder one name deeper.
public struct ModuleBuilder {
  public let path: String
  public let store: ParameterStore
  public let source: any ParameterSource
  /// Decides per path how a projection is made: dense, adapted, quantised.
  public let plan: any LinearPlan
  public let dtype: DType
  public let device: Device

  public init(
    path: String = "", store: ParameterStore = ParameterStore(), source: any ParameterSource,
    plan: any LinearPlan = DensePlan(), dtype: DType = .float32, device: Device = .cpu
  ) {
    self.path = path
    self.store = store
    self.source = source
    self.plan = plan
    self.dtype = dtype
    self.device = device
  }

  public subscript(name: String) -> ModuleBuilder {
    ModuleBuilder(
      path: path.isEmpty ? name : "\(path).\(name)", store: store, source: source, plan: plan, dtype: dtype,
      device: device)
  }

  public subscript(index: Int) -> ModuleBuilder { self[String(index)] }

  /// Makes the parameter `name` below this path.
  public func parameter(_ name: String, shape: [Int], _ initializer: Initializer) throws -> Parameter {
    let request = ParameterRequest(
      path: self[name].path, shape: shape, initializer: initializer, dtype: dtype, device: device)
    let tensor = try source.values(for: request)
    if device != .meta, plan.isTrainable { try tensor.requiringGradient() }
    let parameter = Parameter(path: request.path, tensor: tensor, isTrainable: plan.isTrainable)
    store.add(parameter)
    return parameter
  }

  /// The source's values for `name` below this path, not registered: for plans that keep them in another form, which
  /// they then ``register(_:as:count:byteCount:)``.
  public func values(_ name: String, shape: [Int], _ initializer: Initializer) throws -> Tensor {
    try source.values(
      for: ParameterRequest(path: self[name].path, shape: shape, initializer: initializer, dtype: dtype, device: device)
    )
  }

  /// Registers a tensor in a form of its own as the untrained parameter `name` below this path.
  /// - Parameters:
  ///   - count: elements of the matrix it stands for.
  ///   - byteCount: bytes it really takes.
  public func register(_ tensor: Tensor, as name: String, count: Int, byteCount: Int) {
    store.add(Parameter(path: self[name].path, tensor: tensor, isTrainable: false, count: count, byteCount: byteCount))
  }

  /// A projection from `inputs` to `outputs` features, made the way the plan says for this path.
  public func linear(
    _ name: String, from inputs: Int, to outputs: Int, bias: Bool = false, _ initializer: Initializer
  ) throws -> any Projection {
    try plan.makeProjection(self[name], inputs: inputs, outputs: outputs, bias: bias, initializer: initializer)
  }

  /// The same, when the matrix is read as well as multiplied with.
  public func readableLinear(
    _ name: String, from inputs: Int, to outputs: Int, bias: Bool = false, _ initializer: Initializer
  ) throws -> any Projection {
    try plan.makeReadableProjection(
      self[name], inputs: inputs, outputs: outputs, bias: bias, initializer: initializer)
  }

  /// Projections of one input.
  public func group(from inputs: Int, _ members: [ProjectionRequest]) throws -> any ProjectionGroup {
    try plan.makeGroup(self, inputs: inputs, members: members)
  }
}
