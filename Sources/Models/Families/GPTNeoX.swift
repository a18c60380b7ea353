internal import Layers

extension ModelFamily {
  /// GPT-NeoX (arXiv 2204.06745) and Pythia (arXiv 2304.01373): both branches read the layer's input, norms with a mean,
  /// biases everywhere, a part of each head turned, queries, keys and values in one matrix head by head.
  public static let gptNeoX = ModelFamily(
    title: "GPT-NeoX", modelTypes: ["gpt_neox"], ggufArchitectures: ["gptneox"],
    names: .neoX,
    ggufNames: .gguf { path, configuration, plain, _ in
      // The conversion to GGUF has put all queries first.
      guard let rows = configuration.fusedAttentionRows(path.module) else { return plain }
      return ParameterOrigin(path.inBlock("attn_qkv"), .rows(rows))
    },
    configuration: { fields in
      let heads = try fields.integer("num_attention_heads")
      let width = try fields.integer("hidden_size")
      var configuration = DecoderConfiguration(
        vocabulary: try fields.integer("vocab_size"), width: width, layers: try fields.integer("num_hidden_layers"),
        heads: heads, keyValueHeads: heads, intermediate: try fields.integer("intermediate_size"),
        attention: .multiHead,
        attentionBias: try fields.bool("attention_bias", fallback: true),
        tiedEmbeddings: try fields.bool("tie_word_embeddings", fallback: false),
        ropeBase: try fields.number("rotary_emb_base", "rope_theta", fallback: 10_000),
        normEpsilon: try fields.number("layer_norm_eps", fallback: 1e-5),
        maximumPositions: try fields.integer("max_position_embeddings", fallback: 2048))
      configuration.makeNeoX(parallel: try fields.bool("use_parallel_residual", fallback: true))
      configuration.attentionOutputBias = configuration.attentionBias
      configuration.activation = try fields.activation("hidden_act", fallback: .gelu)
      configuration.rotaryFraction = try fields.number("rotary_pct", "partial_rotary_factor", fallback: 0.25)
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    },
    ggufConfiguration: { description in
      var configuration = try description.llamaConfiguration()
      configuration.makeNeoX(parallel: try description.fields.bool("use_parallel_residual", fallback: true))
      configuration.attentionBias = description.tensorShape("blk.0.attn_qkv.bias") != nil
      return configuration
    })
}

extension DecoderConfiguration {
  fileprivate mutating func makeNeoX(parallel: Bool) {
    normalization = .layer
    layout = parallel ? .parallel : .sequential
    feedForward = .plain
    activation = .gelu
    feedForwardBias = true
  }
}

extension ParameterNaming<DecoderConfiguration> {
  fileprivate static let neoX = ParameterNaming { name, configuration in
    // Masks and rotary tables were buffers once.
    name.hasSuffix(".attention.bias") || name.hasSuffix(".attention.masked_bias")
      || name.hasSuffix("rotary_emb.inv_freq") || configuration.tiedEmbeddings && name == "embed_out.weight"
  } origin: { path, configuration, _ in
    let top = [
      "model.embed_tokens": "gpt_neox.embed_in", "model.norm": "gpt_neox.final_layer_norm", "lm_head": "embed_out",
    ]
    guard path.layer != nil else { return ParameterOrigin("\(top[path.module] ?? path.module).\(path.leaf)") }
    func inLayer(_ module: String) -> String { path.inLayer(module, under: "gpt_neox.layers") }
    let parts = ["self_attn.q_proj": 0, "self_attn.k_proj": 1, "self_attn.v_proj": 2]
    if let part = parts[path.module] {
      return ParameterOrigin(
        inLayer("attention.query_key_value"), .headPart(heads: configuration.heads, part: part, of: 3))
    }
    let names = [
      "self_attn.o_proj": "attention.dense", "mlp.up_proj": "mlp.dense_h_to_4h", "mlp.down_proj": "mlp.dense_4h_to_h",
    ]
    return ParameterOrigin(inLayer(names[path.module] ?? path.module))
  }
}
