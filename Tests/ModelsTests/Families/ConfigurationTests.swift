import Foundation
import Layers
import Testing

@testable import Models

/// What configuration files say, and what they must not say.
struct ConfigurationTests {
  private func fields(_ text: String) throws -> ConfigurationFields { try ConfigurationFields(json: Data(text.utf8)) }

  private static let llama: [String: FieldValue] = [
    "model_type": .string("llama"), "vocab_size": .integer(61), "hidden_size": .integer(32),
    "intermediate_size": .integer(44), "num_hidden_layers": .integer(2), "num_attention_heads": .integer(4),
    "num_key_value_heads": .integer(2), "max_position_embeddings": .integer(64), "rms_norm_eps": .number(1e-5),
  ]

  private func read(_ changes: [String: FieldValue], type: String = "llama") throws -> DecoderConfiguration {
    var all = Self.llama.merging(changes) { $1 }
    all["model_type"] = .string(type)
    return try ModelFamily.read(ConfigurationFields(all)).1
  }

  @Test func jsonIsReadAsItIs() throws {
    let fields = try fields(
      #"{"a": 1, "b": 2.5, "c": true, "d": "x", "e": [1, 2.0, "y"], "f": {"g": null}, "h": null, "i": 1e3, "j": false}"#)
    #expect(try fields.integer("a") == 1)
    #expect(try fields.number("a") == 1)
    #expect(try fields.number("b") == 2.5)
    #expect(try fields.bool("c", fallback: false))
    #expect(try !fields.bool("j", fallback: true))
    #expect(try fields.string("d") == "x")
    #expect(try fields.list("e") == [.integer(1), .integer(2), .string("y")])
    #expect(try fields.object("f")?.values == ["g": .null])
    #expect(try fields.optionalInteger("h") == nil)
    #expect(try fields.integer("i") == 1000)
    #expect(try fields.integer("k", "a") == 1)
    #expect(try fields.integer("k", fallback: 7) == 7)
  }

  @Test func whatIsWrongIsNamed() throws {
    let fields = try fields(
      #"{"a": "1", "b": -1, "c": 1e300, "d": 2.5, "e": [1], "f": {"g": 1}, "h": 9223372036854775807, "i": 1}"#)
    #expect(throws: FamilyError.missing(field: "z")) { try fields.integer("z", "y") }
    #expect(throws: FamilyError.wrongKind(field: "a", expected: "an integer", found: "a string")) {
      try fields.integer("a")
    }
    #expect(throws: FamilyError.outOfRange(field: "b", value: "-1", allowed: "0 to 2147483648")) {
      try fields.integer("b")
    }
    #expect(throws: FamilyError.wrongKind(field: "c", expected: "an integer", found: "a number")) {
      try fields.integer("c")
    }
    #expect(throws: FamilyError.wrongKind(field: "d", expected: "an integer", found: "a number")) {
      try fields.integer("d")
    }
    #expect(throws: FamilyError.self) { try fields.integer("h") }
    #expect(throws: FamilyError.wrongKind(field: "i", expected: "a truth value", found: "an integer")) {
      try fields.bool("i", fallback: true)
    }
    #expect(throws: FamilyError.wrongKind(field: "e", expected: "a list of strings", found: "a list with an integer")) {
      try fields.strings("e")
    }
    let inner = try #require(try fields.object("f"))
    #expect(throws: FamilyError.wrongKind(field: "f.g", expected: "a string", found: "an integer")) {
      try inner.string("g")
    }
    #expect(throws: FamilyError.missing(field: "f.x")) { try inner.number("x") }
  }

  @Test func filesThatAreNoConfigurationAreRefused() {
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    for text in ["", "[]", "{", "7", #"{"a": NaN}"#, #"{"a": \#(deep)}"#, "\u{0}"] {
      #expect(throws: FamilyError.self, "\(text.prefix(20))") { try fields(text) }
    }
    #expect(throws: FamilyError.self) {
      try ConfigurationFields(json: Data(repeating: 0x20, count: (16 << 20) + 1))
    }
  }

  @Test func modelsThatAreNotThereAreNamed() throws {
    #expect(throws: FamilyError.missing(field: "model_type")) { try ModelFamily.read(fields("{}")) }
    #expect {
      try ModelFamily.family(modelType: "rwkv")
    } throws: {
      "\($0)".contains("'rwkv'") && "\($0)".contains("llama") && "\($0)".contains("bert")
    }
    #expect(throws: FamilyError.self) { try ModelFamily.family(ggufArchitecture: "mamba") }
    let types = ModelFamily.all.flatMap(\.modelTypes) + EncoderFamily.all.flatMap(\.modelTypes)
    #expect(Set(types).count == types.count)
  }

  @Test func rotaryScalingsAreRead() throws {
    func scaling(_ fields: [String: FieldValue]) throws -> RotaryScaling? {
      try read(["rope_scaling": .object(fields)]).ropeScaling
    }
    #expect(try read([:]).ropeScaling == nil)
    #expect(try read(["rope_scaling": .null]).ropeScaling == nil)
    #expect(try scaling(["rope_type": .string("default")]) == nil)
    // Begins only beyond the longest context.
    #expect(try scaling(["type": .string("dynamic"), "factor": .number(2)]) == nil)
    #expect(try scaling(["type": .string("linear"), "factor": .integer(4)]) == .linear(factor: 4))
    let yarn = try read([
      "rope_scaling": .object([
        "type": .string("yarn"), "factor": .number(4), "original_max_position_embeddings": .integer(64),
      ])
    ])
    #expect(
      yarn.ropeScaling
        == .yarn(
          factor: 4, originalPositions: 64, betaFast: 32, betaSlow: 1, attentionFactor: nil, scoreScale: 1,
          truncates: true))
    #expect(yarn.maximumPositions == 256)
    #expect(throws: FamilyError.missing(field: "rope_scaling.factor")) { try scaling(["type": .string("linear")]) }
    #expect(throws: FamilyError.self) { try scaling(["type": .string("mrope")]) }
    #expect(throws: ConfigurationError.self) { try scaling(["type": .string("linear"), "factor": .number(0)]) }
    #expect(throws: ConfigurationError.self) {
      try scaling([
        "rope_type": .string("llama3"), "factor": .number(8), "low_freq_factor": .number(4),
        "high_freq_factor": .number(4), "original_max_position_embeddings": .integer(16),
      ])
    }
    let factors = FieldValue.list([.number(1), .number(2), .number(3)])
    #expect(throws: ConfigurationError.wrongCount(name: "rotary factors", found: 3, expected: 4)) {
      try scaling([
        "type": .string("longrope"), "short_factor": factors, "long_factor": factors,
        "original_max_position_embeddings": .integer(16),
      ])
    }
  }

  @Test func windowsAreRead() throws {
    let all = try read(["sliding_window": .integer(7)], type: "mistral").slidingWindow
    #expect(all == SlidingWindow(positions: 7, layers: [true, true]))
    #expect(try read(["sliding_window": .null], type: "mistral").slidingWindow == nil)
    #expect(try read(["sliding_window": .integer(7)], type: "qwen2").slidingWindow == nil)
    let types = FieldValue.list([.string("full_attention"), .string("sliding_attention")])
    let chosen = try read(
      ["sliding_window": .integer(7), "use_sliding_window": .bool(true), "layer_types": types], type: "qwen3"
    ).slidingWindow
    #expect(chosen == SlidingWindow(positions: 7, layers: [false, true]))
    #expect(throws: FamilyError.self) {
      try read(["sliding_window": .integer(7), "layer_types": .list([.string("full_attention")])], type: "mistral")
    }
    #expect(throws: FamilyError.self) {
      try read(
        ["sliding_window": .integer(7), "layer_types": .list([.string("a"), .string("b")])], type: "mistral")
    }
    #expect(throws: ConfigurationError.notPositive(name: "window", value: 0)) {
      try read(["sliding_window": .integer(0)], type: "mistral")
    }
  }

  @Test(arguments: [
    ("hidden_size", FieldValue.integer(0)), ("num_hidden_layers", .integer(1 << 30)),
    ("num_hidden_layers", .integer(100_000)), ("vocab_size", .integer(1 << 31)), ("num_attention_heads", .integer(0)),
    ("num_key_value_heads", .integer(3)), ("num_key_value_heads", .integer(0)), ("head_dim", .integer(7)),
    ("rms_norm_eps", .number(-1)), ("rope_theta", .number(0)), ("rope_theta", .string("x")),
    ("intermediate_size", .integer(1 << 27)), ("max_position_embeddings", .integer(0)), ("hidden_act", .string("relu")),
    ("vocab_size", .integer(.min)), ("tie_word_embeddings", .string("no")), ("hidden_size", .null),
  ])
  func hostileNumbersAreRefused(field: String, value: FieldValue) {
    #expect(throws: (any Error).self) { try read([field: value]) }
  }

  @Test func hostileExpertsAreRefused() throws {
    func experts(_ changes: [String: FieldValue]) throws -> DecoderConfiguration {
      try read(
        [
          "kv_lora_rank": .integer(12), "qk_nope_head_dim": .integer(10), "qk_rope_head_dim": .integer(6),
          "v_head_dim": .integer(8), "n_routed_experts": .integer(6), "num_experts_per_tok": .integer(2),
          "moe_intermediate_size": .integer(20), "topk_method": .string("group_limited_greedy"),
          "n_group": .integer(3), "topk_group": .integer(1),
        ].merging(changes) { $1 }, type: "deepseek_v2")
    }
    let good = try experts([:])
    #expect(good.experts?.groups == 3)
    #expect(good.experts?.denseLayers == 0)
    for (field, value) in [
      ("n_routed_experts", 1 << 30), ("n_routed_experts", 0), ("num_experts_per_tok", 7), ("num_experts_per_tok", 0),
      ("num_experts_per_tok", 3), ("n_group", 4), ("n_group", 0), ("topk_group", 4), ("first_k_dense_replace", 3),
      ("moe_intermediate_size", 0), ("n_shared_experts", 1 << 31), ("qk_rope_head_dim", 5), ("kv_lora_rank", 0),
      ("moe_layer_freq", 2),
    ] {
      #expect(throws: (any Error).self, "\(field) \(value)") { try experts([field: .integer(value)]) }
    }
    #expect(throws: FamilyError.self) { try experts(["topk_method": .string("noaux_tc")]) }
  }

  @Test func sentenceTransformersFoldersSayMore() throws {
    var bert = BertConfiguration(vocabulary: 61, width: 32, layers: 2, heads: 4, intermediate: 44)
    try bert.readSentenceTransformer(
      pooling: fields(#"{"word_embedding_dimension": 32, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#),
      sentence: fields(#"{"max_seq_length": 256, "do_lower_case": false}"#), normalizes: false)
    #expect(bert.pooling == .first)
    #expect(bert.usableTokens == 256)
    #expect(!bert.normalizes)
    #expect(throws: FamilyError.self) {
      try bert.readSentenceTransformer(
        pooling: fields(#"{"pooling_mode_max_tokens": true}"#), sentence: nil, normalizes: nil)
    }
    try bert.validate()
    bert.heads = 5
    #expect(throws: ConfigurationError.self) { try bert.validate() }
  }
}
