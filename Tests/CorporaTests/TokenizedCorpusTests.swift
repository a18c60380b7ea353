import Foundation
import Testing
import Tokenization

@testable import Corpora

struct TokenizedCorpusTests {
  let scratch: Scratch
  let documents = madeUpDocuments(60)
  let path: String

  init() throws {
    scratch = try Scratch()
    path = try scratch.write(jsonLines(documents), to: "made-up.jsonl")
  }

  @Test func bothPartsDecodeToTheirDocuments() throws {
    let corpus = try scratch.prepare(path)
    let texts = Dictionary(uniqueKeysWithValues: documents.map { ($0.id, $0.text) })
    for span in corpus.heldOutDocuments {
      let tokens = corpus.heldOut.copy(span.tokens, as: UInt32.self)
      #expect(tokens.first == corpus.tokenizer.id(of: TokenizedCorpus.separator))
      #expect(corpus.tokenizer.decode(tokens) == texts[span.id])
      #expect(span.bytes == texts[span.id]?.utf8.count)
      #expect(span.predicted.count == span.tokens.count - 1)
    }
    let held = Set(corpus.heldOutDocuments.map(\.id))
    let train = corpus.tokenizer.decode(corpus.train.copy(0..<corpus.train.count, as: UInt32.self))
    #expect(train == documents.filter { !held.contains($0.id) }.map(\.text).joined())
    #expect(corpus.trainDocumentCount + held.count == documents.count)
    #expect(corpus.vocabularySize == 280 && corpus.tokenizer.vocabularySize == 280)
  }

  @Test func theTokenizerKnowsTheTrainingPartAlone() throws {
    let corpus = try scratch.prepare(path)
    let held = Set(corpus.heldOutDocuments.map(\.id))
    let train = documents.filter { !held.contains($0.id) }.map(\.text)
    let expected = try BytePairTrainer(vocabularySize: 280).train(train)
    #expect(corpus.tokenizer.json() == expected.json())
  }

  @Test func theUnigramPerplexityIsItsFormula() throws {
    let corpus = try scratch.prepare(path)
    var counts = [Int: Int]()
    for index in 0..<corpus.train.count { counts[corpus.train[index], default: 0] += 1 }
    let total = Double(corpus.train.count + 280)
    func perplexity(_ ranges: [Range<Int>]) -> Double {
      let logs = ranges.joined().map { log(Double((counts[corpus.heldOut[$0]] ?? 0) + 1) / total) }
      return exp(-logs.reduce(0, +) / Double(logs.count))
    }
    let ranges = corpus.heldOutDocuments.map(\.predicted)
    #expect(abs(corpus.unigramPerplexity / perplexity(ranges) - 1) < 1e-12)
    let some = try #require(corpus.unigramPerplexity(predicting: [ranges[0]]))
    #expect(abs(some / perplexity([ranges[0]]) - 1) < 1e-12)
    #expect(corpus.unigramPerplexity(predicting: []) == nil)
  }

