import Foundation
import Testing

@testable import Corpora

struct CorpusSourceTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func source(_ corpus: String) throws -> CorpusSource {
    try CorpusSource(corpus, corporaDirectory: scratch.corpora)
  }

  @Test func readsJSONLines() throws {
    let path = try scratch.write(
      "\u{FEFF}{\"id\":\"a\",\"text\":\"one\"}\r\n\n{\"text\":\"two\\n\"}\n{\"id\":7,\"text\":\"x\"}\n{\"text\":\" \"}",
      to: "corpus.jsonl")
    let source = try source(path)
    #expect(source.form == .jsonLines)
    #expect(
      try source.documents() == [
        Document(id: "a", text: "one"), Document(id: "3", text: "two\n"), Document(id: "7", text: "x"),
      ])
  }

  @Test(arguments: [
    ("{\"text\":\"a\"}\nnonsense", 2, "it is no JSON"), ("{\"txt\":\"a\"}", 1, "it has no \"text\""),
    ("{\"text\":3}", 1, "it is no object with a \"text\" string"), ("[1]", 1, "it is no object with a \"text\" string"),
  ])
  func namesTheBadLine(text: String, line: Int, reason: String) throws {
    let path = try scratch.write(text, to: "bad.jsonl")
    #expect(throws: CorpusError.badLine(path: path, line: line, reason: reason)) { try source(path).documents() }
  }

  @Test func cutsALoneTextAtBlankLines() throws {
    let paragraph = String(repeating: "Some words and more.\n", count: 60) + "\n"
    let text = String(repeating: paragraph, count: 20)
    let path = try scratch.write(text, to: "book.txt")
    let documents = try source(path).documents()
    #expect(documents.map(\.text).joined() == text)
    #expect(documents.count == 5)
    #expect(documents[0].id == "book.txt#1")
    #expect(documents.dropLast().allSatisfy { $0.text.utf8.count >= CorpusSource.sectionBytes })
  }

  @Test func cutsWhereThereIsNoBlankLine() throws {
    let text = String(repeating: String(repeating: "x", count: 999) + "\n", count: 200)
    let path = try scratch.write(text, to: "dense.txt")
    let documents = try source(path).documents()
    #expect(documents.map(\.text).joined() == text)
    #expect(documents.count == 4)
  }

  @Test func readsAFolder() throws {
    _ = try scratch.write("second", to: "folder/b.txt")
    _ = try scratch.write("first", to: "folder/a/z.md")
    _ = try scratch.write("{\"text\":\"third\"}\n{\"id\":\"n\",\"text\":\"fourth\"}", to: "folder/c.jsonl")
    _ = try scratch.write("not text", to: "folder/image.png")
    _ = try scratch.write("hidden", to: "folder/.hidden.txt")
    let source = try source(scratch.url.appendingPathComponent("folder").path)
    #expect(source.form == .folder)
    #expect(try source.documents().map(\.id) == ["a/z.md", "b.txt", "c.jsonl#1", "c.jsonl#n"])
    #expect(source.manifest()["licence"] == "not stated")
  }

  @Test func findsObtainedCorporaByName() throws {
    _ = try scratch.write("{\"id\":\"x/1\",\"text\":\"words\"}\n", to: "corpora/mine/documents.jsonl")
    _ = try scratch.write("{\"name\":\"mine\",\"licence\":\"public domain\"}", to: "corpora/mine/corpus.json")
    let source = try source("mine")
    #expect(source.form == .obtained)
    #expect(source.manifest()["licence"] == "public domain")
    #expect(try source.documents().map(\.id) == ["x/1"])
  }

  @Test func saysHowToObtainWhatIsMissing() {
    for (corpus, mend) in [
      ("austen", "efficientllm corpus get austen"), ("nonsense", "austen, kjv, debian-prose"), ("", "austen"),
      ("/no/such/file.txt", "the path of a text file"),
    ] {
      do {
        _ = try source(corpus)
        Issue.record("\(corpus) was found")
      } catch {
        #expect("\(error)".contains(mend))
      }
    }
    _ = try? FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("empty"), withIntermediateDirectories: true)
    #expect(throws: CorpusError.self) { try source(scratch.url.appendingPathComponent("empty").path) }
  }

  @Test func theHashFollowsTheContent() throws {
    let path = try scratch.write("one", to: "a.txt")
    let first = try source(path).contentHash()
    #expect(first.count == 64)
    #expect(try source(path).contentHash() == first)
    _ = try scratch.write("two", to: "a.txt")
    #expect(try source(path).contentHash() != first)
  }

  @Test func replacesWhatIsNoText() throws {
    let path = try scratch.write(Data([0x61, 0xFF, 0x62]), to: "raw.txt")
    #expect(try source(path).documents().map(\.text) == ["a\u{FFFD}b"])
  }
}
