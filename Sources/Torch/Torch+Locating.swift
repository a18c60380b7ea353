public import Foundation

extension Torch {
  /// Where the shim lies: `EFFICIENTLLM_SHIM`, else what setup left a pointer to, `cache/shim/current` below `home`.
  /// - Throws: ``TorchError/libraryMissing(searched:)``.
  public static func locate(
    home: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> String {
    if let path = environment["EFFICIENTLLM_SHIM"], !path.isEmpty {
      guard FileManager.default.fileExists(atPath: path) else {
        throw TorchError.libraryMissing(searched: ["EFFICIENTLLM_SHIM=\(path)"])
      }
      return path
    }
    let pointer = home.appendingPathComponent("cache/shim/current")
    guard let text = try? String(contentsOf: pointer, encoding: .utf8) else {
      throw TorchError.libraryMissing(searched: ["EFFICIENTLLM_SHIM", pointer.path])
    }
    let path = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard FileManager.default.fileExists(atPath: path) else {
      throw TorchError.libraryMissing(searched: ["EFFICIENTLLM_SHIM", "\(pointer.path) -> \(path)"])
    }
    return path
  }

  /// Loads the shim from where ``locate(home:environment:)`` finds it; further calls do nothing.
  /// - Throws: ``TorchError/libraryMissing(searched:)``, ``TorchError/libraryUnusable(path:reason:)``.
  public static func load(
    home: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    if isLoaded { return }
    try load(path: locate(home: home, environment: environment))
  }
}
