internal import Layers

// What config.json says under the same names for most families.
extension ConfigurationFields {
  /// The sizes of the Llama kind, without scaling of positions, biases, windows or experts.
  /// - Parameter tied: whether the output projection is the embedding when nothing is said.
  func sizes(tied: Bool = false, normEpsilon: String = "rms_norm_eps") throws -> DecoderConfiguration {
    let heads = try integer("num_attention_heads")
    let groups = try integer("num_key_value_heads", fallback: heads)
    var configuration = DecoderConfiguration(
      vocabulary: try integer("vocab_size"), width: try integer("hidden_size"),
      layers: try integer("num_hidden_layers"), heads: heads, keyValueHeads: groups,
      headWidth: try optionalInteger("head_dim"), intermediate: try integer("intermediate_size"),
      attention: Self.attention(heads: heads, groups: groups),
      tiedEmbeddings: try bool("tie_word_embeddings", fallback: tied),
      ropeBase: try number("rope_theta", fallback: 10_000), normEpsilon: try number(normEpsilon, fallback: 1e-6),
      maximumPositions: try integer("max_position_embeddings", fallback: 2048))
    configuration.activation = try activation("hidden_act")
    return configuration
  }

  static func attention(heads: Int, groups: Int) -> AttentionKind {
    groups == heads ? .multiHead : groups == 1 ? .multiQuery : .groupedQuery
  }

  /// - Throws: ``FamilyError/unsupported(field:value:supported:)``.
  func activation(_ names: String..., fallback: Activation = .silu) throws -> Activation {
    for field in names {
      guard let name = try string(field) else { continue }
      switch name {
      case "silu", "swish": return .silu
      case "gelu": return .gelu
      case "gelu_pytorch_tanh", "gelu_new", "gelu_fast": return .geluTanh
      default:
        throw FamilyError.unsupported(
          field: self.name(field), value: "'\(name)'", supported: "silu, gelu and gelu_pytorch_tanh")
      }
    }
    return fallback
  }

  /// The field `rope_scaling`, into a configuration that has its sizes.
  func readRotaryScaling(into configuration: inout DecoderConfiguration) throws {
    guard let scaling = try object("rope_scaling") else { return }
    let positions = configuration.maximumPositions
    // Older configurations say `type`.
    switch try scaling.string("rope_type", "type") ?? "default" {
    case "default", "dynamic":
      // Dynamic scaling begins beyond the longest context, which is never left here.
      break
    case "linear":
      configuration.ropeScaling = .linear(factor: try scaling.number("factor"))
    case "llama3":
      configuration.ropeScaling = .llama3(
        factor: try scaling.number("factor"), lowFrequencyFactor: try scaling.number("low_freq_factor"),
        highFrequencyFactor: try scaling.number("high_freq_factor"),
        originalPositions: try scaling.integer("original_max_position_embeddings"))
    case "yarn":
      let factor = try scaling.number("factor")
      let original = try scaling.integer("original_max_position_embeddings", fallback: positions)
      configuration.ropeScaling = .yarn(
        factor: factor, originalPositions: original, betaFast: try scaling.number("beta_fast", fallback: 32),
        betaSlow: try scaling.number("beta_slow", fallback: 1),
        attentionFactor: try scaling.yarnAttentionFactor(factor: factor), scoreScale: 1,
        truncates: try scaling.bool("truncate", fallback: true))
      // Some configurations keep the context of the training.
      let reach = factor * Double(original)
      if reach > Double(positions), reach <= Double(Self.largest) { configuration.maximumPositions = Int(reach) }
    case "longrope", "su":
      guard let short = try scaling.numbers("short_factor"), let long = try scaling.numbers("long_factor") else {
        throw FamilyError.missing(field: scaling.name("short_factor and long_factor"))
      }
      configuration.ropeScaling = .longrope(
        shortFactors: short, longFactors: long,
        originalPositions: try integer("original_max_position_embeddings", fallback: positions),
        attentionFactor: try scaling.optionalNumber("attention_factor"))
    case let other:
      throw FamilyError.unsupported(
        field: scaling.name("rope_type"), value: "'\(other)'", supported: "default, linear, llama3, yarn and longrope")
    }
  }

  /// nil: the paper's, from the scaling's factor alone.
  private func yarnAttentionFactor(factor: Double) throws -> Double? {
    if let given = try optionalNumber("attention_factor") { return given }
    guard let own = try optionalNumber("mscale"), let all = try optionalNumber("mscale_all_dim"), own != 0, all != 0
    else { return nil }
    return RotaryScaling.yarnFactor(factor, weight: own) / RotaryScaling.yarnFactor(factor, weight: all)
  }

  /// The field `sliding_window` and which layers have it: `layer_types` where it is there.
  /// - Parameter fallback: for a layer, when nothing is said of layers.
  func slidingWindow(layers: Int, fallback: (Int) -> Bool) throws -> SlidingWindow? {
    guard let positions = try optionalInteger("sliding_window") else { return nil }
    // Checked here because it becomes a list.
    guard layers <= 1 << 16 else {
      throw FamilyError.outOfRange(field: name("num_hidden_layers"), value: "\(layers)", allowed: "at most \(1 << 16)")
    }
    guard let types = try strings("layer_types") else {
      return SlidingWindow(positions: positions, layers: (0..<layers).map(fallback))
    }
    guard types.count == layers else {
      throw FamilyError.outOfRange(
        field: name("layer_types"), value: "\(types.count) entries", allowed: "one a layer, \(layers)")
    }
    let windowed = try types.map { type in
      switch type {
      case "sliding_attention": return true
      case "full_attention": return false
      default:
        throw FamilyError.unsupported(
          field: name("layer_types"), value: "'\(type)'", supported: "sliding_attention and full_attention")
      }
    }
    return SlidingWindow(positions: positions, layers: windowed)
  }

  /// - Throws: ``FamilyError/unsupported(field:value:supported:)`` when a field is set to something else.
  func require(_ field: String, _ allowed: FieldValue...) throws(FamilyError) {
    guard let value = self[field], !allowed.contains(value) else { return }
    throw .unsupported(
      field: name(field), value: value.text,
      supported: allowed.isEmpty ? "none" : allowed.map(\.text).joined(separator: ", "))
  }
}

extension FieldValue {
  /// For messages: a value in full where it is small.
  var text: String {
    switch self {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "'\(value)'"
    case .list(let list) where list.isEmpty: "an empty list"
    case .null, .list, .object: kind
    }
  }
}
