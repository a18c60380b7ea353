extension ModelFamily {
  /// Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115): biases on queries, keys and values.
  public static let qwen2 = ModelFamily(
    title: "Qwen2", modelTypes: ["qwen2"], ggufArchitectures: ["qwen2"],
    configuration: { fields in
      var configuration = try fields.sizes()
      configuration.attentionBias = true
      configuration.slidingWindow = try fields.qwenWindow(layers: configuration.layers)
      try fields.readRotaryScaling(into: &configuration)
      return configuration
    })
}

extension ConfigurationFields {
  /// A window only where it is switched on, and only in the layers from `max_window_layers` on.
  func qwenWindow(layers: Int) throws -> SlidingWindow? {
    guard try bool("use_sliding_window", fallback: false) else { return nil }
    let first = try integer("max_window_layers", fallback: 28)
    return try slidingWindow(layers: layers) { $0 >= first }
  }
}
