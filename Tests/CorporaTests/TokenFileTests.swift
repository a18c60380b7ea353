import Foundation
import Testing

@testable import Corpora

struct TokenFileTests {
  let scratch: Scratch
  var url: URL { scratch.url.appendingPathComponent("tokens.bin") }

  init() throws { scratch = try Scratch() }

  private func write(_ tokens: [UInt32], vocabularySize: Int = 1000) throws {
    var writer = try TokenFileWriter(url: url, vocabularySize: vocabularySize)
    try writer.append(tokens)
    _ = try writer.finish()
  }

  @Test func givesBackWhatWasWritten() throws {
    let tokens = (0..<700_000).map { UInt32($0 % 997) }
    try write(tokens)
    let file = try TokenFile(contentsOf: url)
    #expect(file.count == tokens.count)
    #expect(file[0] == 0)
    #expect(file[998] == 1)
    #expect(file.withUnsafeTokens { Array($0) } == tokens)
    #expect(file.copy(995..<999) == [995, 996, 0, 1] as [Int64])
    #expect(file.copy(5..<7, as: Int32.self) == [5, 6])
    #expect(file.copy(7..<7).isEmpty)
    #expect(try Data(contentsOf: url).count == 4 * tokens.count)
  }

  @Test func holdsNothingToo() throws {
    try write([])
    #expect(try TokenFile(contentsOf: url).count == 0)
  }

  @Test func tellsDamage() throws {
    try write([1, 2, 3, 4])
    let whole = try Data(contentsOf: url)
    var changed = whole
    changed[4] = 9
    for (contents, reason) in [
      (changed, "hash"), (whole.dropLast(4), "12 bytes"), (whole + [0], "17 bytes"), (Data(), "0 bytes"),
    ] {
      try contents.write(to: url)
      do {
        _ = try TokenFile(contentsOf: url)
        Issue.record("\(reason) was not seen")
      } catch {
        #expect("\(error)".contains(reason))
      }
    }
  }

  @Test func tellsDamageOfItsDescription() throws {
    try write([1, 2, 3, 4])
    let sidecar = TokenFile.sidecar(of: url)
    let whole = try String(contentsOf: sidecar, encoding: .utf8)
    for text in [
      "", "{}", whole.replacing("\"format\" : 1", with: "\"format\" : 2"),
      whole.replacing("\"count\" : 4", with: "\"count\" : -4"),
      whole.replacing("\"vocabularySize\" : 1000", with: "\"vocabularySize\" : 4"),
    ] {
      #expect(text != whole)
      try Data(text.utf8).write(to: sidecar)
      #expect(throws: CorpusError.self) { try TokenFile(contentsOf: url) }
    }
    try FileManager.default.removeItem(at: sidecar)
    #expect(throws: CorpusError.damagedTokens(path: url.path, reason: "tokens.json is missing")) {
      try TokenFile(contentsOf: url)
    }
  }

  @Test func aFullDiskIsAnError() throws {
    let file = try DurableFile(path: "/dev/full", mustBeNew: false)
    defer { file.abandon() }
    #expect(throws: CorpusError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
      try [UInt8](repeating: 0, count: 100).withUnsafeBytes { try file.write($0) }
    }
  }

  @Test func doesNotOverwrite() throws {
    try write([1])
    #expect(throws: CorpusError.self) { try write([2]) }
    #expect(throws: CorpusError.self) { try DurableFile(path: "/no/such/folder/file") }
  }
}
