/// A family of models: how its checkpoints describe themselves and name their tensors. What it computes is said by the
/// configuration's choices alone.
public struct ModelFamily: Sendable {
  /// How people call it.
  public let title: String
  /// `model_type` in config.json.
  public let modelTypes: [String]
  /// `general.architecture` in GGUF metadata.
  public let ggufArchitectures: [String]
  /// From the fields of config.json.
  /// - Throws: ``FamilyError``; numbers that fit no model are found by ``DecoderConfiguration/validate()``.
  public let configuration: @Sendable (ConfigurationFields) throws -> DecoderConfiguration
  /// From a GGUF file's metadata.
  public let ggufConfiguration: @Sendable (GGUFDescription) throws -> DecoderConfiguration
  /// Where parameters come from in a Hugging Face checkpoint.
  public let names: ParameterNaming<DecoderConfiguration>
  /// Where parameters come from in a GGUF file.
  public let ggufNames: ParameterNaming<DecoderConfiguration>

  init(
    title: String, modelTypes: [String], ggufArchitectures: [String] = [],
    names: ParameterNaming<DecoderConfiguration> = .canonical, ggufNames: ParameterNaming<DecoderConfiguration> = .gguf,
    configuration: @escaping @Sendable (ConfigurationFields) throws -> DecoderConfiguration,
    ggufConfiguration: @escaping @Sendable (GGUFDescription) throws -> DecoderConfiguration = {
      try $0.llamaConfiguration()
    }
  ) {
    self.title = title
    self.modelTypes = modelTypes
    self.ggufArchitectures = ggufArchitectures
    self.names = names
    self.ggufNames = ggufNames
    self.configuration = configuration
    self.ggufConfiguration = ggufConfiguration
  }

  /// Every family there is. A new one is a file under Families/ and a name here.
  public static let all: [ModelFamily] = [
    .llama, .qwen2, .qwen3, .mistral, .mixtral, .phi3, .gemma3, .gptNeoX, .deepSeekV2,
  ]

  /// The family of config.json's `model_type`.
  /// - Throws: ``FamilyError/unknownFamily(_:known:)``.
  public static func family(modelType: String) throws(FamilyError) -> ModelFamily {
    guard let family = all.first(where: { $0.modelTypes.contains(modelType) }) else {
      throw .unknownFamily(modelType, known: all.flatMap(\.modelTypes) + EncoderFamily.all.flatMap(\.modelTypes))
    }
    return family
  }

  /// The family of a GGUF file's `general.architecture`.
  /// - Throws: ``FamilyError/unknownFamily(_:known:)``.
  public static func family(ggufArchitecture name: String) throws(FamilyError) -> ModelFamily {
    guard let family = all.first(where: { $0.ggufArchitectures.contains(name) }) else {
      throw .unknownFamily(
        name, known: all.flatMap(\.ggufArchitectures) + EncoderFamily.all.flatMap(\.ggufArchitectures))
    }
    return family
  }

  /// What config.json describes, checked.
  /// - Throws: ``FamilyError`` or ``ConfigurationError``.
  public static func read(_ fields: ConfigurationFields) throws -> (ModelFamily, DecoderConfiguration) {
    guard let type = try fields.string("model_type") else { throw FamilyError.missing(field: "model_type") }
    let family = try family(modelType: type)
    let configuration = try family.configuration(fields)
    try configuration.validate()
    return (family, configuration)
  }

  /// What a GGUF file's metadata describes, checked.
  /// - Throws: ``FamilyError`` or ``ConfigurationError``.
  public static func read(gguf: GGUFDescription) throws -> (ModelFamily, DecoderConfiguration) {
    let family = try family(ggufArchitecture: gguf.architecture)
    let configuration = try family.ggufConfiguration(gguf)
    try configuration.validate()
    return (family, configuration)
  }
}
