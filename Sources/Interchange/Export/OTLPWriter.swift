import OpenAIWire

/// Writes attributes as OTLP/JSON wraps them; those without a value are left out.
struct OTLPAttributes {
  private(set) var pairs: [JSONValue] = []

  private mutating func add(_ name: String, _ value: JSONValue) {
    pairs.append(.members(["key": .string(name), "value": value]))
  }

  mutating func add(_ name: String, text: String?) {
    if let text, !text.isEmpty { add(name, .members(["stringValue": .string(text)])) }
  }

  /// A 64-bit number, which OTLP/JSON writes as a string.
  mutating func add(_ name: String, integer: Int?) {
    if let integer { add(name, .members(["intValue": .string(String(integer))])) }
  }

  mutating func add(_ name: String, number: Double?) {
    if let number, number.isFinite { add(name, .members(["doubleValue": .number(number)])) }
  }

  mutating func add(_ name: String, flag: Bool?) {
    if let flag { add(name, .members(["boolValue": .boolean(flag)])) }
  }

  mutating func add(_ name: String, texts: [String]) {
    guard !texts.isEmpty else { return }
    let values = texts.map { JSONValue.members(["stringValue": .string($0)]) }
    add(name, .members(["arrayValue": .members(["values": .array(values)])]))
  }

  var json: JSONValue { .array(pairs) }
}

/// Ids of spans that are the same each time the same thing is exported: parts of a hash of what it is.
enum SpanIdentifier {
  /// FNV-1a over the text, begun at another place for each half.
  private static func hash(_ text: String, _ start: UInt64) -> UInt64 {
    text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private static func digits(_ value: UInt64) -> String {
    // Zero is no id.
    let text = String(value == 0 ? 1 : value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  static func trace(_ text: String) -> String {
    digits(hash(text, 0xCBF2_9CE4_8422_2325)) + digits(hash(text, 0x9E37_79B9_7F4A_7C15))
  }

  static func span(_ text: String) -> String { digits(hash("span \(text)", 0xCBF2_9CE4_8422_2325)) }
}
