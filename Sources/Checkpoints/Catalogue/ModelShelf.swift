public import Foundation

/// The models that lie on this machine: fetched ones and whatever else stands in the folder, and how names find them.
public struct ModelShelf: Sendable {
  /// `$EFFICIENTLLM_HOME/models`.
  public let folder: URL
  public let catalogue: ModelCatalogue

  public init(folder: URL, catalogue: ModelCatalogue = .builtIn) {
    self.folder = folder
    self.catalogue = catalogue
  }

  /// A model in the folder.
  public struct Item: Sendable, Hashable {
    public let name: String
    /// What ``Checkpoint/open(_:)`` takes.
    public let path: URL
    /// What was written when it was fetched; nil for what somebody put there.
    public let fetched: FetchedModel?
  }

  /// Every model in the folder, by name.
  public func items() -> [Item] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
      let place = folder.appendingPathComponent(name)
      if name.hasSuffix(".gguf") { return Item(name: String(name.dropLast(5)), path: place, fetched: nil) }
      guard let path = Self.model(in: place) else { return nil }
      return Item(name: name, path: path, fetched: FetchedModel(folder: place))
    }
  }

  /// The model that a name of the catalogue, a name in the folder, a GGUF file or a Hugging Face directory means.
  ///
  /// A name with a slash, and one that ends in `.gguf`, is a path. Others are looked for in the folder first, so that a
  /// directory of the working directory does not shadow a model that was fetched.
  /// - Throws: ``CheckpointError/notFetched(_:)``, ``CheckpointError/notFound(_:near:)``.
  public func path(of name: String) throws(CheckpointError) -> URL {
    let isPath = name.contains("/") || name.hasSuffix(".gguf") || name == "." || name == ".."
    if !isPath {
      let place = folder.appendingPathComponent(name)
      if let path = Self.model(in: place) { return path }
      let file = folder.appendingPathComponent(name + ".gguf")
      if FileManager.default.fileExists(atPath: file.path) { return file }
    }
    let expanded = (name as NSString).expandingTildeInPath
    if !name.isEmpty, FileManager.default.fileExists(atPath: expanded) { return URL(fileURLWithPath: expanded) }
    if catalogue.entry(named: name) != nil { throw .notFetched(name) }
    let known = Set(catalogue.entries.map(\.name) + items().map(\.name)).sorted()
    throw .notFound(name, near: NearName.of(name, among: known))
  }

  /// What to open in a model's folder: what the manifest says, the folder itself when it has a configuration, its only
  /// GGUF file. Nil when there is none of these.
  private static func model(in folder: URL) -> URL? {
    if let fetched = FetchedModel(folder: folder) {
      return fetched.opens == "." ? folder : folder.appendingPathComponent(fetched.opens)
    }
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path) { return folder }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let files = names.filter { $0.hasSuffix(".gguf") }
    return files.count == 1 ? folder.appendingPathComponent(files[0]) : nil
  }
}

/// What stands in a fetched model's folder about where it came from.
public struct FetchedModel: Sendable, Hashable, Decodable {
  public struct Package: Sendable, Hashable, Decodable {
    public let name: String
    public let version: String
    public let sha256: String
  }

  public let name: String
  public let title: String
  public let licence: String
  public let licenceFile: String
  public let source: String
  public let opens: String
  public let packages: [Package]

  static let file = "efficientllm-model.json"

  /// Nil where there is none, or none that can be read.
  init?(folder: URL) {
    let file = folder.appendingPathComponent(Self.file)
    guard let data = try? Data(contentsOf: file), let read = try? JSONDecoder().decode(Self.self, from: data) else {
      return nil
    }
    // It may not lead out of its folder.
    guard !read.opens.hasPrefix("/"), !read.opens.split(separator: "/").contains("..") else { return nil }
    self = read
  }
}
