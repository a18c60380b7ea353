public import Layers
internal import Torch

/// Decoupled weight decay (AdamW, arXiv 1711.05101), each parameter in one pass by libtorch's fused kernel.
///
/// Where parameters are kept in a narrow type, a master copy in fp32 takes the updates and is rounded back after each
/// step, unless `masterWeights` is false.
public final class AdamW {
  public struct Options: Sendable, Hashable, Codable {
    public var beta1 = 0.9
    public var beta2 = 0.95
    public var epsilon = 1e-8
    /// Of matrices; vectors (norms, biases) never decay.
    public var weightDecay = 0.1
    /// Gradients longer than this, all parameters taken together, are shortened to it; nil: never.
    public var clipNorm: Double? = 1

    public init() {}
  }

  /// Parameters that share a decay.
  private struct Group {
    let decay: Double
    let parameters: [Parameter]
    /// What the kernel updates: the parameters themselves, or their fp32 masters.
    let updated: [Tensor]
    let firstMoments: [Tensor]
    let secondMoments: [Tensor]
  }

  public let options: Options
  private let groups: [Group]
  /// One scalar for all parameters: they step together.
  private let step: Tensor
  public private(set) var stepsTaken = 0

  public init(_ parameters: [Parameter], options: Options = Options(), masterWeights: Bool = true) throws {
    self.options = options
    let device = parameters.first?.tensor.device ?? .cpu
    step = try Tensor.zeros([], device: device)
    groups = try withoutGradients {
      try [true, false].map { decays in
        let members = parameters.filter { ($0.tensor.rank >= 2) == decays }
        let updated = try members.map { parameter in
          let plain = try parameter.tensor.detached()
          return masterWeights ? try plain.to(dtype: .float32) : plain
        }
        return Group(
          decay: decays ? options.weightDecay : 0, parameters: members, updated: updated,
          firstMoments: try updated.map { try $0.zerosLike() }, secondMoments: try updated.map { try $0.zerosLike() })
      }
    }
  }

  /// Takes one step with the accumulated gradients, drops them, and returns their norm before clipping.
  public func step(learningRate: Double) throws -> Double {
    try withoutGradients {
      let gradients = try groups.map { group in
        try zip(group.parameters, group.updated).map { parameter, updated in
          let gradient = try parameter.tensor.gradient ?? parameter.tensor.zerosLike()
          return try gradient.to(dtype: updated.dtype)
        }
      }
      let norm = try Tensor.stacked(Tensor.norms(of: gradients.flatMap { $0 }).map { try $0.to(dtype: .float32) })
        .vectorNorm()
      // The kernel divides gradients by this on its way through memory.
      let shrink = try options.clipNorm.map { try (norm * (1 / $0)).clamped(from: 1) }
      try step.addInPlace(Tensor.ones([], device: step.device))
      stepsTaken += 1
      for (group, gradients) in zip(groups, gradients) where !group.parameters.isEmpty {
        try fusedAdamWStep(
          parameters: group.updated, gradients: gradients, firstMoments: group.firstMoments,
          secondMoments: group.secondMoments, steps: group.updated.map { _ in step }, learningRate: learningRate,
          beta1: options.beta1, beta2: options.beta2, weightDecay: group.decay, epsilon: options.epsilon,
          gradientScale: shrink)
        if let first = group.updated.first, first.dtype != group.parameters[0].tensor.dtype {
          try Tensor.copyInPlace(group.parameters.map { try $0.tensor.detached() }, from: group.updated)
        }
        for parameter in group.parameters { try parameter.tensor.setGradient(nil) }
      }
      return try norm.item()
    }
  }

  /// Everything but the parameters that the next step depends on, by name.
  var state: [(name: String, tensor: Tensor)] {
    var entries: [(String, Tensor)] = []
    for group in groups {
      for (index, parameter) in group.parameters.enumerated() {
        entries.append(("optimizer.first.\(parameter.path)", group.firstMoments[index]))
        entries.append(("optimizer.second.\(parameter.path)", group.secondMoments[index]))
        if group.updated[index].dtype != parameter.tensor.dtype {
          entries.append(("optimizer.master.\(parameter.path)", group.updated[index]))
        }
      }
    }
    return entries
  }

  func restore(stepsTaken: Int) throws {
    self.stepsTaken = stepsTaken
    try step.fillInPlace(Double(stepsTaken))
  }
}
