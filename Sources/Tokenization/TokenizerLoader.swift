public import Foundation

/// Makes tokenizers of any kind from what models come with.
public enum TokenizerLoader {
  /// Loads a `tokenizer.json` of Hugging Face's tokenizers: byte-pair encoding, unigram and WordPiece models. What it says
  /// of truncation and padding, which are about batches, is left to whoever makes them.
  /// - Throws: `TokenizerError`, for a component that is not supported by name.
  public static func load(tokenizerJSON url: URL) throws -> any Tokenizer {
    try TokenizerFile.tokenizer(from: TokenizerFile.read(url))
  }

  /// Reads the contents of a `tokenizer.json`.
  /// - Throws: `TokenizerError`, for a component that is not supported by name.
  public static func load(json: Data) throws -> any Tokenizer { try TokenizerFile.tokenizer(from: json) }

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
