import Foundation
import Testing

@testable import Tokenization

/// Files that are wrong, each said by name.
struct TokenizerFileTests {
  private static let parts = #""pre_tokenizer":{"type":"ByteLevel"},"decoder":{"type":"ByteLevel"}"#

  private func load(
    vocabulary: String = #"{"a":0,"b":1,"ab":2}"#, merges: String = #"["a b"]"#, model: String = "",
    parts: String = parts, added: String = "[]"
  ) throws -> BytePairTokenizer {
    let json =
      #"{"added_tokens":\#(added),\#(parts),"model":{"type":"BPE","vocab":\#(vocabulary),"merges":\#(merges)\#(model)}}"#
    return try BytePairTokenizer(json: Data(json.utf8))
  }

  private func error(_ body: () throws -> BytePairTokenizer) -> TokenizerError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? TokenizerError
    }
  }

  @Test func readsBothFormsOfMerges() throws {
    #expect(try load().encode("ab") == load(merges: #"[["a","b"]]"#).encode("ab"))
  }

  @Test func refusesBadMerges() {
    #expect(error { try load(merges: #"["a c"]"#) }?.description.contains("\"c\", which the vocabulary lacks") == true)
    #expect(error { try load(merges: #"["b a"]"#) }?.description.contains("makes \"ba\"") == true)
    for merges in [#"["ab"]"#, #"["a b c"]"#, #"[["a"]]"#, #"[["a","b","ab"]]"#, "[1]", #"["a "]"#, #"[["a",1]]"#] {
      guard case .badMerge(rank: 0, _, _) = error({ try load(merges: merges) }) else {
        Issue.record("\(merges) was taken")
        continue
      }
    }
    #expect(
      error { try load(merges: #"["a b","a b"]"#) } == .badMerge(rank: 1, merge: "a b", reason: "comes twice"))
  }

  @Test func refusesBadIDs() {
    #expect(error { try load(vocabulary: #"{"a":0,"b":0,"ab":2}"#) } == .duplicateID(0, tokens: ["a", "b"]))
    #expect(error { try load(vocabulary: #"{"a":0,"a":1}"#, merges: "[]") } == .duplicateToken("a", ids: [0, 1]))
    for (id, shown) in [("-1", "-1"), ("1.5", "1.5"), ("4194304", "4194304"), ("1e30", "1e+30"), (#""7""#, "\"7\"")] {
      #expect(
        error { try load(vocabulary: #"{"a":\#(id)}"#, merges: "[]") }
          == .idOutOfRange(token: "a", id: shown, limit: 1 << 22))
    }
  }

  @Test func canonicallyEquivalentTokensAreTwo() throws {
    let tokenizer = try load(vocabulary: #"{"é":0,"e\u0301":1}"#, merges: "[]")
    #expect(tokenizer.vocabularySize == 2)
    #expect(tokenizer.id(of: "\u{E9}") == 0)
    #expect(tokenizer.id(of: "e\u{301}") == 1)
  }

  @Test func refusesBadAddedTokens() {
    let token = { (id: String, content: String, more: String) in
      #"[{"id":\#(id),"content":"\#(content)","special":true\#(more)}]"#
    }
    #expect(error { try load(added: token("1", "<x>", "")) } == .duplicateID(1, tokens: ["b", "<x>"]))
    #expect(error { try load(added: token("7", "ab", "")) } == .duplicateToken("ab", ids: [2, 7]))
    #expect(
      error { try load(added: token("-3", "<x>", "")) } == .idOutOfRange(token: "<x>", id: "-3", limit: 1 << 22))
    #expect(error { try load(added: #"[{"id":3}]"#) } == .malformed("an added token has no \"content\""))
    let long = String(repeating: "x", count: 5000)
    #expect(
      error { try load(added: token("3", long, "")) }
        == .tooLarge(what: "the length of added token 3", size: 5000, limit: 4096))
  }

  @Test(arguments: [
    (#""pre_tokenizer":{"type":"UnicodeScripts"},"decoder":{"type":"ByteLevel"}"#, "pre-tokenizer", "UnicodeScripts"),
    (#""pre_tokenizer":{"type":"ByteLevel"},"decoder":{"type":"CTC"}"#, "decoder", "CTC"),
    (
      #""normalizer":{"type":"Sequence","normalizers":[{"type":"ByteLevel"}]},"pre_tokenizer":{"type":"ByteLevel"}"#,
      "normalizer", "ByteLevel"
    ),
    (
      #""pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}"#,
      "pre-tokenizer", "a ByteLevel that is not the last"
    ),
    (
      #""pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\bx"},"#
        + #""behavior":"Isolated"},{"type":"ByteLevel","use_regex":false}]}"#, "pre-tokenizer",
      #"a Split by \bx (the escape \b)"#
    ),
    (
      #""pre_tokenizer":{"type":"Split","pattern":{"String":"x"},"behavior":"Doubled"}"#, "pre-tokenizer",
      "a Split with behavior Doubled"
    ),
    (
      #""pre_tokenizer":{"type":"ByteLevel"},"post_processor":{"type":"PairProcessing"}"#, "post-processor",
      "PairProcessing"
    ),
    (
      #""decoder":{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}"#, "decoder",
      "a ByteFallback after all tokens were joined"
    ),
    (#""truncation":{"max_length":4},"pre_tokenizer":{"type":"ByteLevel"}"#, "truncation", "set"),
  ])
  func namesWhatItDoesNotRun(parts: String, component: String, name: String) {
    #expect(error { try load(parts: parts) } == .unsupported(component: component, name: name))
  }

  /// What matches nothing takes no instruction, however often it is repeated: the nodes are counted too.
  @Test func refusesNestedRepetitionsOfNothing() {
    let nothing = (0..<5).reduce("(?:)") { pattern, _ in "(?:\(pattern){1000}(?:)" + ")" }
    let refused = error {
      try load(
        parts: #""pre_tokenizer":{"type":"Split","pattern":{"Regex":"\#(nothing)"},"behavior":"Isolated"}"#)
    }
    guard case .unsupported("pre-tokenizer", let name) = refused else {
      Issue.record("\(String(describing: refused))")
      return
    }
    #expect(name.contains("more than 4096 steps"))
  }

  @Test func bordersReplaceThoseOfTheFile() throws {
    let added = #"[{"id":3,"content":"<bos>","special":true},{"id":4,"content":"<eos>","special":true}]"#
    let json = try load(
      parts:
        #""pre_tokenizer":{"type":"ByteLevel"},"post_processor":{"type":"ByteLevel"},"decoder":{"type":"ByteLevel"}"#,
      added: added
    ).json()
    for (borders, expected) in [
      (nil, [2]), (TextBorders(begin: "<bos>", end: nil), [3, 2]), (TextBorders(begin: nil, end: "<eos>"), [2, 4]),
    ] as [(TextBorders?, [UInt32])] {
      #expect(try TokenizerLoader.load(json: json, borders: borders).encode("ab") == expected)
    }
    #expect(throws: TokenizerError.self) {
      try TokenizerLoader.load(json: json, borders: TextBorders(begin: "<s>", end: nil))
    }
  }

  @Test func namesModelsItDoesNotRun() {
    for (model, component, name) in [
      (#","dropout":0.1"#, "model.dropout", "0.1"),
      (
        #","byte_fallback":true"#, "model.byte_fallback", "true with a ByteLevel pre-tokenizer"
      ),
      (#","end_of_word_suffix":"</w>""#, "model.end_of_word_suffix", "\"</w>\""),
    ] {
      #expect(error { try load(model: model) } == .unsupported(component: component, name: name))
    }
    let unigram = #"{"model":{"type":"Unigram","vocab":[["?",0]],"unk_id":0}}"#
    #expect(
      error { try BytePairTokenizer(json: Data(unigram.utf8)) } == .unsupported(component: "model", name: "Unigram"))
    let words = #"{"model":{"type":"WordLevel","vocab":{}}}"#
    #expect(
      error { try BytePairTokenizer(json: Data(words.utf8)) } == .unsupported(component: "model", name: "WordLevel"))
    #expect(error { try load(model: #","unk_token":"zzz""#) }?.description.contains("zzz") == true)
  }

  @Test(arguments: ["", "[]", "{", "null", #"{"model":3}"#, #"{"model":{"type":"BPE"}}"#, "{}", "\u{0}\u{1}"])
  func refusesWhatIsNoTokenizer(text: String) {
    guard case .malformed = error({ try BytePairTokenizer(json: Data(text.utf8)) }) else {
      Issue.record("\(text) was taken")
      return
    }
  }

  /// Every way of cutting a file short or changing a byte is an error or a tokenizer, never a crash.
  @Test func damagedFilesAreRefusedOrRead() throws {
    let whole = try BytePairTrainer(vocabularySize: 262).train(["the cat the"]).json()
    var generator = SeededGenerator(state: 3)
    for _ in 0..<300 {
      var damaged = whole
      let position = Int.random(in: 0..<whole.count, using: &generator)
      if Bool.random(using: &generator) {
        damaged = damaged.prefix(position)
      } else {
        damaged[position] = UInt8.random(in: 0...255, using: &generator)
      }
      do {
        _ = try BytePairTokenizer(json: damaged).encode("the cat")
      } catch {
        #expect(error is TokenizerError)
      }
    }
  }

  @Test func filesAreWrittenWholeOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let tokenizer = try BytePairTokenizer.small()
    let url = folder.appendingPathComponent("tokenizer.json")
    try tokenizer.save(to: url)
    #expect(try BytePairTokenizer(contentsOf: url).encode("the cat") == tokenizer.encode("the cat"))
    #expect(throws: TokenizerError.self) { try tokenizer.save(to: folder.appendingPathComponent("no/such/file")) }
    #expect(throws: TokenizerError.self) { try BytePairTokenizer(contentsOf: folder.appendingPathComponent("none")) }
    #expect(throws: TokenizerError.self) { try BytePairTokenizer(contentsOf: folder) }
  }
}
