/// Finds the numbers of a text: signs, groups of thousands, decimals, exponents, fractions (`3/4`, `1 3/4`, `½`,
/// `\frac{3}{4}`), and a currency or percent sign beside them. A number inside a name (`gpt4`, `B12`) is none.
struct NumberScanner {
  private let all: Scalars
  private let decimal: DecimalMark
  private var position = 0

  static func numbers(in text: String, decimal: DecimalMark = .point) -> [WrittenNumber] {
    numbers(in: Array(text.unicodeScalars), decimal: decimal)
  }

  static func numbers(in scalars: Scalars, decimal: DecimalMark = .point) -> [WrittenNumber] {
    var scanner = NumberScanner(all: scalars, decimal: decimal)
    var found: [WrittenNumber] = []
    while scanner.position < scalars.count {
      if let number = scanner.number() { found.append(number) } else { scanner.position += 1 }
    }
    return found
  }

  private init(all: Scalars, decimal: DecimalMark) {
    self.all = all
    self.decimal = decimal
  }

  private func at(_ index: Int) -> Unicode.Scalar? { all.indices.contains(index) ? all[index] : nil }

  /// The number that begins here, with its sign and its currency in front; nil where none does.
  private mutating func number() -> WrittenNumber? {
    let start = position
    var next = start
    // A sign or currency after a word's character belongs to what came before: 10-5, A$.
    let isFree = !(at(start - 1)?.isWordCharacter ?? false)
    var isNegative = false
    var unit: String?
    func sign() {
      if isFree, let scalar = at(next), scalar == "-" || scalar == "\u{2212}" || scalar == "+" {
        isNegative = isNegative || scalar != "+"
        next += 1
      }
    }
    sign()
    // A sign may follow letters, as in US$20; a code may not.
    if let (currency, length) = currencyBefore(next), isFree || length == 1 {
      unit = currency
      next += length
      while unit != nil, at(next) == " " { next += 1 }
      sign()
    }
    guard let (value, end) = value(from: next) else {
      // A number over the limits is passed over whole: looking at it again from its next digit would take forever.
      return at(next)?.isDigit == true ? skipDigits(from: next) : nil
    }
    // Digits right after a letter are part of a name.
    if next == start, !isFree { return skipDigits(from: next) }
    position = end
    if let (after, length) = unitAfter(end) {
      unit = unit ?? after
      position = end + length
    }
    return WrittenNumber(
      value: isNegative ? value.negated : value, unit: unit, text: all[start..<position].text, range: start..<position)
  }

  private mutating func skipDigits(from start: Int) -> WrittenNumber? {
    position = start
    while at(position)?.isDigit == true || (at(position) == "." && at(position + 1)?.isDigit == true) { position += 1 }
    return nil
  }

  // MARK: what a number is worth

  private func value(from start: Int) -> (ExactNumber, end: Int)? {
    if let (value, end) = latexFraction(from: start) { return (value, end) }
    if let scalar = at(start), let value = Self.vulgar(scalar) { return (value, start + 1) }
    guard let (first, end, isWhole) = plain(from: start) else { return nil }
    guard isWhole else { return (first, end) }
    if at(start - 1) != "/", let (fraction, after) = slashFraction(first, from: end) { return (fraction, after) }
    // 1½, 1 ½ and 1 3/4
    let next = at(end) == " " ? end + 1 : end
    if let scalar = at(next), let value = Self.vulgar(scalar) { return (first.addingMagnitude(of: value), next + 1) }
    if next > end, let (top, topEnd, isWhole) = plain(from: next), isWhole,
      let (fraction, after) = slashFraction(top, from: topEnd)
    {
      return (first.addingMagnitude(of: fraction), after)
    }
    return (first, end)
  }

  /// `/4` after a 3. A date's two slashes are no fraction, nor is a division by zero.
  private func slashFraction(_ top: ExactNumber, from end: Int) -> (ExactNumber, end: Int)? {
    guard at(end) == "/", let (bottom, after, isWhole) = plain(from: end + 1), isWhole,
      let value = top.divided(by: bottom)
    else {
      return nil
    }
    if at(after) == "/", at(after + 1)?.isDigit == true { return nil }
    return (value, after)
  }

