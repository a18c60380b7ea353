/// A family of encoders: how its checkpoints describe themselves and name their tensors.
public struct EncoderFamily: Sendable {
  public let title: String
  /// `model_type` in config.json.
  public let modelTypes: [String]
  /// `general.architecture` in GGUF metadata.
  public let ggufArchitectures: [String]
  public let configuration: @Sendable (ConfigurationFields) throws -> BertConfiguration
  public let ggufConfiguration: @Sendable (GGUFDescription) throws -> BertConfiguration
  public let names: ParameterNaming<BertConfiguration>
  public let ggufNames: ParameterNaming<BertConfiguration>

  /// Every family there is.
  public static let all: [EncoderFamily] = [.bert]

  /// The family of config.json's `model_type`; nil where it is not an encoder's.
  public static func family(modelType: String) -> EncoderFamily? {
    all.first { $0.modelTypes.contains(modelType) }
  }

  /// The family of a GGUF file's `general.architecture`; nil where it is not an encoder's.
  public static func family(ggufArchitecture name: String) -> EncoderFamily? {
    all.first { $0.ggufArchitectures.contains(name) }
  }
}

extension BertConfiguration {
  /// What a sentence-transformers folder says beside config.json: `1_Pooling/config.json`,
  /// `sentence_bert_config.json`, and whether `modules.json` names a Normalize module. nil: the file is not there.
  /// - Throws: ``FamilyError/unsupported(field:value:supported:)`` for a pooling that is neither of the two.
  public mutating func readSentenceTransformer(
    pooling: ConfigurationFields?, sentence: ConfigurationFields?, normalizes: Bool?
  ) throws {
    if let pooling {
      let modes = pooling.values.filter { $0.key.hasPrefix("pooling_mode_") && $0.value == .bool(true) }.map(\.key)
      switch modes.sorted() {
      case ["pooling_mode_mean_tokens"]: self.pooling = .mean
      case ["pooling_mode_cls_token"]: self.pooling = .first
      default:
        throw FamilyError.unsupported(
          field: "pooling", value: modes.sorted().joined(separator: " and "), supported: "mean tokens or the first")
      }
    }
    if let limit = try sentence?.optionalInteger("max_seq_length") { maximumTokens = limit }
    if let normalizes { self.normalizes = normalizes }
  }
}
