internal import Layers

extension ModelFamily {
  /// Qwen3 (arXiv 2505.09388), dense or with experts: queries and keys are normalised head by head.
  public static let qwen3 = ModelFamily(
    title: "Qwen3", modelTypes: ["qwen3", "qwen3_moe"], ggufArchitectures: ["qwen3", "qwen3moe"],
    configuration: { fields in
      var configuration = try fields.sizes()
      // 128 unless said otherwise, whatever the width.
      if try fields.optionalInteger("head_dim") == nil, try fields.string("model_type") == "qwen3" {
        configuration.headWidth = 128
      }
      let bias = try fields.bool("attention_bias", fallback: false)
      configuration.attentionBias = bias
      configuration.attentionOutputBias = bias
      configuration.queryKeyNorm = true
      configuration.slidingWindow = try fields.qwenWindow(layers: configuration.layers)
      if try fields.string("model_type") == "qwen3_moe" {
        try fields.require("decoder_sparse_step", .integer(1))
        try fields.require("mlp_only_layers", .list([]))
        configuration.experts = ExpertShape(
          count: try fields.integer("num_experts", fallback: 128),
          active: try fields.integer("num_experts_per_tok", fallback: 8),
          intermediate: try fields.integer("moe_intermediate_size", fallback: 768),
          normalizesWeights: try fields.bool("norm_topk_prob", fallback: false))
      }
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    },
    ggufConfiguration: { description in
      var configuration = try description.llamaConfiguration()
      configuration.queryKeyNorm = true
      return configuration
    })
}