  private func latexFraction(from start: Int) -> (ExactNumber, end: Int)? {
    guard at(start) == "\\" else { return nil }
    for command in ["\\frac{", "\\dfrac{", "\\tfrac{"] {
      let head = Array(command.unicodeScalars)
      guard all[start...].starts(with: head), let (top, topEnd, _) = plain(from: start + head.count),
        at(topEnd) == "}", at(topEnd + 1) == "{", let (bottom, end, _) = plain(from: topEnd + 2), at(end) == "}",
        let value = top.divided(by: bottom)
      else { continue }
      return (value, end + 1)
    }
    return nil
  }

  /// Digits with groups, decimals and an exponent.
  private func plain(from start: Int) -> (ExactNumber, end: Int, isWhole: Bool)? {
    var end = start
    let whole = wholeDigits(from: start, end: &end)
    var fraction = ""
    if at(end) == decimal.mark, at(end + 1)?.isDigit == true {
      // A point in front of the first digit is a decimal's only where no digit comes before it.
      if whole.isEmpty, at(start - 1)?.isDigit == true { return nil }
      end += 1
      fraction = digits(from: end, end: &end)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    let (exponent, exponentEnd) = exponent(from: end)
    guard let value = ExactNumber(whole: whole, fraction: fraction, exponent: exponent) else { return nil }
    return (value, exponentEnd, fraction.isEmpty && exponentEnd == end)
  }

  private func digits(from start: Int, end: inout Int) -> String {
    end = start
    while at(end)?.isDigit == true { end += 1 }
    return all[start..<end].text
  }

  private func wholeDigits(from start: Int, end: inout Int) -> String {
    var result = digits(from: start, end: &end)
    guard (1...3).contains(result.utf8.count), let separator = at(end), decimal.groups(separator) else { return result }
    // All groups are parted by the same mark, and each has just three digits.
    while at(end) == separator, (1...3).allSatisfy({ at(end + $0)?.isDigit == true }), at(end + 4)?.isDigit != true {
      result += all[end + 1...end + 3].text
      end += 4
    }
    return result
  }

  private func exponent(from start: Int) -> (value: Int, end: Int) {
    guard let mark = at(start), mark == "e" || mark == "E" else { return (0, start) }
    var next = start + 1
    let isNegative = at(next) == "-"
    if isNegative || at(next) == "+" { next += 1 }
    var end = next
    let text = digits(from: next, end: &end)
    guard (1...4).contains(text.utf8.count), at(end)?.isWordCharacter != true, let value = Int(text) else {
      return (0, start)
    }
    return (isNegative ? -value : value, end)
  }

  /// The value of a fraction that is one character.
  private static func vulgar(_ scalar: Unicode.Scalar) -> ExactNumber? {
    let fractions: [Unicode.Scalar: (UInt64, UInt64)] = [
      "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
      "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
      "⅑": (1, 9), "⅒": (1, 10),
    ]
    guard scalar.value > 0x7F, let (top, bottom) = fractions[scalar] else { return nil }
    return ExactNumber(whole: "\(top)")?.divided(by: ExactNumber(whole: "\(bottom)")!)
  }

  // MARK: units

  private static let signs: [Unicode.Scalar: String] = ["$": "$", "€": "€", "£": "£", "¥": "¥", "₹": "₹"]
  private static let codes = ["usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹"]
  private static let names = codes.merging([
    "dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£", "yen": "¥", "rupee": "₹",
    "rupees": "₹", "percent": "%",
  ]) { $1 }

  private func currencyBefore(_ start: Int) -> (String, length: Int)? {
    guard let first = at(start) else { return nil }
    if let sign = Self.signs[first] { return (sign, 1) }
    // US$ would need the letters before; USD 20 and EUR20.
    guard start + 3 <= all.count, let sign = Self.codes[all[start..<start + 3].text.lowercased()],
      at(start + 3) == " " || at(start + 3)?.isDigit == true
    else { return nil }
    return (sign, 3)
  }

  private func unitAfter(_ end: Int) -> (String, length: Int)? {
    let start = at(end) == " " || at(end) == "\u{A0}" ? end + 1 : end
    guard let first = at(start) else { return nil }
    if first == "%" { return ("%", start + 1 - end) }
    // A dollar sign after a space begins the next amount.
    if let sign = Self.signs[first], at(start + 1)?.isDigit != true { return (sign, start + 1 - end) }
    var last = start
    while last - start < 8, at(last)?.isLetter == true { last += 1 }
    guard at(last)?.isWordCharacter != true, let sign = Self.names[all[start..<last].text.lowercased()] else {
      return nil
    }
    return (sign, last - end)
  }
}
