public import Foundation

extension TemplateValue {
  /// Longest JSON that is read.
  static let maximumJSONBytes = 64 << 20

  /// Reads JSON, keeping the order of members. Numbers with neither point nor exponent are whole where an `Int` holds
  /// them, as Python reads them.
  /// - Throws: ``TemplateJSONError``.
  public init(json data: Data) throws(TemplateJSONError) {
    guard data.count <= Self.maximumJSONBytes else { throw .tooLarge(bytes: data.count, limit: Self.maximumJSONBytes) }
    var reader = JSONReader(bytes: Array(data))
    self = try reader.readDocument()
  }
}

/// Why JSON for a template could not be read.
public enum TemplateJSONError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformed(String, byte: Int)
  case tooDeep(limit: Int)
  case tooLarge(bytes: Int, limit: Int)

  public var description: String {
    switch self {
    case .malformed(let what, let byte): "this is no JSON: \(what) at byte \(byte)"
    case .tooDeep(let limit): "the JSON nests deeper than \(limit) levels: flatten it"
    case .tooLarge(let bytes, let limit): "the JSON has \(bytes) bytes, more than the \(limit) that are read"
    }
  }
}

/// Reads JSON by RFC 8259.
private struct JSONReader {
  let bytes: [UInt8]
  var position = 0
  private var level = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func malformed(_ what: String) -> TemplateJSONError { .malformed(what, byte: position) }

  mutating func readDocument() throws(TemplateJSONError) -> TemplateValue {
    let value = try readValue()
    skipSpace()
    guard position == bytes.count else { throw malformed("there is more after the value") }
    return value
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func readValue() throws(TemplateJSONError) -> TemplateValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard level < TemplateLimits.valueDepth - 8 else { throw .tooDeep(limit: TemplateLimits.valueDepth - 8) }
      level += 1
      defer { level -= 1 }
      return current == UInt8(ascii: "{") ? .object(try readMembers()) : .array(try readElements())
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .none)
    default: return try readNumber()
    }
  }

  private mutating func readWord(_ word: String, _ value: TemplateValue) throws(TemplateJSONError) -> TemplateValue {
    guard bytes[position...].starts(with: word.utf8) else { throw malformed("an unknown word") }
    position += word.utf8.count
    return value
  }

  private mutating func readElements() throws(TemplateJSONError) -> [TemplateValue] {
    position += 1
    var elements: [TemplateValue] = []
    skipSpace()
    if skip("]") { return elements }
    while true {
      elements.append(try readValue())
      skipSpace()
      if skip("]") { return elements }
      guard skip(",") else { throw malformed("neither , nor ]") }
    }
  }

  private mutating func readMembers() throws(TemplateJSONError) -> [TemplateMember] {
    position += 1
    var members: [TemplateMember] = []
    skipSpace()
    if skip("}") { return members }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw malformed("a member without a name") }
      let name = try readString()
      skipSpace()
      guard skip(":") else { throw malformed("a name without a colon") }
      members.append(TemplateMember(name, try readValue()))
      skipSpace()
      if skip("}") { return members }
      guard skip(",") else { throw malformed("neither , nor }") }
    }
  }

  private mutating func readNumber() throws(TemplateJSONError) -> TemplateValue {
    let start = position
    var isWhole = true
    _ = skip("-")
    let firstDigit = position
    try readDigits()
    if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
      throw malformed("a number that begins with 0")
    }
    if skip(".") {
      isWhole = false
      try readDigits()
    }
    if skip("e") || skip("E") {
      isWhole = false
      _ = skip("+") || skip("-")
      try readDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text) else { throw malformed("a number that cannot be read") }
    return .float(number)
  }

  private mutating func readDigits() throws(TemplateJSONError) {
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw malformed("a value is missing") }
  }

  private mutating func readString() throws(TemplateJSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw malformed("a string that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): try readEscape(into: &text)
      case 0..<0x20: throw malformed("a control character in a string")
      default: text.append(byte)
      }
    }
    throw malformed("a string without an end")
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(TemplateJSONError) {
    guard let mark = current else { throw malformed("a string without an end") }
    position += 1
    switch mark {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(mark)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try readUnit()
      if (0xD800..<0xDC00).contains(code), skip("\\"), skip("u") {
        let low = try readUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw malformed("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw malformed("half of a surrogate pair") }
      text += Array(String(scalar).utf8)
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func readUnit() throws(TemplateJSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw malformed("a string without an end") }
    var code: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      guard byte < 0x80, let digit = Int(String(UnicodeScalar(byte)), radix: 16) else {
        throw malformed("an unknown escape")
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}
