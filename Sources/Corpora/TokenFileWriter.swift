import Crypto
public import Foundation

/// Writes a `TokenFile`, with the file that describes it last.
struct TokenFileWriter {
  private static let bufferedTokens = 1 << 18

  private let url: URL
  private let vocabularySize: Int
  private let file: DurableFile
  private var hash = SHA256()
  private var buffer: [UInt32] = []
  private(set) var count = 0

  /// - Throws: `CorpusError.cannotWrite`, as every method does.
  init(url: URL, vocabularySize: Int) throws {
    self.url = url
    self.vocabularySize = vocabularySize
    file = try DurableFile(path: url.path)
  }

  mutating func append(_ tokens: [UInt32]) throws {
    for token in tokens { buffer.append(token.littleEndian) }
    count += tokens.count
    if buffer.count >= Self.bufferedTokens { try flush() }
  }

  private mutating func flush() throws {
    try buffer.withUnsafeBytes { bytes in
      hash.update(bufferPointer: bytes)
      do {
        try file.write(bytes)
      } catch {
        file.abandon()
        throw error
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// - Returns: SHA-256 of the tokens' bytes, in hexadecimal.
  mutating func finish() throws -> String {
    try flush()
    try file.finish()
    let sha256 = hash.finalize().hexadecimal
    let description = TokenFile.Description(
      format: TokenFile.format, count: count, vocabularySize: vocabularySize, sha256: sha256)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try DurableFile.write(encoder.encode(description), to: TokenFile.sidecar(of: url))
    return sha256
  }
}

extension TokenFile {
  /// Writes tokens as a new file with its description beside it, and maps it.
  /// - Throws: `CorpusError.cannotWrite`.
  public static func write(_ tokens: [UInt32], vocabularySize: Int, to url: URL) throws -> TokenFile {
    var writer = try TokenFileWriter(url: url, vocabularySize: vocabularySize)
    try writer.append(tokens)
    _ = try writer.finish()
    return try TokenFile(contentsOf: url)
  }
}
