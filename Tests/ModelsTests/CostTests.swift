import Layers
import TestSupport
import Testing
import Torch

@testable import Models

/// The accounted floating-point operations against the matrix products libtorch really issued.
struct CostTests {
  init() throws { try TorchForTests.load() }

  static let shape = DecoderConfiguration(
    vocabulary: 61, width: 24, layers: 2, heads: 4, keyValueHeads: 2, intermediate: 40, maximumPositions: 64)

  /// Of the fused kernel's query [B, H, T, D] and value [B, H, S, V]: the pairs a causal mask leaves, for scores and for
  /// weighted values.
  private func attention(_ operators: [IssuedOperator], valueWidth: Int?) -> Double {
    operators.filter { $0.name == "aten::_scaled_dot_product_flash_attention_for_cpu" }.reduce(0) { total, op in
      let query = op.shapes[0] ?? []
      let pairs = Double(query[2] * (query[2] + 1)) / 2
      return total + 2 * Double(query[0] * query[1]) * pairs * Double(query[3] + (valueWidth ?? query[3]))
    }
  }

  @Test(arguments: AttentionKind.allCases)
  func forwardAndBackwardMatchTheIssuedProducts(kind: AttentionKind) throws {
    let configuration = Self.shape.with(attention: kind)
    let model = try Decoder(configuration, source: RandomSource(seed: 3))
    let (batch, length) = (3, 17)
    let tokens = try Tensor.randomIntegers(to: 61, shape: [batch, length], generator: Generator(seed: 1))
    let cost = DecoderCost(configuration)
    let perToken = cost.forwardFLOPsPerToken(sequenceLength: length)
    // Latent values are padded for the kernel; the account counts what is asked for.
    let valueWidth = kind == .multiHeadLatent ? configuration.latent?.valueWidth : nil

    let forward = try tracingOperators { try withoutGradients { try model.logits(tokens) } }.operators
    let forwardFLOPs = products(forward) + attention(forward, valueWidth: valueWidth)
    #expect(forwardFLOPs == perToken * Double(batch * length))

    // Training: three times the products of the forward pass, the loss's among them.
    let training = try tracingOperators { try model.loss(tokens, targets: tokens).backward() }.operators
    let forwardProducts = products(forward)
    #expect(products(training) == 3 * forwardProducts)
    #expect(
      3 * forwardFLOPs == cost.trainingFLOPsPerToken(sequenceLength: length) * Double(batch * length))
  }

  @Test(arguments: AttentionKind.allCases)
  func parametersAndCacheAreThoseOfTheModel(kind: AttentionKind) throws {
    for tied in [true, false] {
      var configuration = Self.shape.with(attention: kind)
      configuration.tiedEmbeddings = tied
      configuration.attentionBias = kind != .multiHeadLatent
      let model = try Decoder(configuration, source: RandomSource(seed: 3))
      let cost = DecoderCost(configuration)
      #expect(cost.parameters == model.parameters.count)
      #expect(model.cacheBytes(positions: 5) == cost.cacheElementsPerToken * 4 * LayerCacheShape.block)
      #expect(try model.makeCache(capacity: 300).byteCount == model.cacheBytes(positions: 300))
    }
  }

  @Test func publishedShapesHaveTheirPublishedSizes() throws {
    let expected = ["qwen2.5-0.5b": 494_032_768, "qwen2.5-1.5b": 1_543_714_304, "qwen2.5-3b": 3_085_938_688]
    for (name, parameters) in expected {
      #expect(try DecoderCost(DecoderConfiguration.preset(name)).parameters == parameters)
    }
  }

  @Test(arguments: AttentionKind.allCases)
  func parametersCanBeHeld(kind: AttentionKind) throws {
    let base = try DecoderConfiguration.preset("tiny")
    let target = DecoderCost(base).parameters
    let held = try DecoderCost(base.with(attention: kind)).holdingParameters(at: target)
    let step = 3 * 8 * base.width * base.layers
    #expect(abs(DecoderCost(held).parameters - target) <= step / 2)
    try held.validate()
  }

  @Test func impossibleShapesAreNamed() throws {
    var shape = Self.shape
    shape.keyValueHeads = 3
    #expect(throws: ConfigurationError.notDivisible(name: "kv-heads", value: 3, by: "heads", 4)) {
      try shape.validate()
    }
    shape = Self.shape
    shape.headWidth = 7
    #expect(throws: ConfigurationError.odd(name: "head-width", value: 7)) { try shape.validate() }
    shape = Self.shape
    shape.layers = 0
    #expect(throws: ConfigurationError.notPositive(name: "layers", value: 0)) { try shape.validate() }
    #expect(throws: ConfigurationError.self) { try DecoderConfiguration.preset("huge") }
    #expect(throws: ConfigurationError.parametersOutOfReach(target: 10, smallest: 5_040)) {
      try DecoderCost(Self.shape).holdingParameters(at: 10)
    }
  }
}
