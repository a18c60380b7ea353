import Foundation
import OpenAIWire
import Testing

@Suite struct JSONTests {
  private func read(_ text: String, _ limits: JSONLimits = .standard) throws(WireError) -> JSONValue {
    try JSONReader.value(of: Array(text.utf8), limits: limits)
  }

  @Test(arguments: [
    ("null", JSONValue.null), ("true", .boolean(true)), (" false ", .boolean(false)), ("0", .integer(0)),
    ("-17", .integer(-17)), ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(0x1p63)),
    ("1.5", .number(1.5)), ("-0.0", .number(-0.0)), ("1e3", .number(1000)), ("2E-2", .number(0.02)),
    (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{c}\n\r\tz")), (#""\u00e9\ud83d\ude00""#, .string("é😀")),
    (#""é😀""#, .string("é😀")), ("[]", .array([])), ("[1 ,\n2]", .array([.integer(1), .integer(2)])),
    ("{}", .object(JSONObject())), (#"{"b":1,"a":[{}]}"#, .members(["b": .integer(1), "a": .array([.members([:])])])),
  ])
  func values(_ text: String, _ value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "tru", "+1", "01", "-", "1.", ".5", "1e", "1e+", "1e999", "0x1", "NaN", "Infinity", "'a'", "\"",
    "\"a", "\"\u{1}\"", #""\x""#, #""\u12""#, #""\u00g0""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "[", "[1",
    "[1,]", "[,1]", "[1 2]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", #"{"a":1 "b":2}"#, "1 2", "[]]",
    #"{"a":1,"a":2}"#, "\u{feff}1", "// c\n1",
  ])
  func whatIsNoJSONIsRefused(_ text: String) {
    #expect(throws: WireError.self) { try read(text) }
  }

  @Test func bytesHaveToBeUTF8() {
    let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
    #expect(throws: WireError.malformed("the string at byte 1 is not UTF-8")) { try JSONReader.value(of: bytes) }
  }

  @Test func limitsHold() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: WireError.malformed("at byte 64, it is nested more than 64 deep")) { try read(deep) }
    let nested = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try read(nested) }
    #expect(throws: WireError.self) { try read("[1,2,3]", JSONLimits(values: 3)) }
    #expect(throws: Never.self) { try read("[1,2,3]", JSONLimits(values: 4)) }
    #expect(throws: WireError.malformed("the document has 7 bytes, more than 6")) {
      try read("[1,2,3]", JSONLimits(bytes: 6))
    }
    #expect(throws: WireError.malformed("at byte 0, a number is too long")) {
      try read(String(repeating: "1", count: 401))
    }
  }

  @Test func placesAreSaid() {
    #expect(throws: WireError.malformed("at byte 6, a comma or a closing bracket is missing")) { try read(#"{"a":1;"#) }
    #expect(throws: WireError.malformed("at byte 7, a member stands twice in one object")) {
      try read(#"{"a":1,"a":2}"#)
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let value = JSONValue.members([
      "text": .string("a\"\\\n\r\t\u{0}\u{1f}\u{7f}é😀\u{2028}"), "none": .null, "left": nil,
      "numbers": .array([.integer(.min), .number(0.1), .number(1e300), .number(-2.5e-9)]), "flag": .boolean(false),
    ])
    #expect(try JSONReader.value(of: value.bytes) == value)
    #expect(JSONValue.array([.number(.nan), .number(-.infinity)]).text == "[null,null]")
    // Another reader understands it as well.
    let other = try JSONSerialization.jsonObject(with: Data(value.bytes)) as? [String: Any]
    #expect(other?["text"] as? String == value.object?["text"]?.string)
  }

  @Test func mutatedDocumentsNeverTrap() throws {
    let seed = Array(
      #"{"model":"m","messages":[{"role":"user","content":"h\u00e9\ud83d\ude00"}],"n":-1.5e3,"stop":[null,true]}"#.utf8)
    var generator = SplitMix(seed: 7)
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        guard !bytes.isEmpty else { break }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(seed.randomElement(using: &generator) ?? 0, at: place)
        default: bytes.removeLast(bytes.count - place)
        }
      }
      guard let value = try? JSONReader.value(of: bytes) else { continue }
      accepted += 1
      #expect(try JSONReader.value(of: value.bytes) == value)
    }
    #expect(accepted > 100)
  }
}
