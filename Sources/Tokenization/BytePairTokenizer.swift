public import Foundation

/// Byte-level byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909; on bytes: Radford et al. 2019), in the form
/// of Hugging Face's `tokenizer.json`.
public struct BytePairTokenizer: Sendable {
  /// - Throws: `TokenizerError`.
  public init(contentsOf url: URL) throws { throw TokenizerError.unreadable(path: url.path, reason: "") }
  /// - Throws: `TokenizerError`.
  public init(json: Data) throws { throw TokenizerError.malformed("") }
  public func json() -> Data { Data() }
  /// - Throws: `TokenizerError.cannotWrite`.
  public func save(to url: URL) throws {}

  /// One more than the largest token: the rows an embedding needs.
  public var vocabularySize: Int { 0 }
  public func id(of token: String) -> UInt32? { nil }
  public func token(of id: UInt32) -> String? { nil }
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> [UInt32] { [] }
  public func decode(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool = true) -> String { "" }
}
