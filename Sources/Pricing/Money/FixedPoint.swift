/// Decimals as whole numbers of 10^-12, between text and `Int128`, exactly.
enum FixedPoint {
  static let places = 12
  static let one: Int128 = 1_000_000_000_000

  /// `-?digits[.digits]` and nothing else: no exponent, no blank, no sign `+`, at most 18 digits before the point and 12 that
  /// are not zero after it.
  /// - Returns: nil for any other text.
  static func picos(_ text: some StringProtocol) -> Int128? {
    var bytes = Array(text.utf8.prefix(66))
    guard bytes.count <= 64 else { return nil }
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes.removeFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, (1...18).contains(whole.count), parts.count == 1 || !parts[1].isEmpty else {
      return nil
    }
    let fraction = parts.count == 2 ? parts[1] : []
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    guard whole.allSatisfy(isDigit), fraction.allSatisfy(isDigit),
      fraction.dropFirst(places).allSatisfy({ $0 == 0x30 })
    else { return nil }
    var value: Int128 = 0
    for byte in whole { value = value * 10 + Int128(byte - 0x30) }
    for place in 0..<places {
      value = value * 10 + (place < fraction.count ? Int128(fraction[fraction.startIndex + place] - 0x30) : 0)
    }
    return isNegative ? -value : value
  }

  /// The shortest decimal that is the value: no needless zeros, a point only where something follows it.
  static func text(_ picos: Int128) -> String {
    let (whole, rest) = picos.magnitude.quotientAndRemainder(dividingBy: UInt128(one))
    let sign = picos < 0 ? "-" : ""
    guard rest != 0 else { return "\(sign)\(whole)" }
    let digits = String(rest)
    var fraction = String(repeating: "0", count: places - digits.count) + digits
    while fraction.last == "0" { fraction.removeLast() }
    return "\(sign)\(whole).\(fraction)"
  }

  /// The quotient, rounded to the nearest whole number and, half way between two, to the even one.
  /// - Parameter divisor: Positive, and at most half of what `Int128` holds.
  static func dividedHalfEven(_ value: Int128, by divisor: Int128) -> Int128 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    if remainder == 0 { return quotient }
    let twice = remainder.magnitude * 2
    let isOdd = quotient & 1 != 0
    guard twice > divisor.magnitude || (twice == divisor.magnitude && isOdd) else { return quotient }
    return quotient + (value < 0 ? -1 : 1)
  }
}
