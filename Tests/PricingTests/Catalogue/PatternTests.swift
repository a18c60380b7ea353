import Foundation
import Pricing
import Testing

@Suite struct PatternTests {
  private func matches(_ json: String, _ name: String) throws -> Bool {
    try JSONDecoder().decode([ModelPattern].self, from: Data("[\(json)]".utf8))[0].matches(
      ModelPattern.normalised(name))
  }

  @Test(arguments: [
    (#""gpt-5""#, "gpt-5", true), (#""gpt-5""#, "GPT-5", true), (#""GPT-5""#, "gpt-5", true),
    (#""gpt-5""#, "gpt-5-mini", false), (#""gpt-5*""#, "gpt-5-mini", true), (#""gpt-5*""#, "gpt-5", true),
    (#""*-latest""#, "x-latest", true), (#""*-latest""#, "x-latest-1", false), (#""*claude*""#, "us.claude-v1", true),
    (#""a-####-##""#, "a-2025-08", true), (#""a-####-##""#, "a-2025-0x", false), (#""a-#""#, "a-", false),
    (#""a*b*c""#, "aXbYbZc", true), (#""a*b*c""#, "acb", false), (#""*""#, "", true), (#""**a**""#, "a", true),
    (#"["a","b*"]"#, "bc", true), (#"["a","b*"]"#, "c", false),
    (#"{"all":["gemini*",{"not":["*-tts","*-tts-*"]}]}"#, "gemini-pro", true),
    (#"{"all":["gemini*",{"not":["*-tts","*-tts-*"]}]}"#, "gemini-pro-TTS", false),
    (#"{"not":"*/*"}"#, "a/b", false),
  ])
  func patternsAnswerToNames(json: String, name: String, answer: Bool) throws {
    #expect(try matches(json, name) == answer)
  }

  @Test(arguments: [#""""#, "[]", "{}", "3", #"{"all":["a"],"not":"b"}"#, #"{"some":["a"]}"#, "null"])
  func whatIsNoPatternIsRefused(json: String) {
    #expect(throws: (any Error).self) { try matches(json, "a") }
  }

  /// Without care this takes time beyond all bounds.
  @Test func hostilePatternsTakeBoundedTime() throws {
    let pattern = "\"" + String(repeating: "a*", count: 100) + "b\""
    #expect(try !matches(pattern, String(repeating: "a", count: 5_000)))
  }

  @Test func patternsComeBackFromJSON() throws {
    let json = #"{"all":["gemini*",{"not":["*-tts","*-tts-*"]}]}"#
    let pattern = try JSONDecoder().decode(ModelPattern.self, from: Data(json.utf8))
    #expect(String(decoding: try JSONEncoder().encode(pattern), as: UTF8.self) == json)
  }
}
