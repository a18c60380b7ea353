internal import Corpora
internal import Foundation
internal import Tokenization

/// The text that prompts are cut from, as one model's tokens. Peers cut the same prompts: the rules stand here and in
/// `scripts/peers/inference_common.py`.
struct PromptText {
  /// Tokens of a window of the perplexity, the begin token included.
  static let window = 512
  /// Characters of the text that are read.
  static let maximumBytes = 1 << 20

  /// Without begin or end tokens.
  let tokens: [UInt32]
  /// What the tokenizer puts before every text.
  let prefix: [UInt32]

  init(_ text: String, tokenizer: any Tokenizer) {
    tokens = tokenizer.encode(text, addingSpecialTokens: false)
    prefix = Array(tokenizer.encode("", addingSpecialTokens: true).prefix(1))
  }

  /// The prompt of sequence `index`, counted through all rounds of all seeds: consecutive stretches of the text, begun
  /// anew at its end, each behind the begin token where the tokenizer has one.
  func prompt(_ index: Int, tokens count: Int) -> [UInt32] {
    let body = count - prefix.count
    let places = max(1, tokens.count - body)
    let start = index * body % places
    return prefix + tokens[start..<min(tokens.count, start + body)]
  }

  /// Windows that do not overlap, from the text's start, over its first `limit` tokens.
  func windows(tokens limit: Int) -> [PerplexityWindows.Window] {
    PerplexityWindows.separate(length: Self.window).windows(of: Array(tokens.prefix(limit)), prefix: prefix)
  }

  static func files(_ name: String, corporaDirectory: URL) throws -> CorpusSource {
    try CorpusSource(name, corporaDirectory: corporaDirectory)
  }

  /// The documents of a corpus with a blank line between them, up to ``maximumBytes``.
  static func read(_ name: String, corporaDirectory: URL) throws -> String {
    var text = ""
    for document in try files(name, corporaDirectory: corporaDirectory).documents() {
      if !text.isEmpty { text += "\n\n" }
      text += document.text
      if text.utf8.count >= maximumBytes { break }
    }
    return text
  }
}
