import ArgumentParser
import Corpora
import Foundation

/// Tells other programs where the tokens lie that a study's trials train on, and makes them where they are not there.
struct CorpusPrepareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Makes a corpus's tokens, or finds them, and says where they lie.")

  @Argument(help: "A built-in corpus, or the path of a text file, a JSONL file or a folder of them.") var name: String
  @Option(help: "Entries of the vocabulary.") var vocabulary: Int
  @Option(help: "How much of the text, in bytes, no training sees.") var heldOutFraction = 0.1
  @Option(help: "table or json.") var format: OutputFormat = .table

  private struct Prepared: Encodable {
    /// The training tokens: little-endian 32-bit integers, and nothing else.
    var train: String
    var heldOut: String
    var heldOutDocuments: [DocumentSpan]
    var vocabulary: Int
    var trainTokens: Int
    var heldOutTokens: Int
    var contentHash: String
    var unigramPerplexity: Double
    var manifest: [String: String]
  }

  func run() async throws {
    let home = Home()
    let corpus = try TokenizedCorpus.prepare(
      corpus: name, vocabularySize: vocabulary, heldOutFraction: heldOutFraction, corporaDirectory: home.corpora,
      cacheDirectory: home.tokens
    ) { line in FileHandle.standardError.write(Data((line + "\n").utf8)) }
    if format == .json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let prepared = Prepared(
        train: corpus.train.url.path, heldOut: corpus.heldOut.url.path, heldOutDocuments: corpus.heldOutDocuments,
        vocabulary: corpus.vocabularySize, trainTokens: corpus.train.count, heldOutTokens: corpus.heldOut.count,
        contentHash: corpus.contentHash, unigramPerplexity: corpus.unigramPerplexity, manifest: corpus.manifest)
      encoder.keyEncodingStrategy = .convertToSnakeCase
      print(String(decoding: try encoder.encode(prepared), as: UTF8.self))
      return
    }
    print("train      \(corpus.train.count) tokens of \(corpus.trainDocumentCount) documents: \(corpus.train.url.path)")
    print(
      "held out   \(corpus.heldOut.count) tokens of \(corpus.heldOutDocuments.count) documents: "
        + corpus.heldOut.url.path)
    print("vocabulary \(corpus.vocabularySize)")
    print("sha256     \(corpus.contentHash)")
  }
}
