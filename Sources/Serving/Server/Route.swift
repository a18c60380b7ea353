internal import OpenAIWire

/// Where a request goes.
enum Route: String, Sendable, CaseIterable {
  case chat = "/v1/chat/completions"
  case completions = "/v1/completions"
  case embeddings = "/v1/embeddings"
  case models = "/v1/models"
  case model = "/v1/models/{id}"
  case health = "/health"
  case metrics = "/metrics"

  var method: String {
    switch self {
    case .chat, .completions, .embeddings: "POST"
    case .models, .model, .health, .metrics: "GET"
    }
  }

  /// Whether a key is needed where keys are. Probes and scrapers come without one, as with vLLM.
  var isGuarded: Bool { self != .health && self != .metrics }

  /// Finds the route of a path, and the model's name in it if it has one.
  static func of(_ path: String) -> (route: Route, name: String?)? {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if let route = Route(rawValue: trimmed), route != .model { return (route, nil) }
    let prefix = "/v1/models/"
    guard trimmed.hasPrefix(prefix), let name = String(trimmed.dropFirst(prefix.count)).removingPercentEscapes,
      !name.isEmpty
    else { return nil }
    return (.model, name)
  }
}

extension String {
  /// The text with `%41` as `A`; nil where an escape is broken or what comes out is not UTF-8.
  var removingPercentEscapes: String? {
    var bytes: [UInt8] = []
    var rest = utf8.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.next().flatMap(Self.digit), let low = rest.next().flatMap(Self.digit) else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