  @Test func isMadeOnceAndFoundAgain() throws {
    let first = Told()
    let made = try scratch.prepare(path, told: first)
    #expect(first.all.count == 2)
    let second = Told()
    let found = try scratch.prepare(path, told: second)
    #expect(second.all.isEmpty)
    #expect(found.manifest == made.manifest)
    #expect(found.train.sha256 == made.train.sha256)
    #expect(made.manifest["train_tokens"] == "\(made.train.count)")
    #expect(made.manifest["corpus_sha256"] == made.contentHash)
    #expect(
      CachedTokens.of(contentHash: made.contentHash, in: scratch.cache) == [
        CachedTokens(
          vocabularySize: 280, heldOutFraction: 0.2, trainTokens: made.train.count, heldOutTokens: made.heldOut.count)
      ])
    _ = try scratch.prepare(path, vocabularySize: 270)
    #expect(CachedTokens.of(contentHash: made.contentHash, in: scratch.cache).map(\.vocabularySize) == [270, 280])
  }

  @Test(arguments: ["train.bin", "held-out.bin", "train.json", "held-out.json", "tokenizer.json", "corpus.json"])
  func aDamagedCacheIsMadeAgain(name: String) throws {
    let made = try scratch.prepare(path)
    let folder = made.train.url.deletingLastPathComponent()
    let file = folder.appendingPathComponent(name)
    var contents = try Data(contentsOf: file)
    contents[contents.count / 2] ^= 0x55
    for damage in [contents, contents.prefix(contents.count / 2), nil] {
      try FileManager.default.removeItem(at: file)
      if let damage { try damage.write(to: file) }
      let told = Told()
      let again = try scratch.prepare(path, told: told)
      #expect(told.all.first?.contains("made again") == true)
      #expect(again.train.sha256 == made.train.sha256)
      #expect(again.manifest == made.manifest)
    }
  }

  @Test func changedTextIsAnotherCorpus() throws {
    let first = try scratch.prepare(path)
    _ = try scratch.write(jsonLines(madeUpDocuments(60, seed: 2)), to: "made-up.jsonl")
    let second = try scratch.prepare(path)
    #expect(first.contentHash != second.contentHash)
    #expect(first.train.url != second.train.url)
  }

  @Test func severalMayPrepareAtOnce() async throws {
    let (path, scratch) = (path, UncheckedScratch(scratch))
    let hashes = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<4 { group.addTask { try scratch.value.prepare(path).train.sha256 } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(hashes.count == 4 && Set(hashes).count == 1)
    #expect(try remains().isEmpty)
  }

  @Test func textThatSpellsTheSeparatorIsText() throws {
    let spelled = documents.map { Document(id: $0.id, text: $0.text + " <|endoftext|> and on") }
    let corpus = try scratch.prepare(scratch.write(jsonLines(spelled), to: "spelled.jsonl"), vocabularySize: 300)
    let separators = corpus.heldOut.withUnsafeTokens { $0.filter { $0 == 0 }.count }
    #expect(separators == corpus.heldOutDocuments.count)
  }

  @Test func whatAKilledProcessLeftIsRemoved() throws {
    let made = try scratch.prepare(path)
    let folder = made.train.url.deletingLastPathComponent()
    _ = try scratch.write("half", to: "tokens/.\(folder.lastPathComponent).99999.partial/train.bin")
    try FileManager.default.removeItem(at: folder)
    _ = try scratch.prepare(path)
    #expect(try remains().isEmpty)
  }

  @Test func refusesWhatCannotBe() throws {
    #expect(throws: CorpusError.vocabularyTooSmall(requested: 256, minimum: 257)) {
      try scratch.prepare(path, vocabularySize: 256)
    }
    #expect(throws: CorpusError.badHeldOutFraction(1.5)) { try scratch.prepare(path, heldOutFraction: 1.5) }
    do {
      _ = try scratch.prepare(path, vocabularySize: 100_000)
      Issue.record("a vocabulary of 100000 was reached")
    } catch let CorpusError.vocabularyTooLarge(requested, reachable) {
      #expect(requested == 100_000)
      #expect(try scratch.prepare(path, vocabularySize: reachable).vocabularySize == reachable)
    }
    let one = try scratch.write("{\"text\":\"only one\"}", to: "one.jsonl")
    #expect(throws: CorpusError.tooFewDocuments(corpus: one, documents: 1)) { try scratch.prepare(one) }
    let none = try scratch.write("", to: "none.txt")
    #expect(throws: CorpusError.tooFewDocuments(corpus: none, documents: 0)) { try scratch.prepare(none) }
    #expect(try remains().isEmpty)
  }

  @Test func aPlaceThatCannotBeWrittenIsAnError() throws {
    let file = try scratch.write("a file, not a folder", to: "occupied")
    #expect(throws: CorpusError.self) {
      try TokenizedCorpus.prepare(
        corpus: path, vocabularySize: 280, corporaDirectory: scratch.corpora,
        cacheDirectory: URL(fileURLWithPath: file))
    }
  }

  /// Half-written folders in the cache.
  private func remains() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.cache.path).filter { $0.hasPrefix(".") }
  }
}

/// Carries the folder into tasks that only read its paths.
private struct UncheckedScratch: @unchecked Sendable {
  let value: Scratch
  init(_ value: Scratch) { self.value = value }
}
