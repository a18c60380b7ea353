// The names of GGUF files: one table for all families, and the differences beside it.
extension ParameterNaming<DecoderConfiguration> {
  /// Module of a layer -> name below `blk.N`.
  private static let layerNames = [
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "mlp.gate": "ffn_gate_inp",
    "mlp.experts.gate_proj": "ffn_gate_exps", "mlp.experts.up_proj": "ffn_up_exps",
    "mlp.experts.down_proj": "ffn_down_exps", "mlp.shared_experts.gate_proj": "ffn_gate_shexp",
    "mlp.shared_experts.up_proj": "ffn_up_shexp", "mlp.shared_experts.down_proj": "ffn_down_shexp",
    "self_attn.q_a_proj": "attn_q_a", "self_attn.q_a_layernorm": "attn_q_a_norm", "self_attn.q_b_proj": "attn_q_b",
    "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa", "self_attn.kv_a_layernorm": "attn_kv_a_norm",
    "self_attn.kv_b_proj": "attn_kv_b",
  ]
  /// The same where branches have a norm behind them: the one before the feed-forward network keeps its name.
  private static let sandwichNames = [
    "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
  ]
  private static let topNames = ["model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"]

  /// Names without differences.
  static let gguf = gguf { _, _, plain, _ in plain }

  /// - Parameter changing: the origin, given the path, the shape, the name from the table as an origin, and whether the
  ///   file holds a name.
  static func gguf(
    changing:
      @escaping @Sendable (ParameterPath, DecoderConfiguration, ParameterOrigin, (String) -> Bool)
      -> ParameterOrigin
  ) -> ParameterNaming {
    ParameterNaming { name, _ in
      // Factors of rotary scalings: the configuration was read from them.
      name == "rope_freqs.weight" || name.hasPrefix("rope_factors_") || name.hasSuffix(".attn_rot_embd")
    } origin: { path, configuration, holds in
      changing(path, configuration, plain(path, configuration, holds), holds)
    }
  }

  private static func plain(
    _ path: ParameterPath, _ configuration: DecoderConfiguration, _ holds: (String) -> Bool
  ) -> ParameterOrigin {
    guard path.layer != nil else {
      return ParameterOrigin("\(topNames[path.module] ?? path.module).\(path.leaf)")
    }
    let sandwich = configuration.layout == .sandwich ? sandwichNames[path.module] : nil
    guard let name = sandwich ?? layerNames[path.module] else { return ParameterOrigin(path.full) }
    let full = path.inBlock(name)
    guard let expert = path.expert else { return ParameterOrigin(full) }
    // Experts are a stack; the first files of Mixtral kept them one by one.
    let single = path.inBlock("\(name.replacing("_exps", with: "")).\(expert)")
    return !holds(full) && holds(single) ? ParameterOrigin(single) : ParameterOrigin(full, .slice(expert))
  }
}
