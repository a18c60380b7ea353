internal import Foundation
internal import Models

extension Checkpoint {
  /// - Throws: ``CheckpointError``.
  static func open(directory url: URL) throws(CheckpointError) -> Checkpoint {
    let directory = HuggingFaceDirectory(url)
    let data = try directory.configuration()
    let file = directory.url("config.json").path
    let (kind, family) = try reading(file) { try described(by: ConfigurationFields(json: data), in: directory) }
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

  private static func described(
    by fields: ConfigurationFields, in directory: HuggingFaceDirectory
  ) throws -> (Kind, family: String) {
    if let type = try fields.string("model_type"), let family = EncoderFamily.family(modelType: type) {
      var configuration = try family.configuration(fields)
      try readSentenceTransformer(into: &configuration, from: directory)
      try configuration.validate()
      return (.encoder(configuration), family.title)
    }
    let (family, configuration) = try ModelFamily.read(fields)
    return (.decoder(configuration), family.title)
  }

  /// What sentence-transformers' files beside config.json say of pooling, scaling and the longest text. Without them an
  /// encoder keeps its family's usual ones.
  private static func readSentenceTransformer(
    into configuration: inout BertConfiguration, from directory: HuggingFaceDirectory
  ) throws {
    var poolingFolder = "1_Pooling"
    var normalizes: Bool?
    if let data = try directory.data("modules.json") {
      guard let modules = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
        throw CheckpointError.damaged(
          path: directory.url("modules.json").path, reason: "it is no list of modules. Download it again.")
      }
      let types = modules.prefix(100).map { (type: $0["type"] as? String ?? "", path: $0["path"] as? String) }
      normalizes = types.contains { $0.type.hasSuffix(".Normalize") }
      // A folder beside modules.json, and no other.
      if let path = types.first(where: { $0.type.hasSuffix(".Pooling") })?.path, !path.isEmpty, !path.contains("/"),
        path != ".."
      {
        poolingFolder = path
      }
      let known = ["Transformer", "Pooling", "Normalize"]
      if let other = types.first(where: { type in !known.contains { type.type.hasSuffix(".\($0)") } }) {
        throw CheckpointError.damaged(
          path: directory.url("modules.json").path,
          reason: "it has a module \(other.type.prefix(100)), which is not supported. Supported are "
            + known.joined(separator: ", ") + ".")
      }
    }
    let pooling = try directory.data("\(poolingFolder)/config.json").map { try ConfigurationFields(json: $0) }
    let sentence = try directory.data("sentence_bert_config.json").map { try ConfigurationFields(json: $0) }
    try configuration.readSentenceTransformer(pooling: pooling, sentence: sentence, normalizes: normalizes)
  }
}
