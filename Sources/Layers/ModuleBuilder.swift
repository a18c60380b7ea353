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
    if device != .meta { try tensor.requiringGradient() }
    let parameter = Parameter(path: request.path, tensor: tensor, isTrainable: true)
    store.add(parameter)
    return parameter
  }

  /// A projection from `inputs` to `outputs` features, made the way the plan says for this path.
  public func linear(
    _ name: String, from inputs: Int, to outputs: Int, bias: Bool = false, _ initializer: Initializer
  ) throws -> any Projection {
    try plan.makeProjection(self[name], inputs: inputs, outputs: outputs, bias: bias, initializer: initializer)
  }
}
