import Layers
import Testing

@testable import Models

/// What GGUF metadata says of a model, under the keys that llama.cpp's converter writes.
struct GGUFConfigurationTests {
  static let base: [String: FieldValue] = [
    "block_count": .integer(4), "context_length": .integer(2048), "embedding_length": .integer(64),
    "feed_forward_length": .integer(96), "attention.head_count": .integer(4), "attention.head_count_kv": .integer(2),
    "rope.freq_base": .number(10_000), "attention.layer_norm_rms_epsilon": .number(1e-5),
  ]

  static func description(
    _ architecture: String, _ fields: [String: FieldValue] = [:], tensors: [String: [Int]] = [:],
    values: [String: [Float]] = [:]
  ) -> GGUFDescription {
    var metadata = ["general.architecture": FieldValue.string(architecture)]
    for (key, value) in base.merging(fields, uniquingKeysWith: { $1 }) { metadata["\(architecture).\(key)"] = value }
    let shapes = ["token_embd.weight": [128, 64]].merging(tensors) { $1 }
    return GGUFDescription(
      architecture: architecture, metadata: metadata, tensorShape: { shapes[$0] }, tensorValues: { values[$0] ?? [] })
  }

  private func read(
    _ architecture: String, _ fields: [String: FieldValue] = [:], tensors: [String: [Int]] = [:],
    values: [String: [Float]] = [:]
  ) throws -> DecoderConfiguration {
    try ModelFamily.read(gguf: Self.description(architecture, fields, tensors: tensors, values: values)).1
  }

  @Test func llama() throws {
    let plain = try read("llama", ["rope.dimension_count": .integer(16)])
    #expect(plain.vocabulary == 128)
    #expect(plain.heads == 4)
    #expect(plain.keyValueHeads == 2)
    #expect(plain.headWidth == 16)
    #expect(plain.rotaryFraction == 1)
    #expect(plain.tiedEmbeddings)
    #expect(plain.maximumPositions == 2048)
    #expect(plain.experts == nil)
    #expect(try !read("llama", tensors: ["output.weight": [128, 64]]).tiedEmbeddings)
    // Llama 3 keeps its scaling as factors.
    let factors: [Float] = [1, 1, 2, 4, 8, 8, 8, 8]
    let scaled = try read(
      "llama", tensors: ["rope_freqs.weight": [8]], values: ["rope_freqs.weight": factors])
    #expect(scaled.ropeScaling == .divided(factors: factors.map { Double($0) }))
    let mixtral = try read("llama", ["expert_count": .integer(8), "expert_used_count": .integer(2)])
    #expect(mixtral.experts == ExpertShape(count: 8, active: 2, intermediate: 96))
  }

  @Test func qwen() throws {
    let second = try read("qwen2", tensors: ["blk.0.attn_q.bias": [64]])
    #expect(second.attentionBias)
    #expect(!second.attentionOutputBias)
    let third = try read("qwen3", ["attention.key_length": .integer(32), "attention.value_length": .integer(32)])
    #expect(third.queryKeyNorm)
    #expect(third.headWidth == 32)
    let mixture = try read(
      "qwen3moe",
      ["expert_count": .integer(6), "expert_used_count": .integer(3), "expert_feed_forward_length": .integer(20)])
    #expect(mixture.experts?.intermediate == 20)
    #expect(mixture.experts?.normalizesWeights == true)
  }

