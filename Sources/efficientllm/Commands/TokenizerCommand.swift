public import ArgumentParser
import Checkpoints
import Corpora
import Foundation
public import Tokenization

struct TokenizerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer", abstract: "Trains byte-level BPE tokenizers, and runs tokenizers of every kind.",
    subcommands: [
      TokenizerTrainCommand.self, TokenizerEncodeCommand.self, TokenizerDecodeCommand.self, TokenizerBenchCommand.self,
    ])
}

extension TextPattern: ExpressibleByArgument {}

/// Text from an option, or from standard input when it is left out. Bytes that are no UTF-8 become U+FFFD.
private func text(_ option: String?) throws -> String {
  if let option { return option }
  return String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
}

/// A tokenizer by its own file, or by the model it belongs to.
private func loadTokenizer(_ name: String) throws -> any Tokenizer {
  if name.hasSuffix(".json") { return try TokenizerLoader.load(tokenizerJSON: URL(fileURLWithPath: name)) }
  return try Checkpoint.open(ModelShelf(folder: Home().models).path(of: name)).loadTokenizer()
}

private func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

private func seconds(_ body: () throws -> Void) rethrows -> Double {
  let elapsed = try ContinuousClock().measure(body)
  return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
}

struct TokenizerTrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a tokenizer on all of a corpus and writes its tokenizer.json.")

  @Option(help: "A built-in corpus, or the path of a text file, a JSONL file or a folder of them.") var corpus: String
  @Option(help: "Entries of the vocabulary, the 256 bytes and <|endoftext|> among them.") var vocabulary: Int
  @Option(help: "Where the tokenizer.json is written.") var output: String
  @Option(help: "How text is cut into pieces: gpt2, llama3 or qwen2.") var pattern: TextPattern = .gpt2
  @Option(help: "table or json.") var format: OutputFormat = .table

  private struct Trained: Encodable {
    var output: String
    var vocabulary: Int
    var bytes: Int
    var seconds: Double
  }

  func run() async throws {
    let documents = try CorpusSource(corpus, corporaDirectory: Home().corpora).documents()
    var tokenizer: BytePairTokenizer?
    let elapsed = try seconds {
      tokenizer = try BytePairTrainer(vocabularySize: vocabulary, pattern: pattern).train(documents.lazy.map(\.text))
    }
    guard let tokenizer else { return }
    try tokenizer.save(to: URL(fileURLWithPath: output))
    let bytes = documents.reduce(0) { $0 + $1.text.utf8.count }
    if format == .json {
      return try printJSON(
        Trained(output: output, vocabulary: tokenizer.vocabularySize, bytes: bytes, seconds: elapsed))
    }
    print(
      "\(output): \(tokenizer.vocabularySize) tokens, from \(bytes) bytes in \(String(format: "%.2f", elapsed)) seconds"
    )
    if tokenizer.vocabularySize < vocabulary {
      print("The text has no more pairs to merge: give more of it for a vocabulary of \(vocabulary).")
    }
  }
}

struct TokenizerEncodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "encode", abstract: "Prints the tokens of a text.")

  @Option(help: "A tokenizer.json, or a model: a name, a GGUF file or a directory.") var tokenizer: String
  @Option(help: "The text; standard input when left out.") var text: String?
  @Flag(help: "Leave out the tokens the tokenizer puts around every text.") var withoutSpecialTokens = false
  @Option(help: "table (ids with spaces between) or json.") var format: OutputFormat = .table

  private struct Encoded: Encodable {
    var ids: [UInt32]
    var tokens: [String]
  }

  func run() async throws {
    let tokenizer = try loadTokenizer(tokenizer)
    let ids = tokenizer.encode(
      try efficientllm.text(text), addingSpecialTokens: !withoutSpecialTokens)
    if format == .json {
      return try printJSON(Encoded(ids: ids, tokens: ids.map { tokenizer.token(of: $0) ?? "" }))
    }
    print(ids.map(String.init).joined(separator: " "))
  }
}

struct TokenizerDecodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "decode", abstract: "Prints the text of tokens.")

  @Option(help: "A tokenizer.json, or a model: a name, a GGUF file or a directory.") var tokenizer: String
  @Option(help: "Ids with spaces or commas between; standard input when left out.") var text: String?
  @Flag(help: "Show special tokens too.") var withSpecialTokens = false
  @Option(help: "table (the text) or json.") var format: OutputFormat = .table

  func run() async throws {
    let tokenizer = try loadTokenizer(tokenizer)
    let separators: Set<Character> = [" ", ",", "\n", "\r\n", "\t", "[", "]"]
    let ids = try efficientllm.text(text).split { separators.contains($0) }.map { word -> UInt32 in
      guard let id = UInt32(word) else { throw ValidationError("\"\(word.prefix(40))\" is no token's id") }
      guard tokenizer.token(of: id) != nil else { throw TokenizerError.unknownID(Int(id)) }
      return id
    }
    let decoded = tokenizer.decode(ids, skippingSpecialTokens: !withSpecialTokens)
    if format == .json { return try printJSON(["text": decoded]) }
    FileHandle.standardOutput.write(Data((decoded + (text == nil ? "" : "\n")).utf8))
  }
}

struct TokenizerBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures encoding, on one core, in megabytes (10^6 bytes) of UTF-8 a second.")

  @Option(help: "A tokenizer.json, or a model: a name, a GGUF file or a directory.") var tokenizer: String
  @Option(help: "A built-in corpus, or the path of a text file, a JSONL file or a folder of them.") var corpus: String
  @Option(help: "Runs, each with an encoder that has met no word yet.") var runs = 5
  @Option(help: "table or json.") var format: OutputFormat = .table

  private struct Measured: Encodable {
    var bytes: Int
    var tokens: Int
    var bytesPerToken: Double
    var megabytesPerSecond: [Double]
    var medianMegabytesPerSecond: Double
  }

  func validate() throws {
    guard runs >= 1 else { throw ValidationError("at least one run is needed") }
  }

  func run() async throws {
    let tokenizer = try loadTokenizer(tokenizer)
    let texts = try CorpusSource(corpus, corporaDirectory: Home().corpora).documents().map(\.text)
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    guard bytes > 0 else { throw ValidationError("\(corpus) holds no text") }
    var tokens: [UInt32] = []
    let rates = (0..<runs).map { _ in
      tokens.removeAll(keepingCapacity: true)
      let elapsed = seconds {
        if var encoder = (tokenizer as? BytePairTokenizer)?.makeEncoder() {
          for text in texts { encoder.encode(text, into: &tokens) }
        } else {
          for text in texts { tokens += tokenizer.encode(text, addingSpecialTokens: false) }
        }
      }
      return Double(bytes) / 1e6 / elapsed
    }
    let measured = Measured(
      bytes: bytes, tokens: tokens.count, bytesPerToken: Double(bytes) / Double(max(1, tokens.count)),
      megabytesPerSecond: rates, medianMegabytesPerSecond: rates.sorted()[rates.count / 2])
    if format == .json { return try printJSON(measured) }
    print(
      String(
        format: "%d bytes, %d tokens, %.2f bytes a token: %.1f MB/s (median of %d runs, %.1f to %.1f)", bytes,
        measured.tokens, measured.bytesPerToken, measured.medianMegabytesPerSecond, runs, rates.min() ?? 0,
        rates.max() ?? 0))
  }
}
