public import Foundation

/// Makes tokenizers of any kind from what models come with.
public enum TokenizerLoader {
  /// Loads a `tokenizer.json` of Hugging Face's tokenizers: byte-pair encoding, unigram and WordPiece models. What it says
  /// of truncation and padding, which are about batches, is left to whoever makes them.
  /// - Parameter borders: what goes before and after a text in place of what the file says; nil: what it says.
  /// - Throws: `TokenizerError`, for a component that is not supported by name, or a border that is no token.
  public static func load(tokenizerJSON url: URL, borders: TextBorders? = nil) throws -> any Tokenizer {
    try load(json: TokenizerFile.read(url), borders: borders)
  }

  /// Reads the contents of a `tokenizer.json`.
  /// - Throws: As ``load(tokenizerJSON:borders:)``.
  public static func load(json: Data, borders: TextBorders? = nil) throws -> any Tokenizer {
    let tokenizer = try TokenizerFile.tokenizer(from: json)
    guard let borders else { return tokenizer }
    func ids(_ content: String?) throws -> [UInt32] {
      guard let content else { return [] }
      guard let id = tokenizer.id(of: content) else {
        throw TokenizerError.malformed("\"\(content)\", which goes before or after every text, is no token")
      }
      return [id]
    }
    let (prefix, suffix) = (try ids(borders.begin), try ids(borders.end))
    if var tokenizer = tokenizer as? BytePairTokenizer {
      (tokenizer.pipeline.prefix, tokenizer.pipeline.suffix) = (prefix, suffix)
      return tokenizer
    }
    guard var tokenizer = tokenizer as? PieceTokenizer else { return tokenizer }
    (tokenizer.pipeline.prefix, tokenizer.pipeline.suffix) = (prefix, suffix)
    return tokenizer
  }

  /// Makes the tokenizer that a model file's metadata describes.
  /// - Throws: `TokenizerError`, for a kind that is not supported by name.
  public static func make(_ vocabulary: VocabularyDescription) throws -> any Tokenizer {
    let maker = try VocabularyMaker(vocabulary)
    switch vocabulary.model {
    case "gpt2": return try maker.byteLevel()
    case "llama": return try maker.sentencePiece()
    case "t5": return try maker.unigram()
    case "bert": return try maker.wordPiece()
    default: throw TokenizerError.unsupported(component: "model", name: vocabulary.model)
    }
  }
}

/// The tokens that go before and after every text, as they are written; nil: none.
///
/// Some of transformers' classes set them by their own configuration, whatever the `tokenizer.json` says.
public struct TextBorders: Sendable, Hashable {
  public var begin: String?
  public var end: String?

  public init(begin: String?, end: String?) {
    self.begin = begin
    self.end = end
  }
}
