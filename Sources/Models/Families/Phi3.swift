extension ModelFamily {
  /// Phi-3, Phi-3.5 and Phi-4 (arXiv 2404.14219, 2412.08905): Llama with queries, keys and values in one matrix, gate and
  /// up in another, and LongRoPE. Phi-4-mini turns a part of each head.
  public static let phi3 = ModelFamily(
    title: "Phi-3", modelTypes: ["phi3"], ggufArchitectures: ["phi3"],
    names: .huggingFace { path, configuration in
      if let rows = configuration.fusedAttentionRows(path.module) {
        return ParameterOrigin(path.inLayer("self_attn.qkv_proj"), .rows(rows))
      }
      if let rows = configuration.fusedFeedForwardRows(path.module) {
        return ParameterOrigin(path.inLayer("mlp.gate_up_proj"), .rows(rows))
      }
      return ParameterOrigin(path.full)
    },
    ggufNames: .gguf { path, configuration, plain, _ in
      if let rows = configuration.fusedAttentionRows(path.module) {
        return ParameterOrigin(path.inBlock("attn_qkv"), .rows(rows))
      }
      if let rows = configuration.fusedFeedForwardRows(path.module) {
        return ParameterOrigin(path.inBlock("ffn_up"), .rows(rows))
      }
      return plain
    },
    configuration: { fields in
      var configuration = try fields.sizes()
      configuration.rotaryFraction = try fields.number("partial_rotary_factor", fallback: 1)
      configuration.slidingWindow = try fields.slidingWindow(layers: configuration.layers) { _ in true }
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    },
    ggufConfiguration: { description in
      var configuration = try description.llamaConfiguration()
      if let positions = try description.fields.optionalInteger("attention.sliding_window"), positions > 0,
        configuration.layers <= 1 << 16
      {
        configuration.slidingWindow = SlidingWindow(
          positions: positions, layers: [Bool](repeating: true, count: configuration.layers))
      }
      return configuration
    })
}

extension DecoderConfiguration {
  /// Where a projection's rows are in a matrix of queries, keys and values, in this order.
  func fusedAttentionRows(_ module: String) -> Range<Int>? {
    let (queries, keys) = (heads * headWidth, (effectiveKeyValueHeads ?? 0) * headWidth)
    switch module {
    case "self_attn.q_proj": return 0..<queries
    case "self_attn.k_proj": return queries..<queries + keys
    case "self_attn.v_proj": return queries + keys..<queries + 2 * keys
    default: return nil
    }
  }

  /// The same for gate and up.
  func fusedFeedForwardRows(_ module: String) -> Range<Int>? {
    switch module {
    case "mlp.gate_proj": 0..<intermediate
    case "mlp.up_proj": intermediate..<2 * intermediate
    default: nil
    }
  }
}
