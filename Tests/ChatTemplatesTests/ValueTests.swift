import Foundation
import Testing

@testable import ChatTemplates

@Suite struct ValueTests {
  private func read(_ json: String) throws -> TemplateValue { try TemplateValue(json: Data(json.utf8)) }

  @Test func readsJSON() throws {
    let value = try read(#" {"b": [1, -2.5, 1e3, true, null], "a": "x\né😀\ud83d\ude00\/", "b": {}} "#)
    #expect(
      value
        == .object([
          TemplateMember("b", [1, -2.5, .float(1000), true, nil]), TemplateMember("a", "x\né😀😀/"),
          TemplateMember("b", [:]),
        ]))
    #expect(value["b"] == [:])
    #expect(try read("9223372036854775807") == .integer(.max))
    #expect(try read("9223372036854775808") == .float(9223372036854775808))
  }

  @Test(arguments: [
    "", " ", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{a: 1}", "tru", "nulls", "01", "1.", ".5", "-", "+1", "1e",
    "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
    "\"\u{1}\"", "[1]]", "'a'", "NaN", "{\"a\":1,}", "[1,]",
  ]) func refusesWhatIsNoJSON(_ json: String) {
    #expect(throws: TemplateJSONError.self) { try read(json) }
  }

  @Test func refusesBadUTF8AndDepth() {
    #expect(throws: TemplateJSONError.self) { try TemplateValue(json: Data([0x22, 0xFF, 0x22])) }
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: TemplateJSONError.tooDeep(limit: 88)) { try read(deep) }
    var value: TemplateValue = 1
    for _ in 0..<200 { value = [value] }
    #expect(throws: TemplateError.self) { try ChatTemplate("{{ x }}").render(["x": value]) }
  }

  @Test(arguments: [
    (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e16, "1e+16"), (9999999999999998, "9999999999999998.0"),
    (1e-4, "0.0001"), (1e-5, "1e-05"), (1.5e-7, "1.5e-07"),
    (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (123456.789, "123456.789"),
    (1e100, "1e+100"), (.infinity, "inf"), (120, "120.0"),
  ]) func describesFloatsAsPythonDoes(value: Double, text: String) { #expect(pythonDescription(of: value) == text) }

  @Test func searchesInLinearTime() {
    let hay = Text(String(repeating: "a", count: 200_000) + "b")
    let needle = Text(String(repeating: "a", count: 100_000) + "b")
    #expect(hay.contains(needle))
    #expect(Text.matches(of: Text("aba").scalars[...], in: Text("ababaaba").scalars[...]) == [0, 5])
    #expect(Text.lastMatch(of: Text("ab"), in: Text("abcabd").scalars[1...]) == 3)
    // A slow, obvious search beside the fast one.
    var state: UInt64 = 3
    for _ in 0..<300 {
      let text = (0..<20).map { _ -> Unicode.Scalar in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return (state >> 60) & 1 == 0 ? "a" : "b"
      }
      let pattern = Array(text[3..<(4 + Int(state >> 62))])
      var found: [Int] = []
      var index = 0
      while index + pattern.count <= text.count {
        if Array(text[index..<(index + pattern.count)]) == pattern {
          found.append(index)
          index += pattern.count
        } else {
          index += 1
        }
      }
      #expect(Text.matches(of: pattern[...], in: text[...]) == found)
    }
  }

  @Test func clock() throws {
    func format(_ format: String, _ clock: TemplateClock) throws -> String {
      try ChatTemplate("{{ strftime_now(f) }}").render(["f": .string(format)], clock: clock)
    }
    let leap = TemplateClock.fixed(year: 2024, month: 12, day: 31, hour: 0)
    #expect(try format("%A %j %I%p %-j %-y", leap) == "Tuesday 366 12AM 366 24")
    #expect(try format("%d %b %Y", .fixed(year: 2024, month: 7, day: 6)) == "06 Jul 2024")
    #expect(throws: TemplateError.self) { try format("%Q", leap) }
    #expect(throws: TemplateError.self) { try format("100%", leap) }
    let year = try #require(Int(try format("%Y", .system)))
    #expect(year >= 2025)
  }
}
