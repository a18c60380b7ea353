extension DecoderConfiguration {
  /// Shapes by name. `tiny` and `small` are for machines without an accelerator; the others are Qwen2.5's published
  /// ones (arXiv 2412.15115), and the reference study's 0.5B, 1.5B and 3B.
  public static let presets: [(name: String, configuration: DecoderConfiguration)] = [
    (
      "tiny",
      DecoderConfiguration(vocabulary: 4096, width: 256, layers: 5, heads: 8, keyValueHeads: 2, intermediate: 704)
    ),
    (
      "small",
      DecoderConfiguration(vocabulary: 8192, width: 512, layers: 9, heads: 8, keyValueHeads: 2, intermediate: 1408)
    ),
    (
      "qwen2.5-0.5b",
      DecoderConfiguration(
        vocabulary: 151_936, width: 896, layers: 24, heads: 14, keyValueHeads: 2, intermediate: 4864,
        attentionBias: true, ropeBase: 1_000_000, maximumPositions: 32_768)
    ),
    (
      "qwen2.5-1.5b",
      DecoderConfiguration(
        vocabulary: 151_936, width: 1536, layers: 28, heads: 12, keyValueHeads: 2, intermediate: 8960,
        attentionBias: true, ropeBase: 1_000_000, maximumPositions: 32_768)
    ),
    (
      "qwen2.5-3b",
      DecoderConfiguration(
        vocabulary: 151_936, width: 2048, layers: 36, heads: 16, keyValueHeads: 2, intermediate: 11_008,
        attentionBias: true, ropeBase: 1_000_000, maximumPositions: 32_768)
    ),
  ]

  /// - Throws: ``ConfigurationError/unknownPreset(_:known:)``.
  public static func preset(_ name: String) throws -> DecoderConfiguration {
    guard let found = presets.first(where: { $0.name == name }) else {
      throw ConfigurationError.unknownPreset(name, known: presets.map(\.name))
    }
    return found.configuration
  }
}
