public import Foundation

extension Torch {
  /// Loads the shim that `EFFICIENTLLM_SHIM` names, else the one that setup left a pointer to:
  /// `cache/shim/current` below `home` holds its path.
  /// - Throws: ``TorchError/libraryMissing(searched:)``, ``TorchError/libraryUnusable(path:reason:)``.
  public static func load(
    home: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    if isLoaded { return }
    if let path = environment["EFFICIENTLLM_SHIM"], !path.isEmpty {
      guard FileManager.default.fileExists(atPath: path) else {
        throw TorchError.libraryMissing(searched: ["EFFICIENTLLM_SHIM=\(path)"])
      }
      return try load(path: path)
    }
    let pointer = home.appendingPathComponent("cache/shim/current")
    guard let text = try? String(contentsOf: pointer, encoding: .utf8) else {
      throw TorchError.libraryMissing(searched: ["EFFICIENTLLM_SHIM", pointer.path])
    }
    let path = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard FileManager.default.fileExists(atPath: path) else {
      throw TorchError.libraryMissing(searched: ["EFFICIENTLLM_SHIM", "\(pointer.path) -> \(path)"])
    }
    try load(path: path)
  }
}
