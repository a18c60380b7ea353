extension EncoderFamily {
  /// BERT (arXiv 1810.04805), as sentence-transformers uses it (arXiv 1908.10084): all-MiniLM, BGE, E5.
  public static let bert = EncoderFamily(
    title: "BERT", modelTypes: ["bert"], ggufArchitectures: ["bert"],
    configuration: { fields in
      try fields.require("position_embedding_type", .string("absolute"))
      var configuration = BertConfiguration(
        vocabulary: try fields.integer("vocab_size"), width: try fields.integer("hidden_size"),
        layers: try fields.integer("num_hidden_layers"), heads: try fields.integer("num_attention_heads"),
        intermediate: try fields.integer("intermediate_size"),
        maximumPositions: try fields.integer("max_position_embeddings", fallback: 512),
        segments: try fields.integer("type_vocab_size", fallback: 2),
        normEpsilon: try fields.number("layer_norm_eps", fallback: 1e-12))
      configuration.activation = try fields.activation("hidden_act", fallback: .gelu)
      return configuration
    },
    ggufConfiguration: { description in
      let fields = description.fields
      guard let vocabulary = description.tensorShape("token_embd.weight")?.first else {
        throw FamilyError.missing(field: "token_embd.weight")
      }
      var configuration = BertConfiguration(
        vocabulary: vocabulary, width: try fields.integer("embedding_length"),
        layers: try fields.integer("block_count"), heads: try description.uniform("attention.head_count"),
        intermediate: try description.uniform("feed_forward_length"),
        maximumPositions: try fields.integer("context_length", fallback: 512),
        segments: description.tensorShape("token_types.weight")?.first ?? 2,
        normEpsilon: try fields.number("attention.layer_norm_epsilon", fallback: 1e-12))
      switch try fields.optionalInteger("pooling_type") {
      case nil, 1: configuration.pooling = .mean
      case 2: configuration.pooling = .first
      case .some(let other):
        throw FamilyError.unsupported(
          field: fields.name("pooling_type"), value: "\(other)", supported: "1 (mean) and 2 (the first token)")
      }
      return configuration
    },
    names: ParameterNaming { name, _ in
      // Heads that sentence embeddings do not use, and a buffer.
      let bare = name.hasPrefix("bert.") ? String(name.dropFirst(5)) : name
      return bare == "embeddings.position_ids" || bare.hasPrefix("pooler.") || bare.hasPrefix("cls.")
        || bare.hasPrefix("classifier.")
    } origin: { path, _, holds in
      ParameterOrigin(!holds(path.full) && holds("bert.\(path.full)") ? "bert.\(path.full)" : path.full)
    },
    ggufNames: ParameterNaming { name, _ in
      name.hasPrefix("cls")
    } origin: { path, _, _ in
      let top = [
        "embeddings.word_embeddings": "token_embd", "embeddings.position_embeddings": "position_embd",
        "embeddings.token_type_embeddings": "token_types", "embeddings.LayerNorm": "token_embd_norm",
      ]
      guard path.layer != nil else { return ParameterOrigin("\(top[path.module] ?? path.module).\(path.leaf)") }
      let names = [
        "attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
        "attention.output.dense": "attn_output", "attention.output.LayerNorm": "attn_output_norm",
        "intermediate.dense": "ffn_up", "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm",
      ]
      return ParameterOrigin(path.inBlock(names[path.module] ?? path.module))
    })
}
