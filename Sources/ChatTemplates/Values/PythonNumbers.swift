/// `repr` of a float as Python writes it: the shortest digits that read back as the same number, with an exponent
/// below 1e-4 and from 1e16 on.
func pythonDescription(of value: Double) -> String {
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  let sign = value.sign == .minus ? "-" : ""
  let (digits, exponent) = shortestDigits(of: value.magnitude)
  if value == 0 { return sign + "0.0" }
  guard exponent > -4, exponent <= 16 else {
    let power = exponent - 1
    let mantissa = digits.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
    return "\(sign)\(mantissa)e\(power < 0 ? "-" : "+")\(power.magnitude < 10 ? "0" : "")\(power.magnitude)"
  }
  if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
  if digits.count <= exponent { return sign + digits + String(repeating: "0", count: exponent - digits.count) + ".0" }
  return "\(sign)\(digits.prefix(exponent)).\(digits.dropFirst(exponent))"
}

/// The digits of a positive number without zeros at either end, and where the decimal point stands in them: 0.05 is
/// ("5", -1), 120 is ("12", 3).
private func shortestDigits(of value: Double) -> (digits: String, exponent: Int) {
  let parts = value.description.lowercased().split(separator: "e")
  let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + number[0].count
  var digits = String(number[0]) + (number.count > 1 ? String(number[1]) : "")
  while digits.hasPrefix("0"), digits.count > 1 {
    digits.removeFirst()
    exponent -= 1
  }
  while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
  return (digits, exponent)
}

extension Text {
  /// Python's `repr` of a string.
  var quoted: String { quotedText.string }

  var quotedText: Text {
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result: [Unicode.Scalar] = [quote]
    for scalar in scalars {
      switch scalar {
      case quote, "\\": result += ["\\", scalar]
      case "\n": result += ["\\", "n"]
      case "\r": result += ["\\", "r"]
      case "\t": result += ["\\", "t"]
      default:
        if scalar.isPythonPrintable {
          result.append(scalar)
        } else {
          let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
          result += "\\\(mark)\(hexadecimal(scalar.value, width: width))".unicodeScalars
        }
      }
    }
    return Text(result + [quote])
  }

  /// With the five characters that mean something in HTML replaced, as the `escape` filter does.
  var escaped: Text {
    if isSafe { return self }
    var result: [Unicode.Scalar] = []
    for scalar in scalars {
      switch scalar {
      case "&": result += "&amp;".unicodeScalars
      case "<": result += "&lt;".unicodeScalars
      case ">": result += "&gt;".unicodeScalars
      case "'": result += "&#39;".unicodeScalars
      case "\"": result += "&#34;".unicodeScalars
      default: result.append(scalar)
      }
    }
    return Text(result, isSafe: true)
  }
}

func hexadecimal(_ value: UInt32, width: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Python's `int(text)`: white space around, a sign, digits with single underscores between.
func pythonInteger(_ text: Text, base: Int) -> ParsedInteger {
  var digits = text.stripped(.both, of: nil).scalars[...]
  let isNegative = digits.first == "-"
  if let first = digits.first, first == "-" || first == "+" { digits = digits.dropFirst() }
  var radix = base
  let prefixes: [(String, Int)] = [("x", 16), ("o", 8), ("b", 2)]
  if digits.first == "0", let mark = digits.dropFirst().first?.properties.lowercaseMapping,
    let prefix = prefixes.first(where: { $0.0 == mark }), base == 0 || base == prefix.1
  {
    radix = prefix.1
    digits = digits.dropFirst(2)
    if digits.first == "_" { digits = digits.dropFirst() }
  } else if base == 0 {
    radix = 10
  }
  guard (2...36).contains(radix), let last = digits.last, last != "_", digits.first != "_" else { return .none }
  var value = 0
  var afterUnderscore = false
  for scalar in digits {
    if scalar == "_" {
      if afterUnderscore { return .none }
      afterUnderscore = true
      continue
    }
    afterUnderscore = false
    let digit = Int(String(scalar), radix: 36) ?? scalar.properties.numericValue.flatMap { Int(exactly: $0) }
    guard let digit, digit < radix, scalar.isASCII || scalar.properties.numericType == .decimal else { return .none }
    let (product, overflow) = value.multipliedReportingOverflow(by: radix)
    let (sum, carry) = product.addingReportingOverflow(isNegative ? -digit : digit)
    if overflow || carry { return .tooLarge }
    value = sum
  }
  return .value(value)
}

enum ParsedInteger {
  case value(Int)
  case tooLarge
  case none
}

/// Python's `float(text)`.
func pythonFloat(_ text: Text) -> Double? {
  let stripped = text.stripped(.both, of: nil)
  guard stripped.count <= 1 << 12, stripped.scalars.allSatisfy(\.isASCII) else { return nil }
  var string = stripped.string.lowercased()
  if string.contains("_") {
    let parts = string.split(separator: "_", omittingEmptySubsequences: false)
    for (left, right) in zip(parts, parts.dropFirst()) {
      guard left.last?.isNumber == true, right.first?.isNumber == true else { return nil }
    }
    string = parts.joined()
  }
  let magnitude = string.drop { $0 == "+" || $0 == "-" }
  guard string.count - magnitude.count <= 1 else { return nil }
  switch magnitude {
  case "inf", "infinity": return string.hasPrefix("-") ? -.infinity : .infinity
  case "nan": return .nan
  default:
    guard let first = magnitude.first, first.isNumber || first == ".", !magnitude.contains("x") else { return nil }
    var plain = String(magnitude)
    if plain.hasPrefix(".") { plain = "0" + plain }
    if plain.hasSuffix(".") { plain.removeLast() }
    plain = plain.replacing(".e", with: "e")
    return Double(plain).map { string.hasPrefix("-") ? -$0 : $0 }
  }
}
