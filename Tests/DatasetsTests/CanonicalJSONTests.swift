import OpenAIWire
import Testing

@testable import Datasets

@Suite struct CanonicalJSONTests {
  private struct Case: Decodable {
    let json: String
    let canonical: String
    let sha256: String
  }

  private func canonical(_ text: String) throws -> [UInt8] {
    CanonicalJSON.bytes(of: try JSONReader.value(of: Array(text.utf8)))
  }

  /// The rfc8785 package and hashlib on the same values.
  @Test func formAndHashAreThoseOfTheStandard() throws {
    let cases: [Case] = try fixture("canonical")
    #expect(cases.count > 80)
    for item in cases {
      let bytes = try canonical(item.json)
      #expect(bytes == Array(item.canonical.utf8), "\(item.json)")
      #expect(ContentHash(of: bytes).description == item.sha256)
      // What is canonical stays as it is.
      #expect(try canonical(item.canonical) == bytes)
    }
  }

  @Test(arguments: [
    ("9007199254740993", "9007199254740993"), ("-9223372036854775808", "-9223372036854775808"),
    ("9223372036854775807", "9223372036854775807"), ("9007199254740993.0", "9007199254740992"),
    ("100000000000000000000", "100000000000000000000"), ("1e21", "1e+21"), ("1E2", "100"), ("-0", "0"), ("1.0", "1"),
  ])
  func wholeNumbersOf64BitsAreExact(_ text: String, _ expected: String) throws {
    #expect(try canonical(text) == Array(expected.utf8))
  }

  @Test func composedAndDecomposedLettersDiffer() throws {
    #expect(try canonical("\"é\"") != canonical("\"e\u{301}\""))
  }

  @Test func hashesReadAndWrite() throws {
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let hash = try #require(ContentHash(hexadecimal: text))
    #expect(hash == ContentHash(of: Array("abc".utf8)))
    #expect(hash.description == text)
    #expect(hash.short == "ba7816bf8f01")
    for wrong in ["", "ba", text + "0", text.uppercased(), String(text.dropLast()) + "g"] {
      #expect(ContentHash(hexadecimal: wrong) == nil)
    }
    let none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(ContentHash(ofList: []).description == none)
    #expect(try #require(ContentHash(hexadecimal: none)) > hash)
  }
}
