import TestSupport
import Testing
import Torch

@testable import Layers

/// Norms, feed-forward networks and experts against what they are defined as.
struct FamilyLayerTests {
  init() throws { try TorchForTests.load() }

  private let initial = Initializer.normal(standardDeviation: 0.3)

  private func input(_ shape: [Int], seed: UInt64 = 7) throws -> Tensor {
    try Tensor.randn(shape, generator: Generator(seed: seed))
  }

  @Test func layerNormIsItsDefinition() throws {
    let norm = try LayerNorm(ModuleBuilder(source: RandomSource(seed: 1)), width: 13, epsilon: 1e-3)
    try withoutGradients {
      try norm.weight.tensor.copyInPlace(from: input([13], seed: 2))
      try norm.bias.tensor.copyInPlace(from: input([13], seed: 3))
    }
    let x = try input([4, 13])
    let centred = try x - x.mean(over: [-1], keepingDimensions: true)
    let variance = try (centred * centred).mean(over: [-1], keepingDimensions: true)
    let expected = try centred * (variance + 1e-3).reciprocalSquareRoot() * norm.weight.tensor + norm.bias.tensor
    #expect(try relativeError(norm(x).detached(), expected.detached()) < 1e-6)
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func plusOneAddsItInSinglePrecision(dtype: DType) throws {
    let builder = ModuleBuilder(source: RandomSource(seed: 1), dtype: dtype)
    let stored = try RMSNormPlusOne(builder["a"], width: 13, epsilon: 1e-6)
    // A difference that vanishes beside one in bf16.
    try withoutGradients { try stored.weight.tensor.fillInPlace(0.001) }
    let x = try input([4, 13]).to(dtype: dtype)
    let wide = try x.to(dtype: .float32)
    let expected = try rmsNorm(wide, weight: Tensor.full([13], 1.001), epsilon: 1e-6).to(dtype: dtype)
    #expect(try relativeError(stored(x).detached(), expected) < (dtype == .float32 ? 1e-6 : 1e-9))
  }

  @Test func activationsAreTheirDefinitions() throws {
    let x = try input([5, 7])
    #expect(try relativeError(Activation.silu(x), x * x.sigmoid()) < 1e-6)
    let cubic = try (x + x * x * x * 0.044715) * 0.7978845608028654
    let approximate = try x * (cubic.hyperbolicTangent() + 1) * 0.5
    #expect(try relativeError(Activation.geluTanh(x), approximate) < 1e-6)
    // 0.5 x (1 + erf(x / sqrt 2)) at one and at minus two.
    let exact = try Activation.gelu(Tensor([1, -2] as [Float])).values(as: Float.self)
    #expect(abs(exact[0] - 0.8413447) < 1e-6)
    #expect(abs(exact[1] + 0.0455003) < 1e-6)
  }

  @Test func feedForwardNetworksCountTheirProducts() throws {
    let builder = ModuleBuilder(source: RandomSource(seed: 1))
    let plain = try PlainFeedForward(
      builder["plain"], width: 6, intermediate: 10, bias: true, initializer: initial, outputInitializer: initial)
    let gated = try GatedFeedForward(
      builder["gated"], width: 6, intermediate: 10, activation: .geluTanh, bias: true, initializer: initial,
      outputInitializer: initial)
    #expect(plain.flopsPerToken == 2 * 2 * 60)
    #expect(gated.flopsPerToken == 3 * 2 * 60)
    #expect(builder.store.count == 120 + 16 + 180 + 26)
    let x = try input([3, 6])
    func weight(_ path: String) throws -> Tensor { try #require(builder.store[path]).tensor }
    let expected = try linear(
      linear(x, weight("gated.gate_proj.weight"), bias: weight("gated.gate_proj.bias")).gelu(approximately: true)
        * linear(x, weight("gated.up_proj.weight"), bias: weight("gated.up_proj.bias")),
      weight("gated.down_proj.weight"), bias: weight("gated.down_proj.bias"))
    #expect(try relativeError(gated(x).detached(), expected.detached()) < 1e-5)
  }

  /// Token by token and expert by expert, with every weight spelled out.
  @Test(arguments: [
    ExpertShape(count: 5, active: 2, intermediate: 9),
    ExpertShape(count: 6, active: 3, intermediate: 9, sharedIntermediate: 7, normalizesWeights: false, weightScale: 1.7),
    ExpertShape(count: 6, active: 2, intermediate: 9, normalizesWeights: false, groups: 3, activeGroups: 1),
    ExpertShape(count: 4, active: 4, intermediate: 9), ExpertShape(count: 1, active: 1, intermediate: 9),
  ])
  func mixturesAreTheirDefinition(shape: ExpertShape) throws {
    let (width, tokens) = (8, 11)
    let builder = ModuleBuilder(source: RandomSource(seed: 4))
    let mixture = try MixtureOfExperts(
      builder, width: width, shape: shape, initializer: initial, outputInitializer: initial)
    let x = try input([1, tokens, width]).requiringGradient()
    func weight(_ path: String) throws -> Tensor { try #require(builder.store["\(path).weight"]).tensor }
    func network(_ path: String, _ row: Tensor) throws -> Tensor {
      try linear(
        linear(row, weight("\(path).gate_proj")).silu() * linear(row, weight("\(path).up_proj")),
        weight("\(path).down_proj"))
    }
    var rows: [Tensor] = []
    for token in 0..<tokens {
      let row = try x.view(tokens, width).narrow(dimension: 0, from: token, length: 1)
      let scores = try linear(row, weight("gate")).softmax(over: -1)
      var ranked = try scores.detached().values(as: Float.self).enumerated().map { ($0, $1) }
      if shape.groups > 1 {
        let size = shape.count / shape.groups
        let best = stride(from: 0, to: shape.count, by: size).map { start in
          ranked[start..<start + size].map(\.1).max() ?? 0
        }
        let kept = best.enumerated().sorted { $0.element > $1.element }.prefix(shape.activeGroups).map(\.offset)
        ranked = ranked.filter { kept.contains($0.0 / size) }
      }
      let chosen = ranked.sorted { $0.1 > $1.1 }.prefix(shape.active).map(\.0)
      let picked = try chosen.map { try scores.narrow(dimension: 1, from: $0, length: 1) }
      let total = try Tensor.concatenated(picked, dimension: 1).sum(over: [1], keepingDimensions: true)
      var sum = try shape.sharedIntermediate.map { _ in try network("shared_experts", row) } ?? row.zerosLike()
      for (expert, score) in zip(chosen, picked) {
        let share = try (shape.normalizesWeights ? score / total : score) * shape.weightScale
        sum = try sum + network("experts.\(expert)", row) * share
      }
      rows.append(sum)
    }
    let expected = try Tensor.concatenated(rows).view(1, tokens, width)
    let found = try mixture(x)
    #expect(try relativeError(found.detached(), expected.detached()) < 1e-5)
    #expect(try relativeError(withoutGradients { try mixture.step(x.view(tokens, width)) }.view(1, tokens, width), expected.detached()) < 1e-5)

    // Gradients through the experts, the router and the input.
    let inputs = [x] + builder.store.parameters.map(\.tensor)
    let weights = try input([1, tokens, width], seed: 8)
    let left = try gradients(of: [(found * weights).sum()], withRespectTo: inputs)
    let right = try gradients(of: [(expected * weights).sum()], withRespectTo: inputs)
    for (index, pair) in zip(left, right).enumerated() {
      guard let wanted = pair.1 else { continue }
      let largest = try wanted.absolute().maximum(over: Array(0..<wanted.rank)).item()
      guard largest > 1e-6 else { continue }
      #expect(try relativeError(#require(pair.0), wanted) < 1e-4, "gradient of input \(index)")
    }
    let expert = 3 * 2 * Double(width * shape.intermediate)
    let shared = 3 * 2 * Double(width * (shape.sharedIntermediate ?? 0))
    #expect(mixture.flopsPerToken == Double(shape.active) * expert + shared + 2 * Double(width * shape.count))
  }

  @Test func tokensAreSortedByExpertAndOtherwiseStayInOrder() {
    let (order, counts) = MixtureOfExperts.sorted([2, 0, 2, 1, 0, 2], experts: 4)
    #expect(order == [1, 4, 3, 0, 2, 5])
    #expect(counts == [2, 1, 3, 0])
    #expect(MixtureOfExperts.sorted([], experts: 1).order.isEmpty)
  }
}
