import NIOHTTP1
import OpenAIWire

/// What the mock reads of a request.
struct MockRequest {
  enum Kind {
    case generation(MockAnswers.Form, streams: Bool, saysUsage: Bool, maximumTokens: Int?)
    case models
    case health
    case unknown
    case invalid(String)
  }

  /// Bytes of a body at most.
  static let longestBody = 16 << 20

  var kind: Kind
  var identifier: String

  init(_ head: HTTPRequestHead, body: [UInt8]) {
    identifier = head.headers.first(name: "x-request-id") ?? ""
    let path = head.uri.split(separator: "?", maxSplits: 1).first ?? ""
    switch (head.method, path) {
    case (.GET, _) where path.hasSuffix("/models"): kind = .models
    case (.GET, _) where path.hasSuffix("/health"): kind = .health
    case (.POST, _) where path.hasSuffix("/chat/completions"): kind = Self.generation(.chat, body)
    case (.POST, _) where path.hasSuffix("/completions"): kind = Self.generation(.completion, body)
    default: kind = .unknown
    }
  }

  private static func generation(_ form: MockAnswers.Form, _ body: [UInt8]) -> Kind {
    do throws(WireError) {
      let body = JSONField(try JSONReader.value(of: body))
      let options = try body.member("stream_options")
      var limit = try body.member("max_completion_tokens")
      if limit == nil { limit = try body.member("max_tokens") }
      return .generation(
        form, streams: try body.member("stream")?.boolean() ?? false,
        saysUsage: try options?.member("include_usage")?.boolean() ?? false,
        maximumTokens: try limit?.integer(in: 1...1_000_000))
    } catch {
      return .invalid(error.description)
    }
  }
}
