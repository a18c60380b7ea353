extension ModelFamily {
  /// Mistral 7B and its kin (arXiv 2310.06825): Llama with a sliding window, in the first versions. GGUF files say llama.
  public static let mistral = ModelFamily(
    title: "Mistral", modelTypes: ["mistral"],
    configuration: { fields in
      var configuration = try fields.sizes()
      configuration.slidingWindow = try fields.slidingWindow(layers: configuration.layers) { _ in true }
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    })
}
