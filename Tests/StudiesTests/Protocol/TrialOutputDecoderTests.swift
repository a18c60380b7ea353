import Foundation
import Measures
import Testing

@testable import Studies

@Suite struct TrialOutputDecoderTests {
  private func outputs(_ text: String, limit: Int = 1 << 20) -> [TrialOutput] {
    var decoder = TrialOutputDecoder(maximumLineBytes: limit)
    return decoder.decode(Array(text.utf8)) + decoder.finish()
  }

  private let finished = TrialOutput.event(.finished(monotonicNanoseconds: 1))

  @Test(arguments: 1...40)
  func linesAreCutWhereverTheBytesArrive(_ size: Int) {
    let bytes = Array("hällo\r\n\n{\"event\":\"finished\",\"monotonic_ns\":1}\nlast".utf8)
    var decoder = TrialOutputDecoder()
    var outputs: [TrialOutput] = []
    var start = 0
    while start < bytes.count {
      outputs += decoder.decode(bytes[start..<min(start + size, bytes.count)])
      start += size
    }
    outputs += decoder.finish()
    #expect(outputs == [.log("hällo"), finished, .log("last")])
  }

  @Test(arguments: [
    "epoch 1 of 3", "{not json", "{\"a\": 1}", "[1, 2]", "{\"event\":\"celebrated\",\"why\":1}", "{\"event\":",
    "{{{{{{{{", "\u{0}\u{1}", "{\"event\":\"step\"",
  ])
  func whatIsNoEventIsLogText(_ line: String) {
    guard case .log = outputs(line).first else { return #expect(Bool(false), "\(outputs(line))") }
  }

  @Test(arguments: [
    ("{\"event\":\"finished\"}", "monotonic_ns"),
    ("{\"event\":\"finished\",\"monotonic_ns\":-1}", "-1"),
    ("{\"event\":\"finished\",\"monotonic_ns\":\"soon\"}", "monotonic_ns"),
    ("{\"event\":\"step\",\"index\":1,\"start_ns\":1,\"end_ns\":2}", "tokens"),
    ("{\"event\":\"step\",\"index\":1.5,\"start_ns\":1,\"end_ns\":2,\"tokens\":1}", "1.5"),
    ("{\"event\":\"step\",\"index\":1,\"phase\":\"nap\",\"start_ns\":1,\"end_ns\":2,\"tokens\":1}", "phase"),
    ("{\"event\":\"step\",\"index\":1,\"start_ns\":1,\"end_ns\":99999999999999999999999,\"tokens\":1}", "99999"),
    ("{\"event\":\"started\",\"protocol\":1,\"monotonic_ns\":1,\"model\":{\"parameters\":\"many\"}}", "model"),
    ("{\"event\":\"measure\",\"id\":\"held-out\",\"documents\":7}", "documents"),
    ("{\"event\":\"measure\"}", "id"), ("{\"event\":5}", "event"),
  ])
  func aKnownEventWithAWrongKeyIsMalformed(_ line: String, _ key: String) {
    guard case .malformed(let reason) = outputs(line).first else { return #expect(Bool(false), "\(outputs(line))") }
    #expect(reason.contains(key))
  }

  @Test func unknownKeysAreIgnored() {
    #expect(outputs("{\"event\":\"finished\",\"monotonic_ns\":1,\"mood\":{\"a\":[1]}}") == [finished])
  }

  @Test(arguments: ["NaN", "Infinity", "-Infinity", "\"NaN\""])
  func numbersThatAreNoNumbersAreRead(_ text: String) {
    let line = "{\"event\":\"step\",\"index\":1,\"start_ns\":1,\"end_ns\":2,\"tokens\":1,\"loss\":\(text)}"
    guard case .event(.step(let step)) = outputs(line).first else { return #expect(Bool(false)) }
    #expect(step.loss?.isFinite == false)
  }

  @Test func textThatMentionsNaNStaysAsItIs() {
    let line = "{\"event\":\"failed\",\"kind\":\"x\",\"message\":\"it is \\\"NaN\\\" or NaN, Infinity\"}"
    #expect(
      outputs(line) == [.event(.failed(TrialEvent.Failed(kind: "x", message: "it is \"NaN\" or NaN, Infinity")))])
  }

  @Test func aLineThatNeverEndsIsNotKept() {
    var decoder = TrialOutputDecoder(maximumLineBytes: 1000)
    var outputs: [TrialOutput] = []
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 700)
    for _ in 0..<1000 { outputs += decoder.decode(chunk) }
    outputs += decoder.decode(Array("\n{\"event\":\"finished\",\"monotonic_ns\":1}\n".utf8))
    #expect(outputs == [.log("(a line longer than 1000 bytes was left out)"), finished])
  }

  @Test func anEventThatIsTooLongIsMalformed() {
    let long = "{\"event\":\"failed\",\"message\":\"" + String(repeating: "x", count: 2000) + "\"}\nafter"
    let result = outputs(long, limit: 1000)
    #expect(result == [.malformed(reason: "an event is longer than 1000 bytes"), .log("after")])
    // In one piece with its line feed, and in pieces, it is the same.
    var decoder = TrialOutputDecoder(maximumLineBytes: 1000)
    let pieces = Array(long.utf8).map { [$0] }.flatMap { decoder.decode($0) } + decoder.finish()
    #expect(pieces == result)
  }

  @Test func bytesThatAreNoTextDoNoHarm() {
    var decoder = TrialOutputDecoder()
    var generator = SplitMix(state: 7)
    for _ in 0..<200 {
      let bytes = (0..<500).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      _ = decoder.decode(bytes)
    }
    _ = decoder.decode([UInt8(ascii: "\n")])
    #expect(decoder.decode(Array("{\"event\":\"finished\",\"monotonic_ns\":1}\n".utf8)) == [finished])
  }

  @Test func deepJSONDoesNoHarm() {
    let deep = "{\"event\":\"started\",\"x\":" + String(repeating: "[", count: 100_000)
    #expect(outputs(deep).count == 1)
  }

  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
