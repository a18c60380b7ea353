import OpenAIWire

/// JSON's equality: 1 and 1.0 are the same number, members have no order, and nothing of another kind is equal.
struct JSONIdentity: Hashable {
  private let text: String

  init(_ value: JSONValue) {
    var bytes: [UInt8] = []
    Self.write(value, into: &bytes)
    text = String(decoding: bytes, as: UTF8.self)
  }

  // As deep as the value, whose depth its reader has bounded.
  private static func write(_ value: JSONValue, into bytes: inout [UInt8]) {
    switch value {
    case .number(let number):
      if let whole = Int(exactly: number) {
        bytes.append(contentsOf: "\(whole)".utf8)
      } else {
        bytes.append(contentsOf: "\(number)".utf8)
      }
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for element in elements {
        write(element, into: &bytes)
        bytes.append(UInt8(ascii: ","))
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for member in object.members.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
        write(.string(member.name), into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        write(member.value, into: &bytes)
        bytes.append(UInt8(ascii: ","))
      }
      bytes.append(UInt8(ascii: "}"))
    case .null, .boolean, .integer, .string: bytes.append(contentsOf: value.bytes)
    }
  }
}

/// Whether one decimal divides another, exactly: 0.3 is a multiple of 0.1, though not in binary.
enum DecimalMultiple {
  /// - Parameter divisor: greater than zero.
  static func holds(_ value: Double, of divisor: Double) -> Bool {
    if value == 0 { return true }
    let (first, second) = (parts(value), parts(divisor))
    let shift = first.exponent - second.exponent
    if shift >= 0 {
      // first * 10^shift mod second, a digit at a time.
      var rest = first.digits % second.digits
      for _ in 0..<shift {
        if rest == 0 { return true }
        let product = rest.multipliedFullWidth(by: 10)
        rest = second.digits.dividingFullWidth((product.high % second.digits, product.low)).remainder
      }
      return rest == 0
    }
    guard first.digits % second.digits == 0 else { return false }
    var quotient = first.digits / second.digits
    for _ in 0..<(-shift) {
      guard quotient % 10 == 0 else { return false }
      quotient /= 10
    }
    return true
  }

  /// The shortest decimal that stands for a number: at most 17 digits, times a power of ten.
  private static func parts(_ value: Double) -> (digits: UInt64, exponent: Int) {
    let pieces = "\(abs(value))".split(separator: "e", omittingEmptySubsequences: false)
    let mantissa = pieces[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
    let exponent = pieces.count > 1 ? Int(pieces[1]) ?? 0 : 0
    return (UInt64(mantissa[0] + fraction) ?? 0, exponent - fraction.utf8.count)
  }
}
