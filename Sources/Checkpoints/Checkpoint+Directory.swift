internal import Foundation
internal import Models

extension Checkpoint {
  /// - Throws: ``CheckpointError``.
  static func open(directory url: URL) throws(CheckpointError) -> Checkpoint {
    let directory = HuggingFaceDirectory(url)
    let data = try directory.configuration()
    let file = directory.url("config.json").path
    let (kind, family) = try reading(file) { try described(by: ConfigurationFields(json: data)) }
    let configuration = try directory.object("config.json") ?? [:]
    let tokenizer = try directory.object("tokenizer_config.json") ?? [:]
    let generation = try directory.object("generation_config.json") ?? [:]
    let special = SpecialTokens(configuration: configuration, generation: generation, tokenizer: tokenizer)
    return Checkpoint(
      name: url.lastPathComponent, path: url, format: .safetensors, kind: kind,
      architecture: configuration["model_type"] as? String ?? "", family: family, licence: nil,
      beginToken: special.begin, endTokens: special.ends, beginTokenText: special.beginText,
      endTokenText: special.endText,
      templates: try ChatTemplateSources(directory, tokenizerConfiguration: tokenizer),
      contents: .directory(directory))
  }

  private static func described(by fields: ConfigurationFields) throws -> (Kind, family: String) {
    if let type = try fields.string("model_type"), let family = EncoderFamily.family(modelType: type) {
      return (.encoder(try family.configuration(fields)), family.title)
    }
    let (family, configuration) = try ModelFamily.read(fields)
    return (.decoder(configuration), family.title)
  }
}
