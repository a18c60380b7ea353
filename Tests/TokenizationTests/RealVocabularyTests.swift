import Foundation
import Testing

@testable import Tokenization

/// What the environment names.
private enum RealVocabularies {
  static let folder = ProcessInfo.processInfo.environment["EFFICIENTLLM_VOCABULARIES"]

  static let names: [String] = {
    let files = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) } ?? []
    return files.filter { $0.hasSuffix(".json") }.sorted()
  }()
}

/// Real vocabularies, too large to commit, against their references: what `scripts/oracles/vocabularies_oracle.py` wrote
/// into the folder that EFFICIENTLLM_VOCABULARIES names.
@Suite(.enabled(if: RealVocabularies.folder != nil), .serialized)
struct RealVocabularyTests {
  private func ids(_ value: JSONValue?) -> [UInt32] { (value?.array ?? []).compactMap(\.integer).map { UInt32($0) } }

  @Test(arguments: RealVocabularies.names)
  func encodesAndDecodesAsTheReference(name: String) throws {
    let url = URL(fileURLWithPath: try #require(RealVocabularies.folder)).appendingPathComponent(name)
    let entry = try JSONReader.value(of: Data(contentsOf: url))
    let tokenizer: any Tokenizer
    if let file = entry["file"]?.string {
      tokenizer = try TokenizerLoader.load(tokenizerJSON: URL(fileURLWithPath: file))
    } else {
      tokenizer = try TokenizerLoader.make(VocabularyDescription(try #require(entry["description"])))
    }
    let addsSpecial = entry["file"] != nil
    for (kind, addsSpecial) in [("encodings", addsSpecial), ("vectors", false)] {
      let cases = entry[kind]?.array ?? []
      var equal = 0
      for sample in cases {
        let text = try #require(sample.array?[0].string)
        let found = tokenizer.encode(text, addingSpecialTokens: addsSpecial)
        if found == ids(sample.array?[1]) {
          equal += 1
        } else if kind == "encodings" {
          Issue.record("\(name) on \(text.debugDescription): \(found) is not \(ids(sample.array?[1]))")
        }
      }
      // llama.cpp's own vectors are for information: it parts from the models' tokenizers where its notes say so.
      FileHandle.standardError.write(Data("\(name): \(equal) of \(cases.count) \(kind) equal\n".utf8))
    }
    for sample in entry["decodings"]?.array ?? [] {
      let tokens = ids(sample.array?[0])
      let text = sample.array?[1].string ?? ""
      #expect(tokenizer.decode(tokens).utf8.elementsEqual(text.utf8), "\(name) on \(tokens)")
      var stream = tokenizer.makeStreamDecoder()
      var parts = ""
      for token in tokens { parts += stream.append(token) }
      parts += stream.finish()
      #expect(parts.utf8.elementsEqual(text.utf8), "\(name), streaming \(tokens)")
    }
  }
}

extension VocabularyDescription {
  /// A description as the oracles write one.
  init(_ source: JSONValue) throws {
    func strings(_ key: String) -> [String]? { source[key]?.array.map { $0.compactMap(\.string) } }
    func numbers(_ key: String) -> [Double]? {
      source[key]?.array.map { $0.compactMap { if case .number(let value) = $0 { value } else { nil } } }
    }
    self.init(
      model: try #require(source["model"]?.string), preTokenizer: source["preTokenizer"]?.string,
      tokens: try #require(strings("tokens")), scores: numbers("scores")?.map { Float($0) },
      tokenTypes: numbers("tokenTypes")?.map { Int64($0) }, merges: strings("merges"),
      beginToken: source["beginToken"]?.integer, endToken: source["endToken"]?.integer,
      unknownToken: source["unknownToken"]?.integer, separatorToken: source["separatorToken"]?.integer,
      paddingToken: source["paddingToken"]?.integer, classifierToken: source["classifierToken"]?.integer,
      addsBegin: source["addsBegin"]?.boolean, addsEnd: source["addsEnd"]?.boolean,
      addsSpacePrefix: source["addsSpacePrefix"]?.boolean,
      removesExtraWhitespaces: source["removesExtraWhitespaces"]?.boolean,
      precompiledCharacterMap: numbers("precompiledCharacterMap")?.map { UInt8(truncatingIfNeeded: Int($0)) })
  }
}
