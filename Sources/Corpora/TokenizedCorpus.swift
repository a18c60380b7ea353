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
  /// Where the text comes from and what was made of it: "corpus", "title", "packages", "licence", "corpus_sha256",
  /// "vocabulary", "train_tokens" and the like, for the manifest.
  public let manifest: [String: String]
  /// The perplexity of the held-out tokens under the training tokens' frequencies with one added to each count: what
  /// a model that knows nothing of order reaches. Over the tokens a model predicts, `DocumentSpan.predicted`.
  public let unigramPerplexity: Double
  private let unigrams: UnigramModel

  /// The same over some of the held-out tokens, for an evaluation that predicts only those. Nothing for no tokens.
  public func unigramPerplexity(predicting ranges: [Range<Int>]) -> Double? {
    unigrams.perplexity(of: heldOut, ranges: ranges)
  }

  /// Opens a corpus's tokens, or makes them: splits it by document, trains the tokenizer on the training part, encodes
  /// both parts and keeps them under a name made of the content's hash.
  /// - Parameters:
  ///   - corpus: a corpus that was obtained (a folder under `corporaDirectory`), or the path of a text file, a JSONL
  ///     file or a folder of them.
  ///   - vocabularySize: entries of the tokenizer, `<|endoftext|>` and the 256 bytes among them.
  ///   - heldOutFraction: how much of the text, in bytes, no training sees.
  ///   - progress: told what happens, one line at a time; a damaged cache among it.
  /// - Throws: `CorpusError`, and `TokenizerError` for a vocabulary that cannot be.
  public static func prepare(
    corpus: String, vocabularySize: Int, heldOutFraction: Double = 0.1, corporaDirectory: URL, cacheDirectory: URL,
    progress: (@Sendable (String) -> Void)? = nil
  ) throws -> TokenizedCorpus {
    guard vocabularySize >= 257 else {
      throw CorpusError.vocabularyTooSmall(requested: vocabularySize, minimum: 257)
    }
    guard heldOutFraction > 0, heldOutFraction < 1 else { throw CorpusError.badHeldOutFraction(heldOutFraction) }
    let source = try CorpusSource(corpus, corporaDirectory: corporaDirectory)
    let cache = try TokenCache(
      contentHash: source.contentHash(), vocabularySize: vocabularySize, heldOutFraction: heldOutFraction,
      directory: cacheDirectory)
    return try cache.open(source, progress: progress ?? { _ in })
  }

  /// Opens what `TokenCache` wrote and holds the parts against each other.
  /// - Throws: `CorpusError.damagedTokens`.
  init(_ description: TokenCache.Description, in folder: URL, source: CorpusSource) throws {
    let tokenizerFile = folder.appendingPathComponent(TokenCache.tokenizerName)
    let damaged = { (reason: String) in CorpusError.damagedTokens(path: folder.path, reason: reason) }
    guard let json = try? Data(contentsOf: tokenizerFile), TokenCache.hash(of: json) == description.tokenizerHash else {
      throw damaged("the tokenizer's hash differs")
    }
    tokenizer = try BytePairTokenizer(json: json)
    train = try TokenFile(contentsOf: folder.appendingPathComponent(TokenCache.trainName))
    heldOut = try TokenFile(contentsOf: folder.appendingPathComponent(TokenCache.heldOutName))
    var end = 0
    for span in description.heldOutDocuments {
      guard span.tokens.lowerBound == end, span.tokens.count >= 1 else { throw damaged("documents overlap") }
      end = span.tokens.upperBound
    }
    guard end == heldOut.count, tokenizer.vocabularySize == description.vocabularySize,
      train.vocabularySize == description.vocabularySize, heldOut.vocabularySize == description.vocabularySize,
      train.sha256 == description.trainHash, heldOut.sha256 == description.heldOutHash
    else { throw damaged("its parts do not belong together") }
    name = source.name
    vocabularySize = description.vocabularySize
    trainDocumentCount = description.trainDocumentCount
    heldOutDocuments = description.heldOutDocuments
    contentHash = description.contentHash
    unigrams = UnigramModel(train)
    guard
      let perplexity = unigrams.perplexity(of: heldOut, ranges: description.heldOutDocuments.map(\.predicted))
    else { throw damaged("it holds out no tokens") }
    unigramPerplexity = perplexity
    var manifest = source.manifest()
    manifest["corpus"] = source.name
    manifest["corpus_sha256"] = description.contentHash
    manifest["tokenizer_sha256"] = description.tokenizerHash
    manifest["vocabulary"] = "\(description.vocabularySize)"
    manifest["held_out_fraction"] = "\(description.heldOutFraction)"
    manifest["train_documents"] = "\(description.trainDocumentCount)"
    manifest["train_tokens"] = "\(train.count)"
    manifest["train_tokens_sha256"] = train.sha256
    manifest["held_out_documents"] = "\(description.heldOutDocuments.count)"
    manifest["held_out_tokens"] = "\(heldOut.count)"
    manifest["held_out_tokens_sha256"] = heldOut.sha256
    self.manifest = manifest
  }
}
