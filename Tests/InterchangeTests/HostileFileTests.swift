import Foundation
import Interchange
import Testing

/// Files that are cut, damaged or made to harm.
@Suite struct HostileFileTests {
  private static let fixtures: [(ImportForm, String)] = [
    (.openTelemetry, "agent.otlp.json"), (.openTelemetry, "agent.otlp.jsonl"),
    (.openTelemetry, "openai-v2.events.logs.jsonl"), (.guideLLM, "guidellm.json"), (.lmEval, "capitals.results.json"),
    (.lmEval, "capitals_choice.samples.jsonl"), (.load, "load.jsonl"), (.trajectories, "trajectories.jsonl"),
  ]

  /// Whatever becomes of a cut or changed file, it is a run or a typed error.
  @Test(arguments: fixtures.map(\.1)) func damageIsAnErrorOrARun(_ name: String) throws {
    let form = try #require(Self.fixtures.first { $0.1 == name }).0
    let whole = try fixture(name).bytes
    for end in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)) {
      attempt(form, Array(whole[..<end]))
    }
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = [
      "null", "-1", "1e308", "\"\"", "[]", "{}", "9223372036854775807", "NaN", "\u{0}", "\\", "}", "\"", "[",
    ]
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<(1 + next(4)) {
        let place = next(bytes.count)
        let piece = Array(pieces[next(pieces.count)].utf8)
        bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
      }
      attempt(form, bytes)
    }
  }

  private func attempt(_ form: ImportForm, _ bytes: [UInt8]) {
    do throws(ImportError) {
      _ = try Importer.read(form: form, files: [ImportFile(name: "damaged", bytes: bytes)])
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  @Test(arguments: ImportForm.allCases) func nestingIsBounded(_ form: ImportForm) {
    for opening in ["[", #"{"a":"#, #"{"resourceSpans":["#, #"{"value":{"arrayValue":{"values":["#] {
      #expect(throws: ImportError.self) {
        try read(form, text: String(repeating: opening, count: 100_000))
      }
    }
  }

  @Test(arguments: ImportForm.allCases) func emptyAndForeignFilesAreRefused(_ form: ImportForm) {
    for text in ["", " ", "[]", "{}", "null", "12", "\"text\"", "a,b\n1,2\n", #"{"choices":[]}"#] {
      #expect(throws: ImportError.self) { try read(form, text: text) }
    }
    #expect(throws: ImportError.noFiles) { try Importer.read(form: form, files: []) }
  }

  @Test func numbersOfAnySizeAreNoTrap() throws {
    for count in ["9223372036854775807", "-5", "99999999999999999999999", "1e300"] {
      let text = """
        [{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"c","kind":3,
        "startTimeUnixNano":"18446744073709551615","endTimeUnixNano":18446744073709551616,
        "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
        {"key":"gen_ai.usage.input_tokens","value":{"intValue":"\(count)"}},
        {"key":"gen_ai.usage.output_tokens","value":{"doubleValue":"NaN"}}]}]
        """
      let run = try read(.openTelemetry, text: text)
      #expect(run.observations[0].promptTokens == nil)
      #expect(run.observations[0].latencies.endToEnd == nil)
    }
  }

  @Test func aFileThatIsStillBeingWrittenLosesItsLastLine() throws {
    let whole = try fixture("agent.otlp.jsonl").bytes
    let run = try Importer.read(
      form: .openTelemetry, files: [ImportFile(name: "spans.jsonl", bytes: Array(whole.dropLast(50)))])
    #expect(run.notes.contains("spans.jsonl ends in the middle of its last document, which was left out."))
    #expect(run.observations.count == 3 || run.observations.count == 2)
  }

  @Test func limitsHold() throws {
    var limits = ImportLimits()
    limits.spans = 3
    #expect(throws: ImportError.tooMuch(file: "agent.otlp.json", what: "spans", limit: 3)) {
      try Importer.read(
        form: .openTelemetry, files: [try fixture("agent.otlp.json")], options: ImportOptions(limits: limits))
    }
    limits = ImportLimits()
    limits.steps = 2
    limits.textBytes = 8
    limits.attributes = 2
    let run = try Importer.read(
      form: .openTelemetry, files: [try fixture("agent.otlp.json")], options: ImportOptions(limits: limits))
    #expect(run.observations[0].steps.count == 2 && run.observations[0].calls.count == 3)
    #expect(run.observations[0].attributes.count == 2)
    #expect(run.notes.contains("1 observations have more steps than are kept."))
    limits = ImportLimits()
    limits.bytes = 10
    #expect(throws: ImportError.self) {
      try Importer.read(
        form: .load, files: [ImportFile(name: "x", bytes: Array("{} {} {} {}".utf8))],
        options: ImportOptions(limits: limits))
    }
  }

  /// The attributes of a span may hold what was said; only places made for it are read for it.
  @Test func attributesThatAreKeptHoldNoContents() throws {
    for observation in try read(.openTelemetry, "agent.otlp.json", "openai-v2.contents.spans.jsonl").observations {
      for (name, value) in observation.attributes {
        #expect(!value.contains("refund for") && !value.contains("capital of"), "\(name)")
      }
    }
  }
}
