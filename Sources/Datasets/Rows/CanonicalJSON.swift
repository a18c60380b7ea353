public import OpenAIWire

/// One spelling for each JSON value, so that its hash names it: the JSON Canonicalization Scheme (RFC 8785).
///
/// No spaces; members sorted by the UTF-16 code units of their names; numbers as ECMAScript prints them, which is the
/// shortest text that reads back as the same double; in strings only `"`, `\` and control characters are escaped. Text
/// is left as it is: composed and decomposed letters differ. One thing is added: whole numbers that fit 64 bits are
/// written exactly, also beyond 2^53, where the scheme would round them.
public enum CanonicalJSON {
  /// - Parameter value: numbers have to be finite, as the reader's always are.
  public static func bytes(of value: JSONValue) -> [UInt8] {
    var bytes: [UInt8] = []
    write(value, into: &bytes)
    return bytes
  }

  // As deep as the value, whose depth the reader has bounded.
  private static func write(_ value: JSONValue, into bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .boolean(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number): bytes.append(contentsOf: "\(number)".utf8)
    case .number(let number): bytes.append(contentsOf: text(of: number).utf8)
    case .string(let text): write(text, into: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        write(element, into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      let members = object.members.sorted { precedes($0.name, $1.name) }
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        write(member.name, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        write(member.value, into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// The order of members.
  static func precedes(_ left: String, _ right: String) -> Bool { left.utf16.lexicographicallyPrecedes(right.utf16) }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

  private static func write(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x08: bytes.append(contentsOf: "\\b".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0C: bytes.append(contentsOf: "\\f".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x00..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A finite number as ECMAScript prints it (ECMA-262, Number::toString).
  static func text(of number: Double) -> String {
    precondition(number.isFinite, "JSON has no number that is not finite")
    if number == 0 { return "0" }
    let (digits, point) = shortest(abs(number))
    let count = digits.count
    let sign = number < 0 ? "-" : ""
    if count <= point, point <= 21 { return sign + digits + zeros(point - count) }
    if point > 0, point <= 21 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
    if point > -6, point <= 0 { return sign + "0." + zeros(-point) + digits }
    let exponent = point - 1
    let fraction = count > 1 ? "." + digits.dropFirst() : ""
    return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + "\(abs(exponent))"
  }

  private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

  /// The shortest digits that read back as the number, and where the point stands: 0.DIGITS * 10^point.
  private static func shortest(_ number: Double) -> (digits: String, point: Int) {
    let parts = "\(number)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    var digits = (mantissa[0] + (mantissa.count > 1 ? mantissa[1] : ""))[...]
    while digits.first == "0" {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == "0" { digits.removeLast() }
    return (String(digits), point)
  }
}
