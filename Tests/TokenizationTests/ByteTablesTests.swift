import Testing

@testable import Tokenization

struct ByteTablesTests {
  @Test func theAlphabetIsOneToOne() {
    #expect(Set(ByteAlphabet.scalars).count == 256)
    for byte in UInt8.min...UInt8.max { #expect(ByteAlphabet.byte(of: ByteAlphabet.scalars[Int(byte)]) == byte) }
    #expect(ByteAlphabet.text(of: " \n\u{E9}!".utf8) == "ĠĊÃ©!")
    #expect(ByteAlphabet.bytes(of: "ĠĊÃ©!") == Array(" \n\u{E9}!".utf8))
    #expect(ByteAlphabet.bytes(of: "a b") == nil)
    #expect(ByteAlphabet.bytes(of: "\u{4E00}") == nil)
  }

  @Test func stringsAreNumberedInOrder() {
    var table = ByteStringTable(minimumCapacity: 4)
    let texts = (0..<1000).map { "word\($0 % 700)" }
    for text in texts { _ = table.intern(text) }
    #expect(table.count == 700)
    #expect(table.find("word699") == 699)
    #expect(table.find("word700") == nil)
    #expect(String(decoding: table[12], as: UTF8.self) == "word12")
    let empty = table.intern("")
    #expect(empty.isNew)
    #expect(table.find("") == 700)
    table.removeAll()
    #expect(table.count == 0)
    #expect(table.find("word1") == nil)
    let first = table.intern("word5")
    #expect(first.index == 0)
  }

  @Test func lengthsAndTailsAreTold() {
    var table = ByteStringTable()
    let texts = (0..<40).flatMap {
      [String(repeating: "a", count: $0) + "\0", String(repeating: "a", count: $0) + "b"]
    }
    let areNew = texts.map { table.intern($0).isNew }
    #expect(areNew.allSatisfy { $0 })
    for (index, text) in texts.enumerated() { #expect(table.find(text) == index) }
  }
}
