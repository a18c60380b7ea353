internal import Layers

extension ModelFamily {
  /// Mixtral (arXiv 2401.04088): Mistral with a mixture of experts. GGUF files say llama.
  public static let mixtral = ModelFamily(
    title: "Mixtral", modelTypes: ["mixtral"],
    names: .huggingFace { path, _ in
      guard path.module.hasPrefix("mlp.") else { return ParameterOrigin(path.full) }
      guard let expert = path.expert else {
        return ParameterOrigin(path.inLayer("block_sparse_moe.gate"))
      }
      let matrices = ["mlp.experts.gate_proj": "w1", "mlp.experts.down_proj": "w2", "mlp.experts.up_proj": "w3"]
      return ParameterOrigin(
        path.inLayer("block_sparse_moe.experts.\(expert).\(matrices[path.module] ?? path.module)"))
    },
    configuration: { fields in
      var configuration = try fields.sizes()
      configuration.slidingWindow = try fields.slidingWindow(layers: configuration.layers) { _ in true }
      configuration.experts = ExpertShape(
        count: try fields.integer("num_local_experts", fallback: 8),
        active: try fields.integer("num_experts_per_tok", fallback: 2), intermediate: configuration.intermediate)
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    })
}
