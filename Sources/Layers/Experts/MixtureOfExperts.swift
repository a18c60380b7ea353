// N tokens, C width, E experts, K of them active, G groups of experts.
public import Torch

/// A mixture of gated feed-forward experts: a router sends each token through K of E experts and adds their outputs, each
/// times its weight (Mixtral, arXiv 2401.04088; DeepSeek-V2 with shared experts and groups, arXiv 2405.04434,
/// equations 20 to 25).
///
/// Tokens are sorted by expert, so that each expert sees its tokens in one product; the router works in single precision
/// whatever the weights' type.
public struct MixtureOfExperts: FeedForward {
  public let shape: ExpertShape
  /// [E, C]
  private let router: Parameter
  private let experts: [GatedFeedForward]
  private let shared: GatedFeedForward?

  /// Parameters `gate.weight`, `experts.E.{gate,up,down}_proj.weight` and `shared_experts.*` below `builder`.
  public init(
    _ builder: ModuleBuilder, width: Int, shape: ExpertShape, activation: Activation = .silu, bias: Bool = false,
    initializer: Initializer, outputInitializer: Initializer
  ) throws {
    self.shape = shape
    router = try builder["gate"].parameter("weight", shape: [shape.count, width], initializer)
    func expert(_ builder: ModuleBuilder, _ intermediate: Int) throws -> GatedFeedForward {
      try GatedFeedForward(
        builder, width: width, intermediate: intermediate, activation: activation, bias: bias,
        initializer: initializer, outputInitializer: outputInitializer)
    }
    experts = try (0..<shape.count).map { try expert(builder["experts"][$0], shape.intermediate) }
    shared = try shape.sharedIntermediate.map { try expert(builder["shared_experts"], $0) }
  }

  public var flopsPerToken: Double {
    2 * Double(router.tensor.count) + Double(shape.active) * experts[0].flopsPerToken + (shared?.flopsPerToken ?? 0)
  }

  /// [..., C] -> [..., C]
  public func callAsFunction(_ input: Tensor) throws -> Tensor { try mix(input) { try $0($1) } }

  public func step(_ input: Tensor) throws -> Tensor { try mix(input) { try $0.step($1) } }

  private func mix(_ input: Tensor, _ apply: (GatedFeedForward, Tensor) throws -> Tensor) throws -> Tensor {
    let rows = try input.reshaped(-1, input.size(-1))  // [N, C]
    let (weights, chosen) = try route(rows)
    let mixed = try mix(rows, weights: weights, chosen: chosen, apply).view(input.shape)
    return try shared.map { try mixed + apply($0, input) } ?? mixed
  }

  /// The weights [N, K] in fp32, with their history, and the experts they belong to, token by token.
  func route(_ rows: Tensor) throws -> (weights: Tensor, chosen: [Int]) {
    let scores = try project(rows.to(dtype: .float32), router.tensor.to(dtype: .float32)).softmax(over: -1)  // [N, E]
    let candidates = try withoutGradients { try shape.groups > 1 ? withinGroups(scores) : scores }
    let indices = try withoutGradients { try candidates.largest(shape.active, over: -1).indices }  // [N, K]
    var weights = try scores.gathered(dimension: 1, by: indices)
    if shape.normalizesWeights { weights = try weights / weights.sum(over: [-1], keepingDimensions: true) }
    if shape.weightScale != 1 { weights = try weights * shape.weightScale }
    return (weights, try indices.values(as: Int64.self).map { Int($0) })
  }

  /// Scores of the experts in the best groups, zero for the others: a group counts by its best expert.
  private func withinGroups(_ scores: Tensor) throws -> Tensor {
    let (count, inside) = (scores.size(0), shape.count / shape.groups)
    let grouped = try scores.view(count, shape.groups, inside)  // [N, G, E/G]
    let best = try grouped.maximum(over: [-1])  // [N, G]
    let mask = try best.zerosLike()
    try mask.scatterAddInPlace(
      dimension: 1, at: best.largest(shape.activeGroups, over: -1).indices, value: 1)
    return try (grouped * mask.unsqueezed(-1)).view(count, shape.count)
  }

  private func mix(
    _ rows: Tensor, weights: Tensor, chosen: [Int], _ apply: (GatedFeedForward, Tensor) throws -> Tensor
  ) throws -> Tensor {
    let (order, counts) = Self.sorted(chosen, experts: shape.count)
    let tokens = try index(order.map { $0 / shape.active }, rows.device)
    let sorted = try rows.indexSelected(dimension: 0, at: tokens)  // [N K, C], expert after expert
    var start = 0
    var outputs: [Tensor] = []
    for (expert, count) in zip(experts, counts) where count > 0 {
      outputs.append(try apply(expert, sorted.narrow(dimension: 0, from: start, length: count)))
      start += count
    }
    var places = [Int](repeating: 0, count: order.count)
    for (place, slot) in order.enumerated() { places[slot] = place }
    let width = rows.size(1)
    let back = try Tensor.concatenated(outputs).indexSelected(dimension: 0, at: index(places, rows.device))
      .view(rows.size(0), shape.active, width)  // [N, K, C], as the router chose
    return try (back.to(dtype: .float32) * weights.unsqueezed(-1)).sum(over: [1]).to(dtype: rows.dtype)
  }

  private func index(_ values: [Int], _ device: Device) throws -> Tensor {
    try Tensor(values.map(Int64.init)).to(device: device)
  }

  /// The places of `chosen`, those of expert 0 first and otherwise in order, and how many each expert has.
  static func sorted(_ chosen: [Int], experts: Int) -> (order: [Int], counts: [Int]) {
    var counts = [Int](repeating: 0, count: experts)
    for expert in chosen { counts[expert] += 1 }
    var next = [Int](repeating: 0, count: experts)
    for expert in 1..<max(1, experts) { next[expert] = next[expert - 1] + counts[expert - 1] }
    var order = [Int](repeating: 0, count: chosen.count)
    for (slot, expert) in chosen.enumerated() {
      order[next[expert]] = slot
      next[expert] += 1
    }
    return (order, counts)
  }
}
