import Foundation
import OpenAIWire
import Testing

@testable import MeasuringClient

/// A key goes to the server and nowhere else, whatever the server does with it.
@Suite struct RedactionTests {
  /// With characters that JSON, percent-encoding and base64 each write differently.
  private static let secret = #"sk-live/"Zq7+%x9_Tt\4=Kb81"#

  /// The key as a server may say it, in a form that a person could turn back.
  private static var forms: [String] {
    let bytes = Data(secret.utf8)
    let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let unreserved =
      secret.addingPercentEncoding(
        withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? ""
    let bearer = Data("Bearer \(secret)".utf8).base64EncodedString()
    let user = Data("u:\(secret)".utf8).base64EncodedString()
    let url = bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_")
    return [
      secret, percent, percent.lowercased(), unreserved, bytes.base64EncodedString(), bearer, user, url,
      bytes.map { String(format: "%02x", $0) }.joined(),
    ]
  }

  /// What must not be found anywhere: the key's beginning, middle and end as text, and the heart of each other form.
  private static var traces: [String] {
    ["Zq7+%x9", "_Tt\\4=", "=Kb81", "sk-live/\""] + forms.dropFirst().map { String($0.dropFirst(8).dropLast(8)) }
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).text }

  /// Everything that is said of the requests of a run.
  private func everything(
    streams: Bool = true, retries: Int = 1, requests: Int,
    _ answer: @escaping @Sendable (Int, String) -> ScriptedServer.Answer?
  ) async throws -> String {
    let server = try await ScriptedServer(answer)
    var settings = ClientSettings(endpoint: try Endpoint("http://127.0.0.1:\(server.port)/v1"))
    settings.key = try Secret(Self.secret, source: "test")
    settings.keepsText = true
    settings.requestTimeout = .seconds(30)
    settings.retries.maximumAttempts = retries
    settings.retries.firstDelay = .milliseconds(1)
    let client = try MeasuringClient(settings)
    var plan = LoadPlan(shape: .closed(concurrency: 4))
    plan.requests = requests
    let lines = Lines()
    let request = MeasuredRequest.prompt("Why?", model: "m", maximumTokens: 5, streams: streams)
    let report = try await client.run(plan, requests: { _ in request }, each: { await lines.add($0) })
    await client.shutdown()
    await server.stop()
    var dumped = ""
    dump(settings, to: &dumped)
    dump(report, to: &dumped)
    let encoded = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
    let texts = await lines.texts
    #expect(texts.count >= requests * 3)
    return ([dumped, encoded, "\(report)", "\(settings)"] + texts).joined(separator: "\n")
  }

  private actor Lines {
    private(set) var texts: [String] = []
    func add(_ observation: Observation) {
      var dumped = ""
      dump(observation, to: &dumped)
      texts += [observation.json.text, "\(observation)", dumped, "\(observation.failure as Any)"]
    }
  }

  private func check(_ text: String, _ what: String) {
    for trace in Self.traces where text.contains(trace) {
      let place = text.firstRange(of: trace)!
      let around = text[text.index(place.lowerBound, offsetBy: -120, limitedBy: text.startIndex)!...].prefix(300)
      Issue.record("\(what) says \(trace): \(around)")
    }
  }

  @Test func theKeyArrives() async throws {
    let text = try await everything(requests: 4) { _, request in
      .document(
        #"{"choices":[{"message":{"content":"\#(request.contains("authorization: Bearer \(Self.secret)\r\n") ? "yes" : "no")"}}]}"#
      )
    }
    #expect(text.contains(#""text":"yes""#) && !text.contains(#""text":"no""#))
    check(text, "a run that succeeds")
  }

