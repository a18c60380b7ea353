public import ChatTemplates
public import Foundation
internal import GGUF
public import Models

/// A model that lies on this machine, opened: its configuration, tokens and template are known, its weights not yet read.
public struct Checkpoint: Sendable {
  public enum Format: String, Sendable, Hashable, Codable {
    case gguf, safetensors
  }

  public enum Kind: Sendable, Hashable {
    /// Generates text.
    case decoder(DecoderConfiguration)
    /// Makes embeddings of sentences.
    case encoder(BertConfiguration)
  }

  /// Where the checkpoint's parts lie.
  enum Contents: Sendable {
    case directory(HuggingFaceDirectory)
    case gguf(GGUFFile)
  }

  /// The directory's name, or the file's without its ending.
  public let name: String
  public let path: URL
  public let format: Format
  public let kind: Kind
  /// What the checkpoint says it is: `model_type`, or `general.architecture`.
  public let architecture: String
  /// How people call the family.
  public let family: String
  /// What the checkpoint says its licence is; nil where it does not.
  public let licence: String?
  /// The token that begins a text; nil where there is none.
  public let beginToken: UInt32?
  /// Any of these ends what is generated.
  public let endTokens: Set<UInt32>
  /// The same as text, as chat templates want them.
  public let beginTokenText: String?
  public let endTokenText: String?
  let templates: ChatTemplateSources
  let contents: Contents

  /// Opens a GGUF file, a Hugging Face directory (or its config.json), or a directory with one GGUF file.
  ///
  /// - Throws: ``CheckpointError``: nothing there, no configuration, an architecture that is not supported, a damaged file.
  public static func open(_ path: URL) throws(CheckpointError) -> Checkpoint {
    let path = path.standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder) else {
      throw .notFound(path.path, near: nil)
    }
    guard isFolder.boolValue else {
      let isConfiguration = path.lastPathComponent == "config.json"
      return isConfiguration ? try open(directory: path.deletingLastPathComponent()) : try open(gguf: path)
    }
    if !HuggingFaceDirectory(path).has("config.json") {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path.path)) ?? []
      let files = names.filter { $0.hasSuffix(".gguf") }
      if files.count == 1 { return try open(gguf: path.appendingPathComponent(files[0])) }
    }
    return try open(directory: path)
  }

  /// The configuration of a decoder.
  /// - Throws: ``CheckpointError/wrongKind(path:wanted:found:)`` for an encoder.
  public func decoderConfiguration() throws(CheckpointError) -> DecoderConfiguration {
    guard case .decoder(let configuration) = kind else {
      throw .wrongKind(path: path.path, wanted: "a model that generates text", found: "an encoder for embeddings")
    }
    return configuration
  }

  /// The configuration of an encoder.
  /// - Throws: ``CheckpointError/wrongKind(path:wanted:found:)`` for a decoder.
  public func encoderConfiguration() throws(CheckpointError) -> BertConfiguration {
    guard case .encoder(let configuration) = kind else {
      throw .wrongKind(path: path.path, wanted: "an encoder for embeddings", found: "a model that generates text")
    }
    return configuration
  }

  /// Whether there is a template for conversations.
  public var hasChatTemplate: Bool { templates.source(forTools: false) != nil }

  /// The template for conversations; nil where the checkpoint has none, as base models do.
  /// - Parameter forTools: Whether tools are given: some checkpoints have a template of its own for that.
  /// - Throws: ``ChatTemplates/TemplateError`` for one that cannot be read.
  public func chatTemplate(forTools: Bool = false) throws(TemplateError) -> ChatTemplate? {
    guard let source = templates.source(forTools: forTools) else { return nil }
    return try ChatTemplate(source)
  }

  /// What a family's reader says, in this room's terms.
  static func reading<Value>(_ path: String, _ body: () throws -> Value) throws(CheckpointError) -> Value {
    do {
      return try body()
    } catch let error as CheckpointError {
      throw error
    } catch FamilyError.unknownFamily(let name, let known) {
      throw .unsupportedArchitecture(name, path: path, supported: known)
    } catch {
      throw .damaged(path: path, reason: "\(error)")
    }
  }
}
