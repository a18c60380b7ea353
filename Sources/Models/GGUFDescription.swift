internal import Layers

/// What a GGUF file says of its model: metadata under the file's own keys, and which tensors there are. Models knows
/// nothing of the file format: whoever reads it fills this.
public struct GGUFDescription: Sendable {
  /// `general.architecture`.
  public let architecture: String
  /// The architecture's keys, without its name before them.
  let fields: ConfigurationFields
  /// The shape of a tensor, outermost dimension first; nil when the file has none of that name.
  let tensorShape: @Sendable (String) -> [Int]?
  /// The values of a small tensor.
  private let tensorValues: @Sendable (String) throws -> [Float]

  /// - Parameters:
  ///   - metadata: under the file's keys, such as "llama.attention.head_count". Only those that begin with the
  ///     architecture's name are looked at; arrays beyond a few thousand elements may be left out.
  ///   - tensorValues: dequantised; asked only for factors of rotary frequencies.
  public init(
    architecture: String, metadata: [String: FieldValue], tensorShape: @escaping @Sendable (String) -> [Int]?,
    tensorValues: @escaping @Sendable (String) throws -> [Float]
  ) {
    let prefix = "\(architecture)."
    let own = metadata.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    self.architecture = architecture
    fields = ConfigurationFields(Dictionary(uniqueKeysWithValues: own), prefix: prefix)
    self.tensorShape = tensorShape
    self.tensorValues = tensorValues
  }

  /// The longest list of rotary factors that is read.
  private static let maximumFactors = 1 << 16

  func factors(_ tensor: String) throws -> [Double]? {
    guard let shape = tensorShape(tensor) else { return nil }
    guard shape.count == 1, shape[0] <= Self.maximumFactors else {
      throw FamilyError.outOfRange(field: tensor, value: "\(shape)", allowed: "one factor a pair of features")
    }
    return try tensorValues(tensor).map { Double($0) }
  }

  /// A number that some files list once a layer, where all are equal.
  func uniform(_ name: String, fallback: Int? = nil) throws -> Int {
    guard case .list(let list) = fields[name] else { return try fields.integer(name, fallback: fallback) }
    guard let first = list.first, list.allSatisfy({ $0 == first }), case .integer(let value) = first,
      (0...ConfigurationFields.largest).contains(value)
    else {
      throw FamilyError.unsupported(
        field: fields.name(name), value: "different from layer to layer", supported: "one number for all layers")
    }
    return value
  }

  /// The sizes and choices that the metadata of most architectures hold under the same keys.
  func llamaConfiguration() throws -> DecoderConfiguration {
    let heads = try uniform("attention.head_count")
    let groups = try uniform("attention.head_count_kv", fallback: heads)
    let width = try fields.integer("embedding_length")
    let headWidth = try fields.integer("attention.key_length", fallback: heads > 0 ? width / heads : 0)
    guard let vocabulary = try tensorShape("token_embd.weight")?.first ?? fields.optionalInteger("vocab_size") else {
      throw FamilyError.missing(field: "token_embd.weight")
    }
    var configuration = DecoderConfiguration(
      vocabulary: vocabulary, width: width, layers: try fields.integer("block_count"), heads: heads,
      keyValueHeads: groups, headWidth: headWidth, intermediate: try uniform("feed_forward_length"),
      attention: ConfigurationFields.attention(heads: heads, groups: groups),
      attentionBias: tensorShape("blk.0.attn_q.bias") != nil, tiedEmbeddings: tensorShape("output.weight") == nil,
      ropeBase: try fields.number("rope.freq_base", fallback: 10_000),
      normEpsilon: try fields.number(
        "attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon", fallback: 1e-5),
      maximumPositions: try fields.integer("context_length"))
    configuration.attentionOutputBias = tensorShape("blk.0.attn_output.bias") != nil
    configuration.feedForwardBias = tensorShape("blk.0.ffn_up.bias") != nil
    if let turned = try fields.optionalInteger("rope.dimension_count"), headWidth > 0 {
      configuration.rotaryFraction = Double(turned) / Double(headWidth)
    }
    configuration.experts = try experts(dense: configuration.intermediate)
    configuration.ropeScaling = try rotaryScaling(maximumPositions: configuration.maximumPositions)
    return configuration
  }

  private func experts(dense: Int) throws -> ExpertShape? {
    guard let count = try fields.optionalInteger("expert_count"), count > 0 else { return nil }
    let intermediate = try fields.integer("expert_feed_forward_length", fallback: dense)
    let shared = try fields.integer("expert_shared_count", fallback: 0)
    return ExpertShape(
      count: count, active: try fields.integer("expert_used_count"), intermediate: intermediate,
      sharedIntermediate: shared > 0 ? shared * intermediate : nil,
      denseLayers: try fields.integer("leading_dense_block_count", fallback: 0),
      normalizesWeights: try fields.bool("expert_weights_norm", fallback: true),
      weightScale: try fields.number("expert_weights_scale", fallback: 1))
  }

  private func rotaryScaling(maximumPositions: Int) throws -> RotaryScaling? {
    if let factors = try factors("rope_freqs.weight") { return .divided(factors: factors) }
    let original = try fields.integer("rope.scaling.original_context_length", fallback: maximumPositions)
    if let long = try factors("rope_factors_long.weight"), let short = try factors("rope_factors_short.weight") {
      return .longrope(
        shortFactors: short, longFactors: long, originalPositions: original,
        attentionFactor: try fields.optionalNumber("rope.scaling.attn_factor"))
    }
    // The oldest files say the factor of linear scaling alone.
    let old = try fields.optionalNumber("rope.scale_linear")
    let type = try fields.string("rope.scaling.type") ?? (old == nil ? "none" : "linear")
    switch type {
    case "none": return nil
    case "linear": return .linear(factor: try old ?? fields.number("rope.scaling.factor"))
    case "yarn":
      let factor = try fields.number("rope.scaling.factor")
      return .yarn(
        factor: factor, originalPositions: original,
        betaFast: try fields.number("rope.scaling.yarn_beta_fast", fallback: 32),
        betaSlow: try fields.number("rope.scaling.yarn_beta_slow", fallback: 1),
        attentionFactor: try fields.optionalNumber("rope.scaling.attn_factor")
          .map { $0 * RotaryScaling.yarnFactor(factor) },
        scoreScale: 1, truncates: true)
    default:
      throw FamilyError.unsupported(
        field: fields.name("rope.scaling.type"), value: "'\(type)'", supported: "none, linear and yarn")
    }
  }
}
