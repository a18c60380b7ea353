import Foundation
import Testing

@testable import Tokenization

/// Held against the `tokenizers` package: every variant, every text, token for token.
struct EncodingTests {
  private func variants() throws -> (
    texts: [String], cases: [(name: String, tokenizer: BytePairTokenizer, source: JSONValue)]
  ) {
    let root = try Fixture.json("encodings.json")
    let texts = try #require(root["texts"]?.array).compactMap(\.string)
    let cases = try #require(root["cases"]?.array).map { source in
      let tokenizer = try BytePairTokenizer(json: Data(JSONWriter.bytes(of: try #require(source["tokenizer"]))))
      return (source["name"]?.string ?? "", tokenizer, source)
    }
    return (texts, cases)
  }

  @Test func encodesAsThePackage() throws {
    let (texts, cases) = try variants()
    #expect(cases.count == 7)
    for (name, tokenizer, source) in cases {
      let expected = try #require(source["encodings"]?.array)
      #expect(expected.count == texts.count)
      var encoder = tokenizer.makeEncoder()
      for (text, ids) in zip(texts, expected) {
        let ids = (ids.array ?? []).compactMap(\.integer).map { UInt32($0) }
        #expect(tokenizer.encode(text) == ids, "\(name) on \(text.debugDescription)")
        let remembered = encoder.encode(text)
        #expect(remembered == ids, "\(name), remembering, on \(text.debugDescription)")
      }
    }
  }

  @Test func decodesAsThePackage() throws {
    for (name, tokenizer, source) in try variants().cases {
      for decoding in try #require(source["decodings"]?.array) {
        let ids = (decoding["ids"]?.array ?? []).compactMap(\.integer).map { UInt32($0) }
        #expect(tokenizer.decode(ids) == decoding["text"]?.string, "\(name) on \(ids)")
        #expect(tokenizer.decode(ids, skippingSpecialTokens: false) == decoding["withSpecial"]?.string)
      }
    }
  }

  @Test func readsWhatItWrote() throws {
    let (texts, cases) = try variants()
    for (name, tokenizer, _) in cases {
      let again = try BytePairTokenizer(json: tokenizer.json())
      #expect(again.vocabularySize == tokenizer.vocabularySize)
      for text in texts { #expect(again.encode(text) == tokenizer.encode(text), "\(name)") }
      #expect(again.json() == tokenizer.json())
    }
  }

  @Test func decodingGivesTheTextBack() throws {
    let (texts, cases) = try variants()
    let trained = try #require(cases.first { $0.name == "trained" }).tokenizer
    for text in texts {
      let tokens = trained.encode(text)
      #expect(trained.decode(tokens, skippingSpecialTokens: false).utf8.elementsEqual(text.utf8))
    }
  }

  @Test func invalidBytesBecomeReplacements() throws {
    struct Invalid: Decodable {
      var bytes: [UInt8]
      var text: String
    }
    for sample in try Fixture.decode("invalid.json", as: [Invalid].self) {
      #expect(String(decoding: sample.bytes, as: UTF8.self).utf8.elementsEqual(sample.text.utf8), "\(sample.bytes)")
    }
  }

  @Test func looksUpTokens() throws {
    let tokenizer = try BytePairTokenizer.small()
    #expect(tokenizer.id(of: "<|endoftext|>") == 0)
    #expect(tokenizer.token(of: 0) == "<|endoftext|>")
    let the = try #require(tokenizer.id(of: "Ġthe"))
    #expect(tokenizer.token(of: the) == "Ġthe")
    #expect(tokenizer.decode([the]) == " the")
    #expect(tokenizer.id(of: "no such token") == nil)
    #expect(tokenizer.token(of: 4_000_000_000) == nil)
    #expect(tokenizer.decode([4_000_000_000]) == "")
  }

  @Test func specialTokensAreLeftOutOnDecodingUnlessAsked() throws {
    let tokenizer = try BytePairTokenizer.small()
    let tokens = tokenizer.encode("a<|endoftext|>b")
    #expect(tokens.contains(0))
    #expect(tokenizer.decode(tokens) == "ab")
    #expect(tokenizer.decode(tokens, skippingSpecialTokens: false) == "a<|endoftext|>b")
  }

  @Test func theCacheMayOverflow() throws {
    let tokenizer = try BytePairTokenizer.small()
    var encoder = tokenizer.makeEncoder()
    let words = (0..<140_000).map { " w\($0)" }.joined()
    let first = encoder.encode(words)
    let second = encoder.encode(words)
    #expect(first == second)
    #expect(tokenizer.decode(first) == words)
  }
}