  @Test func gemma() throws {
    let gemma = try read(
      "gemma3",
      [
        "attention.key_length": .integer(32), "attention.value_length": .integer(32), "rope.freq_base": .number(1e6),
        "attention.sliding_window": .integer(512), "block_count": .integer(7),
      ])
    #expect(gemma.normalization == .rootMeanSquarePlusOne)
    #expect(gemma.layout == .sandwich)
    #expect(gemma.embeddingScale == 8)
    #expect(gemma.attentionScale == nil)
    #expect(gemma.activation == .geluTanh)
    #expect(
      gemma.slidingWindow
        == SlidingWindow(positions: 512, layers: [true, true, true, true, true, false, true], ropeBase: 10_000))
    let big = try read("gemma3", ["block_count": .integer(62), "rope.scaling.type": .string("linear"), "rope.scaling.factor": .number(8)])
    #expect(big.attentionScale == 0.25)
    #expect(big.ropeScaling == .linear(factor: 8))
    let listed = try read(
      "gemma3",
      [
        "attention.sliding_window": .integer(9),
        "attention.sliding_window_pattern": .list([.bool(true), .bool(false), .bool(true), .bool(false)]),
      ])
    #expect(listed.slidingWindow?.layers == [true, false, true, false])
  }

  @Test func phi() throws {
    let tensors = ["rope_factors_long.weight": [6], "rope_factors_short.weight": [6]]
    let values: [String: [Float]] = [
      "rope_factors_long.weight": [1, 2, 3, 4, 5, 6], "rope_factors_short.weight": [1, 1, 1, 1, 1, 1],
    ]
    let phi = try read(
      "phi3",
      [
        "rope.dimension_count": .integer(12), "rope.scaling.original_context_length": .integer(512),
        "rope.scaling.attn_factor": .number(1.125),
      ], tensors: tensors, values: values)
    #expect(phi.rotaryFraction == 0.75)
    #expect(phi.rotatedFeatures == 12)
    #expect(
      phi.ropeScaling
        == .longrope(
          shortFactors: [1, 1, 1, 1, 1, 1], longFactors: [1, 2, 3, 4, 5, 6], originalPositions: 512,
          attentionFactor: 1.125))
  }

  @Test func neoX() throws {
    let neoX = try read(
      "gptneox",
      [
        "attention.layer_norm_rms_epsilon": .null, "attention.layer_norm_epsilon": .number(1e-4),
        "rope.dimension_count": .integer(4), "use_parallel_residual": .bool(true),
        "attention.head_count_kv": .null,
      ],
      tensors: ["blk.0.attn_qkv.bias": [192], "blk.0.attn_output.bias": [64], "output.weight": [128, 64]])
    #expect(neoX.normalization == .layer)
    #expect(neoX.layout == .parallel)
    #expect(neoX.attentionBias)
    #expect(neoX.attentionOutputBias)
    #expect(neoX.normEpsilon == 1e-4)
    #expect(neoX.rotaryFraction == 0.25)
    #expect(neoX.attention == .multiHead)
  }

  @Test func deepSeek() throws {
    let fields: [String: FieldValue] = [
      "attention.head_count_kv": .integer(1), "attention.kv_lora_rank": .integer(24),
      "attention.key_length": .integer(32), "attention.value_length": .integer(24),
      "attention.key_length_mla": .integer(20), "attention.value_length_mla": .integer(12),
      "rope.dimension_count": .integer(8), "expert_count": .integer(6), "expert_used_count": .integer(2),
      "expert_feed_forward_length": .integer(20), "expert_shared_count": .integer(2),
      "leading_dense_block_count": .integer(1), "expert_weights_scale": .number(1.5),
      "rope.scaling.type": .string("yarn"), "rope.scaling.factor": .number(40),
      "rope.scaling.original_context_length": .integer(64), "rope.scaling.yarn_log_multiplier": .number(0.0707),
    ]
    let lite = try read("deepseek2", fields)
    #expect(lite.latent == LatentShape(keyValueRank: 24, positionlessWidth: 12, rotaryWidth: 8, valueWidth: 12))
    #expect(
      lite.experts
        == ExpertShape(
          count: 6, active: 2, intermediate: 20, sharedIntermediate: 40, denseLayers: 1, normalizesWeights: false,
          weightScale: 1.5))
    let factor = RotaryScaling.yarnFactor(40, weight: 0.707)
    #expect(abs(try #require(lite.ropeScaling).scoreScale - factor * factor) < 1e-12)
    #expect(throws: ConfigurationError.self) {
      try read("deepseek2", fields.merging(["rope.dimension_count": .integer(30)]) { $1 })
    }
  }

  @Test func encoder() throws {
    let family = try #require(EncoderFamily.family(ggufArchitecture: "bert"))
    let fields: [String: FieldValue] = ["attention.layer_norm_epsilon": .number(1e-12), "pooling_type": .integer(2)]
    let bert = try family.ggufConfiguration(Self.description("bert", fields, tensors: ["token_types.weight": [2, 64]]))
    #expect(bert.pooling == .first)
    #expect(bert.maximumPositions == 2048)
    #expect(bert.normEpsilon == 1e-12)
    #expect(throws: FamilyError.self) {
      try family.ggufConfiguration(Self.description("bert", ["pooling_type": .integer(3)]))
    }
  }

  @Test func whatIsWrongIsNamed() throws {
    #expect(throws: FamilyError.missing(field: "llama.block_count")) { try read("llama", ["block_count": .null]) }
    #expect(throws: FamilyError.self) {
      try read("llama", ["attention.head_count_kv": .list([.integer(2), .integer(4)])])
    }
    #expect(try read("llama", ["attention.head_count_kv": .list([.integer(2), .integer(2)])]).keyValueHeads == 2)
    #expect(throws: ConfigurationError.self) { try read("llama", ["attention.head_count": .integer(0)]) }
    #expect(throws: FamilyError.self) { try read("llama", tensors: ["rope_freqs.weight": [1 << 20]]) }
    #expect(throws: ConfigurationError.wrongCount(name: "rotary factors", found: 0, expected: 8)) {
      try read("llama", tensors: ["rope_freqs.weight": [8]])
    }
    #expect(throws: FamilyError.self) { try read("llama", ["rope.scaling.type": .string("ntk")]) }
  }
}
