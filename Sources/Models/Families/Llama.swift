extension ModelFamily {
  /// Llama 1 to 3.3 (arXiv 2302.13971, 2407.21783), and what took its form: SmolLM2, Yi, DeepSeek's distills and coders.
  /// GGUF files of Mistral and Mixtral say they are llama too.
  public static let llama = ModelFamily(
    title: "Llama", modelTypes: ["llama"], ggufArchitectures: ["llama"], ggufNames: .ggufWithPairedRows,
    configuration: { fields in
      var configuration = try fields.sizes()
      let bias = try fields.bool("attention_bias", fallback: false)
      configuration.attentionBias = bias
      configuration.attentionOutputBias = bias
      configuration.feedForwardBias = try fields.bool("mlp_bias", fallback: false)
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    })
}

extension ParameterNaming<DecoderConfiguration> {
  /// The llama architecture of GGUF keeps the rows of queries and keys so that features that turn together lie beside
  /// each other.
  static let ggufWithPairedRows = gguf { path, configuration, plain, _ in
    var origin = plain
    switch path.module {
    case "self_attn.q_proj": origin.parts[0].steps.append(.separatedPairs(heads: configuration.heads))
    case "self_attn.k_proj":
      origin.parts[0].steps.append(.separatedPairs(heads: configuration.effectiveKeyValueHeads ?? 1))
    default: break
    }
    return origin
  }
}
