/// Where a document lies in a token file.
public struct DocumentSpan: Sendable, Hashable, Codable {
  /// Such as "emma/12".
  public var id: String
  /// The document's tokens with the `<|endoftext|>` that stands before them. The first is context only: the tokens
  /// that are predicted are `predicted`.
  public var tokens: Range<Int>
  /// Bytes of the document's text as UTF-8.
  public var bytes: Int

  public init(id: String, tokens: Range<Int>, bytes: Int) {
    self.id = id
    self.tokens = tokens
    self.bytes = bytes
  }

  /// The tokens of the text itself: what a held-out perplexity is taken over.
  public var predicted: Range<Int> { min(tokens.lowerBound + 1, tokens.upperBound)..<tokens.upperBound }
}
