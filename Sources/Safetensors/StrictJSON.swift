/// Reads JSON in order, as strictly as its standard, without building a tree.
///
/// Foundation's reader cannot be used on headers: it lets the last of two equal keys win, and takes `1.0` and `true` for
/// the integer 1.
struct StrictJSON {
  /// Why a text was refused; the caller knows which.
  struct Refusal: Error {
    let reason: String
  }

  /// Values within values, where they are skipped unread.
  static let deepestValue = 32

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Reads an object. `member` is called with each key, before its value, and must read the value.
  mutating func object(
    _ thing: @autoclosure () -> String, member: (inout StrictJSON, String) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard skipBlanks() == UInt8(ascii: "{") else { throw Refusal(reason: "\(thing()) is no JSON object") }
    position += 1
    if skipBlanks() == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      let key = try string("a key of \(thing())")
      guard skipBlanks() == UInt8(ascii: ":") else { throw refusal("a colon is missing") }
      position += 1
      try member(&self, key)
      if try endsAfterElement(UInt8(ascii: "}")) { return }
    }
  }

  /// An array of whole numbers that are not negative, at most `limit` of them.
  mutating func counts(_ thing: @autoclosure () -> String, atMost limit: Int) throws(Refusal) -> [Int] {
    guard skipBlanks() == UInt8(ascii: "[") else { throw Refusal(reason: "\(thing()) is no array") }
    position += 1
    if skipBlanks() == UInt8(ascii: "]") {
      position += 1
      return []
    }
    var counts: [Int] = []
    while true {
      guard counts.count < limit else { throw Refusal(reason: "\(thing()) has more than \(limit) elements") }
      counts.append(try count(thing()))
      if try endsAfterElement(UInt8(ascii: "]")) { return counts }
    }
  }

  private mutating func count(_ thing: @autoclosure () -> String) throws(Refusal) -> Int {
    _ = skipBlanks()
    let start = position
    var value = 0
    while let byte = peek(), (0x30...0x39).contains(byte) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(byte - 0x30))
      guard !overflow, !carry else { throw Refusal(reason: "\(thing()) holds a number too large to count") }
      value = sum
      position += 1
    }
    let isPlain = position > start && (position == start + 1 || bytes[start] != 0x30)
    guard isPlain, !(peek().map { Self.numberBytes.contains($0) } ?? false) else {
      throw Refusal(reason: "\(thing()) holds something other than whole numbers that are not negative")
    }
    return value
  }

  private static let numberBytes: Set<UInt8> = Set("+-.eE0123456789".utf8)

  /// Reads any value and forgets it.
  mutating func skipValue(depth: Int = 0) throws(Refusal) {
    guard depth < Self.deepestValue else { throw refusal("values are nested deeper than \(Self.deepestValue) levels") }
    switch skipBlanks() {
    case UInt8(ascii: "{"):
      try object("a value") { reader, _ throws(Refusal) in try reader.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      position += 1
      if skipBlanks() == UInt8(ascii: "]") {
        position += 1
        return
      }
      repeat { try skipValue(depth: depth + 1) } while try !endsAfterElement(UInt8(ascii: "]"))
    case UInt8(ascii: "\""): _ = try string("a value")
    case UInt8(ascii: "t"): try skip("true")
    case UInt8(ascii: "f"): try skip("false")
    case UInt8(ascii: "n"): try skip("null")
    case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
      try skipNumber()
    default: throw refusal("a value is missing")
    }
  }

  private mutating func skip(_ word: StaticString) throws(Refusal) {
    for index in 0..<word.utf8CodeUnitCount {
      guard peek() == word.utf8Start[index] else { throw refusal("a word is unknown") }
      position += 1
    }
  }

  private mutating func skipNumber() throws(Refusal) {
    func digits() -> Int {
      let start = position
      while let byte = peek(), (0x30...0x39).contains(byte) { position += 1 }
      return position - start
    }
    func take(_ characters: String) -> Bool {
      guard let byte = peek(), characters.utf8.contains(byte) else { return false }
      position += 1
      return true
    }
    _ = take("-")
    let startsWithZero = peek() == 0x30
    let whole = digits()
    var isNumber = whole == 1 || whole > 1 && !startsWithZero
    if take(".") { isNumber = digits() > 0 && isNumber }
    if take("eE") {
      _ = take("+-")
      isNumber = digits() > 0 && isNumber
    }
    guard isNumber else { throw refusal("a number is malformed") }
  }

  /// Whether `closing` follows, which is read; otherwise a comma must, which is read.
  private mutating func endsAfterElement(_ closing: UInt8) throws(Refusal) -> Bool {
    let byte = skipBlanks()
    guard byte == closing || byte == UInt8(ascii: ",") else { throw refusal("a comma or bracket is missing") }
    position += 1
    return byte == closing
  }

  /// Nothing but blanks may follow.
  mutating func finish() throws(Refusal) {
    guard skipBlanks() == nil else { throw refusal("something follows its end") }
  }

  func refusal(_ reason: String) -> Refusal { Refusal(reason: "it is no JSON: at byte \(position) \(reason)") }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The next byte that is no blank, not yet read.
  private mutating func skipBlanks() -> UInt8? {
    while let byte = peek() {
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }
}

/// Strings.
extension StrictJSON {
  /// A string. It must be UTF-8, without bare control characters or halves of surrogate pairs.
  mutating func string(_ thing: @autoclosure () -> String) throws(Refusal) -> String {
    guard skipBlanks() == UInt8(ascii: "\"") else { throw Refusal(reason: "\(thing()) is no string") }
    position += 1
    let start = position
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if peek() == UInt8(ascii: "\"") {
      position += 1
      return try text(UnsafeRawBufferPointer(rebasing: bytes[start..<(position - 1)]))
    }
    return try stringWithEscapes(from: start)
  }

  private func text(_ bytes: some Collection<UInt8>) throws(Refusal) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw refusal("a string is no UTF-8") }
    return text
  }

  private mutating func stringWithEscapes(from start: Int) throws(Refusal) -> String {
    var unescaped = Array(bytes[start..<position])
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(unescaped)
      case UInt8(ascii: "\\"): try escape(&unescaped)
      case 0..<0x20: throw refusal("a control character stands in a string")
      default: unescaped.append(byte)
      }
    }
    throw refusal("a string does not end")
  }

  private mutating func escape(_ output: inout [UInt8]) throws(Refusal) {
    guard let kind = peek() else { throw refusal("a string does not end") }
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(kind)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try codeUnit())
      if code & 0xFC00 == 0xD800, peek() == UInt8(ascii: "\\") {
        position += 1
        guard peek() == UInt8(ascii: "u") else { throw refusal("half a surrogate pair stands alone") }
        position += 1
        let low = UInt32(try codeUnit())
        guard low & 0xFC00 == 0xDC00 else { throw refusal("half a surrogate pair stands alone") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw refusal("half a surrogate pair stands alone") }
      output.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw refusal("an escape is unknown")
    }
  }

  private mutating func codeUnit() throws(Refusal) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw refusal("an escape is cut short")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
