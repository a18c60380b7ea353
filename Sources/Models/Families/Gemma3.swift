internal import Layers

extension ModelFamily {
  /// The text model of Gemma 3 (arXiv 2503.19786): norms around both branches with scales stored as differences from one,
  /// normalised queries and keys, five layers with a window and a rotary base of their own to each one without.
  public static let gemma3 = ModelFamily(
    title: "Gemma 3", modelTypes: ["gemma3_text", "gemma3"], ggufArchitectures: ["gemma3"],
    names: .huggingFace(
      prefixes: ["language_model.", "model.language_model."],
      ignoring: ["vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector."]
    ) { path, _ in ParameterOrigin(path.full) },
    ggufNames: .gguf { path, _, plain, _ in
      var origin = plain
      // GGUF keeps the whole scale.
      if path.module.hasSuffix("norm") { origin.parts[0].steps.append(.subtractingOne) }
      return origin
    },
    configuration: { fields in
      // With a vision tower the text model is a part.
      let text = try fields.object("text_config") ?? fields
      var configuration = try text.gemmaSizes()
      let pattern = try text.integer("sliding_window_pattern", "_sliding_window_pattern", fallback: 6)
      configuration.slidingWindow = try text.gemmaWindow(layers: configuration.layers, pattern: pattern)
      try text.readRotaryScaling(into: &configuration)
      return configuration
    },
    ggufConfiguration: { description in
      let fields = description.fields
      var configuration = try description.llamaConfiguration()
      configuration.makeGemma()
      configuration.logitSoftcap = try fields.optionalNumber("final_logit_softcapping")
      // The metadata has no room for it: of the published sizes, 27B alone scales by its width over its heads.
      if configuration.layers == 62, configuration.heads > 0 {
        configuration.attentionScale = (Double(configuration.heads) / Double(configuration.width)).squareRoot()
      }
      if let positions = try fields.optionalInteger("attention.sliding_window"), positions > 0,
        configuration.layers <= 1 << 16
      {
        configuration.slidingWindow = SlidingWindow(
          positions: positions, layers: try description.gemmaLayers(configuration.layers),
          ropeBase: try fields.number("rope.freq_base_swa", fallback: 10_000))
      }
      return configuration
    })
}

extension DecoderConfiguration {
  /// What all Gemma 3 models have.
  fileprivate mutating func makeGemma() {
    normalization = .rootMeanSquarePlusOne
    layout = .sandwich
    queryKeyNorm = true
    activation = .geluTanh
    embeddingScale = Double(width).squareRoot()
  }
}

extension ConfigurationFields {
  fileprivate func gemmaSizes() throws -> DecoderConfiguration {
    let heads = try integer("num_attention_heads", fallback: 8)
    let groups = try integer("num_key_value_heads", fallback: 4)
    var configuration = DecoderConfiguration(
      vocabulary: try integer("vocab_size", fallback: 262_208), width: try integer("hidden_size", fallback: 2304),
      layers: try integer("num_hidden_layers", fallback: 26), heads: heads, keyValueHeads: groups,
      headWidth: try integer("head_dim", fallback: 256), intermediate: try integer("intermediate_size", fallback: 9216),
      attention: Self.attention(heads: heads, groups: groups),
      attentionBias: try bool("attention_bias", fallback: false),
      tiedEmbeddings: try bool("tie_word_embeddings", fallback: true),
      ropeBase: try number("rope_theta", fallback: 1_000_000), normEpsilon: try number("rms_norm_eps", fallback: 1e-6),
      maximumPositions: try integer("max_position_embeddings", fallback: 131_072))
    configuration.makeGemma()
    configuration.attentionOutputBias = configuration.attentionBias
    configuration.activation = try activation("hidden_activation", fallback: .geluTanh)
    let scalar = try number("query_pre_attn_scalar", fallback: 256)
    guard scalar > 0 else {
      throw FamilyError.outOfRange(field: name("query_pre_attn_scalar"), value: "\(scalar)", allowed: "above 0")
    }
    configuration.attentionScale = 1 / scalar.squareRoot()
    try require("attn_logit_softcapping")
    try require("use_bidirectional_attention", .bool(false))
    configuration.logitSoftcap = try optionalNumber("final_logit_softcapping")
    return configuration
  }

  fileprivate func gemmaWindow(layers: Int, pattern: Int) throws -> SlidingWindow? {
    guard pattern > 0 else {
      throw FamilyError.outOfRange(field: name("sliding_window_pattern"), value: "0", allowed: "1 and more")
    }
    var window = try slidingWindow(layers: layers) { ($0 + 1) % pattern != 0 }
    window?.ropeBase = try number("rope_local_base_freq", fallback: 10_000)
    return window
  }
}

extension GGUFDescription {
  /// Which layers have the window: a list, a period, or the published five of six.
  fileprivate func gemmaLayers(_ count: Int) throws -> [Bool] {
    let name = "attention.sliding_window_pattern"
    if case .list(let list) = fields[name], list.count >= count {
      return list.prefix(count).map { $0 == .bool(true) || $0 == .integer(1) }
    }
    let period = max(1, try fields[name].map { _ in try fields.integer(name) } ?? 6)
    return (0..<count).map { ($0 + 1) % period != 0 }
  }
}
