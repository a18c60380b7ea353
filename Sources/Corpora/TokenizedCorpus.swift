public import Foundation
public import Tokenization

/// A corpus cut into training and held-out documents, with a tokenizer trained on the training part alone and both
/// parts as tokens in memory-mapped files.
public struct TokenizedCorpus: Sendable {
  /// What stands before each document.
  public static let separator = "<|endoftext|>"

  /// The name or path it was asked for by.
  public let name: String
  public let tokenizer: BytePairTokenizer
  public let vocabularySize: Int
  /// The training documents, each with the separator before it, in the corpus's order.
  public let train: TokenFile
  /// The held-out documents, likewise.
  public let heldOut: TokenFile
  public let trainDocumentCount: Int
  public let heldOutDocuments: [DocumentSpan]
  /// SHA-256 of the corpus as it lies on the disk, in hexadecimal.
  public let contentHash: String
  /// Where the text comes from: "corpus", "source", "version", "licence" and the like, for the manifest.
  public let manifest: [String: String]

  /// The perplexity of the held-out tokens under the training tokens' frequencies with one added to each count: what
  /// a model that knows nothing of order reaches. Over the tokens a model predicts, `DocumentSpan.predicted`.
  public let unigramPerplexity: Double

  /// The same over some of the held-out tokens, for an evaluation that predicts only those.
  public func unigramPerplexity(predicting ranges: [Range<Int>]) -> Double? { nil }

  /// Opens a corpus's tokens, or makes them: splits it by document, trains the tokenizer on the training part, encodes
  /// both parts and keeps them under a name made of the content's hash.
  /// - Parameters:
  ///   - corpus: a corpus that was obtained (a folder under `corporaDirectory`), or the path of a text file, a JSONL
  ///     file or a folder of them.
  ///   - heldOutFraction: how much of the text, in bytes, no training sees.
  ///   - progress: told what happens, one line at a time; a damaged cache among it.
  /// - Throws: `CorpusError`, `TokenizerError`.
  public static func prepare(
    corpus: String, vocabularySize: Int, heldOutFraction: Double = 0.1, corporaDirectory: URL, cacheDirectory: URL,
    progress: (@Sendable (String) -> Void)? = nil
  ) throws -> TokenizedCorpus {
    throw CorpusError.notFound(corpus: corpus, mend: "")
  }
}