  @Test(arguments: 0..<9) func refusalsThatRepeatTheKey(_ form: Int) async throws {
    let form = Self.forms[form]
    let error = #"{"error":{"message":\#(quoted("wrong key \(form)!")),"type":"a"}}"#
    // Cut in the middle of the key by the length that is kept of a message.
    let long = #"{"error":{"message":\#(quoted(String(repeating: "x", count: 390) + form)),"type":"a"}}"#
    for (body, type) in [
      (error, "application/json"), ("no JSON: \(form) was wrong", "text/plain"), (long, "application/json"),
      (String(repeating: "y", count: 395) + form, "text/plain"), (#"{"error": \#(quoted(form))}"#, "application/json"),
    ] {
      let text = try await everything(retries: 2, requests: 4) { _, _ in
        .document(body, status: "401 \(form.hasPrefix("sk") ? "No" : form)", type: type)
      }
      check(text, "a refusal")
    }
  }

  @Test(arguments: 0..<9) func answersThatRepeatTheKey(_ form: Int) async throws {
    let form = quoted(Self.forms[form])
    let message =
      #"{"model":\#(form),"service_tier":\#(form),"choices":[{"index":0,"finish_reason":\#(form),"message":{"content":\#(form),"tool_calls":[{"id":\#(form),"function":{"name":\#(form),"arguments":\#(form)}}]}}],"usage":{"prompt_tokens":1,"completion_tokens":1,\#(form):\#(form)}}"#
    check(
      try await everything(streams: false, requests: 4) { _, _ in .document(message) }, "a whole answer")
    let events = [
      #"{"model":\#(form),"service_tier":\#(form),"choices":[{"index":0,"delta":{"content":\#(form)}}]}"#,
      #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":\#(form),"function":{"name":\#(form),"arguments":\#(form)}}]}}]}"#,
      #"{"choices":[{"index":0,"delta":{},"finish_reason":\#(form)}]}"#,
      #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,\#(form):\#(form)}}"#, "[DONE]",
    ]
    for piece in [Int.max, 7] {
      check(try await everything(requests: 4) { _, _ in .events(events, piece: piece) }, "a stream")
    }
  }

  @Test(arguments: 0..<9) func streamsThatFailWithTheKey(_ form: Int) async throws {
    let form = Self.forms[form]
    let token = #"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#
    for event in [
      #"{"error":{"message":\#(quoted("bad \(form)"))}}"#, #"{"error":\#(quoted(form))}"#,
      #"{"error":{"detail":{\#(quoted(form)):\#(quoted(form))}}}"#, "{\"choices\": \(form)", form,
      #"{"choices":[{"index":\#(quoted(form))}]}"#, #"{\#(quoted(form)):1}"#,
    ] {
      check(try await everything(requests: 4) { _, _ in .events([token, event], piece: 11) }, "a stream that fails")
    }
    let heads = [
      "HTTP/1.1 200 OK\r\n\(form): x\r\n\r\n", "\(form)\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: \(form)\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\(form)\r\n",
      "HTTP/1.1 429 \(form)\r\nretry-after: \(form)\r\ncontent-length: 0\r\n\r\n",
    ]
    for head in heads {
      check(try await everything(requests: 4) { _, _ in .init(head, closes: true) }, "a broken head")
    }
  }

  /// Split over the chunks of an answer: the text is put together before it is cleaned.
  @Test func aKeyInPieces() async throws {
    let middle = Self.secret.index(Self.secret.startIndex, offsetBy: 11)
    let pieces = [String(Self.secret[..<middle]), String(Self.secret[middle...])].map(quoted)
    let text = try await everything(requests: 4) { _, _ in
      .events(
        pieces.map { #"{"choices":[{"index":0,"delta":{"content":\#($0)}}]}"# }
          + pieces.map {
            #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":\#($0)}}]}}]}"#
          }
          + ["[DONE]"])
    }
    check(text, "a key in pieces")
    #expect(text.contains("[redacted]"))
  }

  @Test func whatIsBlottedOutAndWhatIsNot() throws {
    let key = try Secret(Self.secret, source: "test")
    for form in Self.forms {
      let text = key.redacting("a \(form) b")
      #expect(text.contains("[redacted]") && text.hasPrefix("a ") && text.hasSuffix(" b"), "\(text)")
    }
    for plain in ["", "nothing to see", "sk-", "0123456789abcdef", "Bearer"] { #expect(key.redacting(plain) == plain) }
    // A key of a few characters is blotted out as it stands; its other forms are too short to be told from chance.
    let short = try Secret("ab", source: "test")
    #expect(short.redacting("cab YWI= 6162") == "c[redacted] YWI= 6162")
  }
}
