/// Text to tokens and back.
public protocol Tokenizer: Sendable {
  /// One more than the largest token: the rows an embedding needs.
  var vocabularySize: Int { get }
  /// The token that the vocabulary writes so.
  func id(of token: String) -> UInt32?
  /// How the vocabulary writes a token; nothing for an id that none has.
  func token(of id: UInt32) -> String?
  /// Whether a token is one of those that decoding leaves out unless asked: begin and end of a text, of a turn.
  func isSpecial(_ id: UInt32) -> Bool
  /// The tokens of a text. Text that spells an added token, such as `<|endoftext|>`, becomes that token.
  /// - Parameter addingSpecialTokens: whether the tokens that stand around every text are added.
  func encode(_ text: String, addingSpecialTokens: Bool) -> [UInt32]
  /// The bytes tokens stand for; where decoding goes by characters, those of the text.
  func decodedBytes(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool) -> [UInt8]
  /// The text tokens stand for, with U+FFFD where they are no UTF-8. Ids that no token has stand for nothing.
  func decode(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool) -> String
  /// Decodes token by token; what it gives adds up to what `decode` gives.
  func makeStreamDecoder(skippingSpecialTokens: Bool) -> TokenStreamDecoder
}

extension Tokenizer {
  public func encode(_ text: String) -> [UInt32] { encode(text, addingSpecialTokens: true) }

  public func decodedBytes(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool = true) -> [UInt8] {
    Array(streamDecoded(tokens, skippingSpecialTokens: skippingSpecialTokens).utf8)
  }

  public func decode(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool = true) -> String {
    String(decoding: decodedBytes(tokens, skippingSpecialTokens: skippingSpecialTokens), as: UTF8.self)
  }

  public func makeStreamDecoder() -> TokenStreamDecoder { makeStreamDecoder(skippingSpecialTokens: true) }

  func streamDecoded(_ tokens: some Sequence<UInt32>, skippingSpecialTokens: Bool) -> String {
    var decoder = makeStreamDecoder(skippingSpecialTokens: skippingSpecialTokens)
    var text = ""
    for token in tokens { text += decoder.append(token) }
    return text + decoder.finish()
  }
}
