internal import Layers

extension ModelFamily {
  /// DeepSeek-V2 and V2-Lite (arXiv 2405.04434): latent attention, a mixture of experts with shared ones, YaRN.
  public static let deepSeekV2 = ModelFamily(
    title: "DeepSeek-V2", modelTypes: ["deepseek_v2"], ggufArchitectures: ["deepseek2"],
    ggufNames: .gguf { path, _, plain, holds in
      // Newer files keep the expansion in two stacks of heads, that of keys transposed for the absorbed form.
      guard path.module == "self_attn.kv_b_proj", !holds(plain.parts[0].name) else { return plain }
      return ParameterOrigin(
        [.init(path.inBlock("attn_k_b"), [.transposed]), .init(path.inBlock("attn_v_b"))], joinDimension: 1)
    },
    configuration: { fields in
      var configuration = try fields.sizes()
      configuration.attention = .multiHeadLatent
      configuration.latent = LatentShape(
        keyValueRank: try fields.integer("kv_lora_rank"), queryRank: try fields.optionalInteger("q_lora_rank"),
        positionlessWidth: try fields.integer("qk_nope_head_dim"), rotaryWidth: try fields.integer("qk_rope_head_dim"),
        valueWidth: try fields.integer("v_head_dim"))
      configuration.setLatentHeadWidth()
      try fields.require("attention_bias", .bool(false))
      configuration.feedForwardBias = try fields.bool("mlp_bias", fallback: false)
      configuration.experts = try fields.deepSeekExperts()
      try fields.readRotaryScaling(into: &configuration)
      let all = try fields.object("rope_scaling")?.number("mscale_all_dim", fallback: 0) ?? 0
      configuration.scaleScores { RotaryScaling.yarnFactor($0, weight: all) }
      return configuration
    },
    ggufConfiguration: { description in
      let fields = description.fields
      var configuration = try description.llamaConfiguration()
      let rotary = try fields.integer("rope.dimension_count")
      configuration.attention = .multiHeadLatent
      // The keys without `_mla` speak of the absorbed form in newer files.
      let keyWidth = try fields.integer("attention.key_length_mla", "attention.key_length")
      configuration.latent = LatentShape(
        keyValueRank: try fields.integer("attention.kv_lora_rank"),
        queryRank: try fields.optionalInteger("attention.q_lora_rank").flatMap { $0 > 0 ? $0 : nil },
        positionlessWidth: keyWidth - rotary, rotaryWidth: rotary,
        valueWidth: try fields.integer("attention.value_length_mla", "attention.value_length"))
      configuration.setLatentHeadWidth()
      configuration.rotaryFraction = 1
      // Unlike the other architectures': the chosen weights stay as they are unless said otherwise.
      configuration.experts?.normalizesWeights = try fields.bool("expert_weights_norm", fallback: false)
      configuration.experts?.groups = try fields.integer("expert_group_count", fallback: 1)
      configuration.experts?.activeGroups = try fields.integer("expert_group_used_count", fallback: 1)
      if case .yarn(let factor, let original, let fast, let slow, _, _, let truncates) = configuration.ropeScaling {
        // Cosines and sines stay as they are; the multiplier, a tenth of `mscale_all_dim`, goes to the scores.
        configuration.ropeScaling = .yarn(
          factor: factor, originalPositions: original, betaFast: fast, betaSlow: slow, attentionFactor: 1,
          scoreScale: 1, truncates: truncates)
        let multiplier = try fields.number("rope.scaling.yarn_log_multiplier", fallback: 0)
        configuration.scaleScores { RotaryScaling.yarnFactor($0, weight: 10 * multiplier) }
      }
      return configuration
    })
}

extension DecoderConfiguration {
  fileprivate mutating func setLatentHeadWidth() {
    guard let latent else { return }
    headWidth = latent.positionlessWidth + latent.rotaryWidth
  }

  /// YaRN's factor for attention, squared, on the scores: one for queries and one for keys.
  fileprivate mutating func scaleScores(_ scale: (Double) -> Double) {
    guard case .yarn(let factor, let original, let fast, let slow, let attention, _, let truncates) = ropeScaling else {
      return
    }
    ropeScaling = .yarn(
      factor: factor, originalPositions: original, betaFast: fast, betaSlow: slow, attentionFactor: attention,
      scoreScale: scale(factor) * scale(factor), truncates: truncates)
  }
}

extension ConfigurationFields {
  fileprivate func deepSeekExperts() throws -> ExpertShape? {
    guard let count = try optionalInteger("n_routed_experts") else { return nil }
    try require("moe_layer_freq", .integer(1))
    try require("scoring_func", .string("softmax"))
    try require("topk_method", .string("greedy"), .string("group_limited_greedy"))
    let isGrouped = try string("topk_method") == "group_limited_greedy"
    let intermediate = try integer("moe_intermediate_size")
    let shared = try integer("n_shared_experts", fallback: 0)
    let normalizes = try bool("norm_topk_prob", fallback: false)
    return ExpertShape(
      count: count, active: try integer("num_experts_per_tok"), intermediate: intermediate,
      sharedIntermediate: shared > 0 ? shared * intermediate : nil,
      denseLayers: try integer("first_k_dense_replace", fallback: 0), normalizesWeights: normalizes,
      // The published code scales only what it does not normalise.
      weightScale: normalizes ? 1 : try number("routed_scaling_factor", fallback: 1),
      groups: isGrouped ? try integer("n_group", fallback: 1) : 1,
      activeGroups: isGrouped ? try integer("topk_group", fallback: 1) : 1)
  }
}
