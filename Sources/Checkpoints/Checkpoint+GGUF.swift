internal import Foundation
internal import GGUF
internal import Models
internal import Tokenization

extension Checkpoint {
  /// - Throws: ``CheckpointError``.
  static func open(gguf url: URL) throws(CheckpointError) -> Checkpoint {
    let file = try reading(url.path) { try openFile(url.path) }
    guard let architecture = file.metadata["general.architecture"]?.string else {
      throw .damaged(path: url.path, reason: "its metadata do not say its architecture. Convert the model anew.")
    }
    if case .uint(let parts)? = file.metadata["split.count"], parts > 1 {
      throw .damaged(
        path: url.path,
        reason: "it is one of \(parts) parts of a split model. Join them with llama.cpp's llama-gguf-split --merge.")
    }
    let (kind, family) = try reading(url.path) { try described(by: file, architecture: architecture) }
    let special = specialTokens(of: file)
    return Checkpoint(
      name: url.deletingPathExtension().lastPathComponent, path: url, format: .gguf, kind: kind,
      architecture: architecture, family: family, licence: file.metadata["general.license"]?.string,
      beginToken: special.begin, endTokens: special.ends, beginTokenText: special.beginText,
      endTokenText: special.endText,
      templates: ChatTemplateSources(string: { file.metadata[$0]?.string }, strings: { file.metadata[$0]?.strings }),
      contents: .gguf(file))
  }

  private static func openFile(_ path: String) throws -> GGUFFile {
    do {
      return try GGUFFile(path: path)
    } catch {
      // Its own words name the file already.
      throw CheckpointError.unusable("\(error)")
    }
  }

  private static func described(by file: GGUFFile, architecture: String) throws -> (Kind, family: String) {
    let description = GGUFDescription(
      architecture: architecture, metadata: fields(of: file), tensorShape: { file.tensors[$0]?.shape },
      tensorValues: { name in
        guard let tensor = file.tensors[name] else { return [] }
        return try [Float](unsafeUninitializedCapacity: tensor.elements) { buffer, count in
          try file.dequantize(tensor, into: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.elements]))
          count = tensor.elements
        }
      })
    if let family = EncoderFamily.family(ggufArchitecture: architecture) {
      let configuration = try family.ggufConfiguration(description)
      try configuration.validate()
      return (.encoder(configuration), family.title)
    }
    let (family, configuration) = try ModelFamily.read(gguf: description)
    return (.decoder(configuration), family.title)
  }

  /// The longest list of metadata that describes a model's shape: one value a layer, or a factor a frequency.
  private static let longestList = 1 << 16

  /// Metadata in the families' terms. Vocabularies are left out.
  static func fields(of file: GGUFFile) -> [String: FieldValue] {
    var fields: [String: FieldValue] = [:]
    for (key, value) in file.metadata where !key.hasPrefix("tokenizer.") {
      if let count = value.count, count > longestList { continue }
      fields[key] = field(value, depth: 0)
    }
    return fields
  }

  private static func field(_ value: GGUFValue, depth: Int) -> FieldValue? {
    switch value {
    case .uint(let number): Int(exactly: number).map { .integer($0) } ?? .number(Double(number))
    case .int(let number): .integer(Int(number))
    case .float(let number): .number(number)
    case .bool(let truth): .bool(truth)
    case .string(let text): .string(text)
    case .strings(let texts): .list(texts.map { .string($0) })
    case .floats(let numbers): .list(numbers.map { .number(Double($0)) })
    case .integers(let numbers): .list(numbers.map { .integer(Int($0)) })
    case .array(let values): depth < 4 ? .list(values.compactMap { field($0, depth: depth + 1) }) : nil
    }
  }

  static func specialTokens(of file: GGUFFile) -> SpecialTokens {
    let tokens = file.metadata["tokenizer.ggml.tokens"]?.strings ?? []
    let types = file.metadata["tokenizer.ggml.token_type"]?.integers ?? []
    func token(_ name: String) -> UInt32? {
      guard let index = file.metadata["tokenizer.ggml.\(name)_token_id"]?.integer, tokens.indices.contains(index) else {
        return nil
      }
      return UInt32(index)
    }
    var special = SpecialTokens()
    special.begin = token("bos")
    special.beginText = special.begin.map { tokens[Int($0)] }
    special.endText = token("eos").map { tokens[Int($0)] }
    special.ends = Set(["eos", "eot", "eom"].compactMap { token($0) })
    // Control tokens (type 3) that end a turn, in files that name none of them.
    for (index, type) in types.enumerated() where type == 3 && index < tokens.count {
      if SpecialTokens.turnEnds.contains(tokens[index]) { special.ends.insert(UInt32(index)) }
    }
    return special
  }

  /// What the metadata say of the tokenizer.
  /// - Throws: ``CheckpointError/noTokenizer(path:)``.
  static func vocabulary(of file: GGUFFile) throws(CheckpointError) -> VocabularyDescription {
    func value(_ name: String) -> GGUFValue? { file.metadata["tokenizer.ggml.\(name)"] }
    func token(_ name: String) -> Int? { value("\(name)_token_id")?.integer }
    guard let model = value("model")?.string, let tokens = value("tokens")?.strings, !tokens.isEmpty else {
      throw .noTokenizer(path: file.path)
    }
    return VocabularyDescription(
      model: model, preTokenizer: value("pre")?.string, tokens: tokens, scores: value("scores")?.floats,
      tokenTypes: value("token_type")?.integers, merges: value("merges")?.strings, beginToken: token("bos"),
      endToken: token("eos"), unknownToken: token("unknown"),
      // The format's own spelling came first.
      separatorToken: token("seperator") ?? token("separator"), paddingToken: token("padding"),
      classifierToken: token("cls"), addsBegin: value("add_bos_token")?.bool, addsEnd: value("add_eos_token")?.bool,
      addsSpacePrefix: value("add_space_prefix")?.bool,
      removesExtraWhitespaces: value("remove_extra_whitespaces")?.bool,
      precompiledCharacterMap: value("precompiled_charsmap")?.integers?.map { UInt8(truncatingIfNeeded: $0) })
  }
}
