import TestSupport
import Testing
import Torch

@testable import Layers

struct ParameterTests {
  init() throws { try TorchForTests.load() }

  private func norm(_ source: any ParameterSource) throws -> (RMSNorm, ParameterStore) {
    let builder = ModuleBuilder(source: source)
    let norm = try RMSNorm(builder["outer"][3]["norm"], width: 5, epsilon: 1e-6)
    try source.finish()
    return (norm, builder.store)
  }

  @Test func pathsAreJoined() throws {
    let (norm, store) = try norm(RandomSource(seed: 1))
    #expect(norm.weight.path == "outer.3.norm.weight")
    #expect(store["outer.3.norm.weight"] === norm.weight)
    #expect(store.count == 5)
    #expect(store.byteCount == 20)
  }

  @Test func loadingIsStrictBothWays() throws {
    let path = "outer.3.norm.weight"
    #expect(throws: ParameterError.missing(path: path)) { try norm(NamedTensorSource([:])) }
    #expect(throws: ParameterError.wrongShape(path: path, expected: [5], found: [4])) {
      try norm(NamedTensorSource([path: Tensor.zeros([4])]))
    }
    #expect(throws: ParameterError.unexpected(paths: ["more"])) {
      try norm(NamedTensorSource([path: Tensor.zeros([5]), "more": Tensor.zeros([1])]))
    }
  }

  @Test func loadedParametersAreCopies() throws {
    let source = try Tensor.ones([5])
    let (norm, _) = try norm(NamedTensorSource(["outer.3.norm.weight": source]))
    try withoutGradients { try norm.weight.tensor.fillInPlace(3) }
    #expect(try source.sum().item() == 5)
  }

  /// What two variants share starts equal, whatever is made before it.
  @Test func randomValuesDependOnSeedAndPathAlone() throws {
    func weight(seed: UInt64, after others: Int) throws -> Tensor {
      let builder = ModuleBuilder(source: RandomSource(seed: seed))
      for index in 0..<others {
        _ = try builder["other"][index].parameter("weight", shape: [3, 3], .normal(standardDeviation: 1))
      }
      return try builder["shared"].parameter("weight", shape: [4, 6], .normal(standardDeviation: 0.02)).tensor
    }
    #expect(try weight(seed: 1, after: 0).isEqual(to: weight(seed: 1, after: 2)))
    #expect(try !weight(seed: 1, after: 0).isEqual(to: weight(seed: 2, after: 0)))
  }

  @Test func metaModelsTakeNoMemory() throws {
    let before = try TensorMemory.current(on: .cpu).allocatedBytes
    let builder = ModuleBuilder(source: RandomSource(seed: 1), device: .meta)
    let linear = try builder.linear("big", from: 1 << 16, to: 1 << 16, .normal(standardDeviation: 1))
    #expect(linear.flopsPerToken == 0x1p33)
    #expect(builder.store.byteCount == 1 << 34)
    #expect(try TensorMemory.current(on: .cpu).allocatedBytes - before < 1 << 28)
  }
}
