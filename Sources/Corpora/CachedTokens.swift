public import Foundation

/// Tokens of a corpus that were made and kept.
public struct CachedTokens: Sendable, Hashable, Codable {
  public var vocabularySize: Int
  public var heldOutFraction: Double
  public var trainTokens: Int
  public var heldOutTokens: Int

  /// What a cache holds of the corpus with a content hash, by vocabulary size. What is damaged is passed over.
  public static func of(contentHash: String, in cacheDirectory: URL) -> [CachedTokens] {
    let folders =
      (try? FileManager.default.contentsOfDirectory(at: cacheDirectory, includingPropertiesForKeys: nil)) ?? []
    let decoder = JSONDecoder()
    func read<Value: Decodable>(_ type: Value.Type, _ url: URL) -> Value? {
      (try? Data(contentsOf: url)).flatMap { try? decoder.decode(type, from: $0) }
    }
    return folders.compactMap { folder -> CachedTokens? in
      let description = read(
        TokenCache.Description.self, folder.appendingPathComponent(TokenCache.descriptionName))
      let train = read(
        TokenFile.Description.self, TokenFile.sidecar(of: folder.appendingPathComponent(TokenCache.trainName)))
      let heldOut = read(
        TokenFile.Description.self, TokenFile.sidecar(of: folder.appendingPathComponent(TokenCache.heldOutName)))
      guard !folder.lastPathComponent.hasPrefix("."), let description, let train, let heldOut,
        description.contentHash == contentHash
      else { return nil }
      return CachedTokens(
        vocabularySize: description.vocabularySize, heldOutFraction: description.heldOutFraction,
        trainTokens: train.count, heldOutTokens: heldOut.count)
    }.sorted { ($0.vocabularySize, $0.heldOutFraction) < ($1.vocabularySize, $1.heldOutFraction) }
  }
}
