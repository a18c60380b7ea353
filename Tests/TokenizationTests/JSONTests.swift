import Testing

@testable import Tokenization

struct JSONTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONReader.value(of: Array(text.utf8)) }

  @Test func keepsOrderAndRepetition() throws {
    let members = try #require(parse(#" { "b" : 1 , "a" : [ true , null ] , "b" : "x" } "#).object)
    #expect(members.map(\.key) == ["b", "a", "b"])
    #expect(members[0].value.integer == 1)
    #expect(members[1].value.array?.count == 2)
    #expect(members[2].value.string == "x")
  }

  @Test func readsEscapes() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00""#).string == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F600}")
    #expect(try parse(#""\ud83dx""#).string == "\u{FFFD}x")
    #expect(try parse(#""\ud83d\u0041""#).string == "\u{FFFD}A")
    #expect(try parse(#""\udc00""#).string == "\u{FFFD}")
  }

  @Test(arguments: [
    "", "{", "[", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"", "\"\\", "\"\\u12\"", "\"\\q\"", "tru", "nul",
    "1 2",
    "+1", ".5", "--1", "1e999", "\"\n\"", "]", "NaN", "{\"a\":1,}",
  ])
  func refuses(text: String) {
    #expect(throws: TokenizerError.self) { try parse(text) }
  }

  @Test func depthIsBounded() throws {
    _ = try parse(String(repeating: "[", count: 60) + String(repeating: "]", count: 60))
    #expect(throws: TokenizerError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func writesWhatItReads() throws {
    let text = #"{"a":[1,-2.5,true,false,null,[],{}],"é\u0001\"\\\n":"\t😀"}"#
    let written = JSONWriter.bytes(of: try parse(text))
    let again = JSONWriter.bytes(of: try JSONReader.value(of: written))
    #expect(written == again)
    #expect(String(decoding: written, as: UTF8.self).contains(#""é\u0001\"\\\n": "\t😀""#))
  }
}
