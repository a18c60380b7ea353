internal import Synchronization
internal import Tokenization

/// The texts of single tokens, as log-probabilities show them.
final class TokenTexts: Sendable {
  struct Entry: Sendable {
    let text: String
    let bytes: [UInt8]
  }

  private let tokenizer: any Tokenizer
  private let known = Mutex<[UInt32: Entry]>([:])

  init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

  var vocabularySize: UInt32 { UInt32(clamping: tokenizer.vocabularySize) }

  /// A token's own bytes, and what they are as text; special tokens as they are written.
  func text(of id: UInt32) -> Entry {
    if let entry = known.withLock({ $0[id] }) { return entry }
    // What comes first in a text may lose its space; what comes second does not.
    let once = tokenizer.decodedBytes([id], skippingSpecialTokens: false)
    let twice = tokenizer.decodedBytes([id, id], skippingSpecialTokens: false)
    let bytes = Array(twice.suffix(max(0, twice.count - once.count)))
    let entry = Entry(text: String(decoding: bytes, as: UTF8.self), bytes: bytes)
    known.withLock { $0[id] = entry }
    return entry
  }
}
