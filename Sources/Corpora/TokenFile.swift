import Crypto
public import Foundation

/// Tokens in a memory-mapped file: little-endian `uint32`, one after the other, nothing else. Beside `NAME.bin` lies
/// `NAME.json` with what it has to be. Safe to share: it is mapped read-only and replaced by renaming, never changed.
public struct TokenFile: Sendable {
  /// What the file beside the tokens says.
  public struct Description: Sendable, Hashable, Codable {
    /// The version of this format.
    public var format: Int
    public var count: Int
    /// Each token is smaller than this.
    public var vocabularySize: Int
    /// SHA-256 of the tokens' bytes, in hexadecimal.
    public var sha256: String
  }

  static let format = 1

  public let url: URL
  public let description: Description
  private let bytes: Data

  public var count: Int { description.count }
  public var vocabularySize: Int { description.vocabularySize }
  public var sha256: String { description.sha256 }

  /// Maps a file and holds it against its description: length, hash, and each token within the vocabulary.
  /// - Throws: `CorpusError.damagedTokens`, which names what disagrees.
  public init(contentsOf url: URL) throws {
    let sidecar = Self.sidecar(of: url)
    let damaged = { (reason: String) in CorpusError.damagedTokens(path: url.path, reason: reason) }
    guard let text = try? Data(contentsOf: sidecar) else { throw damaged("\(sidecar.lastPathComponent) is missing") }
    guard let description = try? JSONDecoder().decode(Description.self, from: text) else {
      throw damaged("\(sidecar.lastPathComponent) does not say what the file is")
    }
    guard description.format == Self.format else { throw damaged("it has format \(description.format)") }
    guard let bytes = try? Data(contentsOf: url, options: .alwaysMapped) else { throw damaged("it cannot be read") }
    guard description.count >= 0, bytes.count % 4 == 0, bytes.count / 4 == description.count else {
      throw damaged("it is \(bytes.count) bytes and should hold \(description.count) tokens")
    }
    guard SHA256.hash(data: bytes).hexadecimal == description.sha256 else { throw damaged("its hash differs") }
    self.url = url
    self.description = description
    self.bytes = bytes
    let largest = withUnsafeTokens { $0.reduce(0) { max($0, UInt32(littleEndian: $1)) } }
    guard description.count == 0 || Int(largest) < description.vocabularySize else {
      throw damaged("token \(largest) is outside the vocabulary of \(description.vocabularySize)")
    }
  }

  /// The mapped tokens. The pointer is good within the closure only.
  public func withUnsafeTokens<Result>(_ body: (UnsafeBufferPointer<UInt32>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { try body($0.bindMemory(to: UInt32.self)) }
  }

  public subscript(index: Int) -> Int {
    precondition(index >= 0 && index < count, "token \(index) of \(count)")
    return withUnsafeTokens { Int(UInt32(littleEndian: $0[index])) }
  }

  /// A copy of a range, as the type an embedding takes.
  public func copy<Token: FixedWidthInteger>(_ range: Range<Int>, as type: Token.Type = Int64.self) -> [Token] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    return withUnsafeTokens { tokens in
      [Token](unsafeUninitializedCapacity: range.count) { buffer, initialized in
        for (offset, index) in range.enumerated() {
          (buffer.baseAddress! + offset).initialize(to: Token(truncatingIfNeeded: UInt32(littleEndian: tokens[index])))
        }
        initialized = range.count
      }
    }
  }

  static func sidecar(of url: URL) -> URL { url.deletingPathExtension().appendingPathExtension("json") }
}
