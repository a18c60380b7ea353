/// Decodes token by token, for showing text while it is made. What it gives is whole characters (Unicode scalars) always,
/// and adds up to what decoding all tokens at once gives: bytes of a character wait for the rest, and where a decoder looks
/// at runs of bytes (byte fallback), they wait for the run's end.
public struct TokenStreamDecoder: Sendable {
  private var run: DecoderRun
  /// A token's text as the vocabulary writes it; nothing for one to leave out.
  private let text: @Sendable (UInt32) -> [UInt8]?

  init(chain: DecoderChain, text: @escaping @Sendable (UInt32) -> [UInt8]?) {
    run = DecoderRun(chain)
    self.text = text
  }

  /// The text that is certain now.
  public mutating func append(_ token: UInt32) -> String {
    guard let text = text(token) else { return "" }
    return String(decoding: run.append(text), as: UTF8.self)
  }

  /// The text that waited for tokens that did not come. To be called once, at the end.
  public mutating func finish() -> String { String(decoding: run.finish(), as: UTF8.self) }
}
