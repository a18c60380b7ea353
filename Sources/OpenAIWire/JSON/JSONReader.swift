/// Reads JSON (RFC 8259) from bytes that may be hostile: size, depth and the number of values are bounded, text has to be
/// UTF-8, and no member may stand twice. What is wrong is said with its place.
public struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: JSONLimits
  private var position = 0
  private var values = 0

  /// - Throws: `WireError.malformed`.
  public static func value(
    of document: some Collection<UInt8>, limits: JSONLimits = .standard
  ) throws(WireError) -> JSONValue {
    let result = document.withContiguousStorageIfAvailable { read($0, limits) }
    return try (result ?? Array(document).withUnsafeBufferPointer { read($0, limits) }).get()
  }

  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits
  ) -> Result<JSONValue, WireError> {
    guard bytes.count <= limits.bytes else {
      return .failure(.malformed("the document has \(bytes.count) bytes, more than \(limits.bytes)"))
    }
    var reader = JSONReader(bytes: bytes, limits: limits)
    return Result { () throws(WireError) in
      reader.skipSpace()
      let value = try reader.value(depth: 0)
      reader.skipSpace()
      guard reader.position == bytes.count else { throw reader.error("there is more after the end of the document") }
      return value
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  private func error(_ reason: String) -> WireError { .malformed("at byte \(position), \(reason)") }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func value(depth: Int) throws(WireError) -> JSONValue {
    guard depth < limits.depth else { throw error("it is nested more than \(limits.depth) deep") }
    values += 1
    guard values <= limits.values else { throw error("there are more than \(limits.values) values") }
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case nil: throw error("the document ends too early")
    default: return try number()
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(WireError) -> JSONValue {
    let length = text.utf8CodeUnitCount
    guard length <= bytes.count - position, (0..<length).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { throw error("there is no value") }
    position += length
    return value
  }

  private mutating func object(depth: Int) throws(WireError) -> JSONObject {
    var object = JSONObject()
    var names: Set<String> = []
    position += 1
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return object
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw error("a member's name is missing") }
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        position = start
        throw error("a member stands twice in one object")
      }
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw error("a colon is missing") }
      position += 1
      skipSpace()
      object.append(name, try value(depth: depth + 1))
      skipSpace()
      if try closes(with: UInt8(ascii: "}")) { return object }
    }
  }

  private mutating func array(depth: Int) throws(WireError) -> [JSONValue] {
    var elements: [JSONValue] = []
    position += 1
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return []
    }
    while true {
      skipSpace()
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if try closes(with: UInt8(ascii: "]")) { return elements }
    }
  }

  /// Steps over a comma, or over the closing bracket and says so.
  private mutating func closes(with bracket: UInt8) throws(WireError) -> Bool {
    guard let byte = current, byte == bracket || byte == UInt8(ascii: ",") else {
      throw error("a comma or a closing bracket is missing")
    }
    position += 1
    return byte == bracket
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func number() throws(WireError) -> JSONValue {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    let leading = current
    let whole = digits()
    var isValid = whole == 1 || (whole > 1 && leading != UInt8(ascii: "0"))
    var isInteger = true
    if isValid, current == UInt8(ascii: ".") {
      position += 1
      isInteger = false
      isValid = digits() > 0
    }
    if isValid, let byte = current, byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      isInteger = false
      if let sign = current, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      isValid = digits() > 0
    }
    // A number of more digits than this is not meant well, and converting it would cost more than linear time.
    guard isValid, position - start <= 400 else {
      position = start
      throw error(isValid ? "a number is too long" : "there is no value")
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw error("a number is too large")
    }
    return .number(value)
  }

  private mutating func string() throws(WireError) -> String {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if current == UInt8(ascii: "\"") {
      let text = try text(bytes[start..<position], from: start)
      position += 1
      return text
    }
    var unescaped = Array(bytes[start..<position])
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw error("a control character stands in a string") }
      position += 1
      guard byte == UInt8(ascii: "\\") else {
        unescaped.append(byte)
        continue
      }
      try escape(into: &unescaped)
    }
    guard current != nil else { throw error("a string does not end") }
    position += 1
    return try text(unescaped[...], from: start)
  }

  private func text(_ bytes: some Collection<UInt8>, from start: Int) throws(WireError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("the string at byte \(start) is not UTF-8")
    }
    return text
  }

  private mutating func escape(into unescaped: inout [UInt8]) throws(WireError) {
    guard let byte = current else { throw error("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error("an escape names half a character") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("an escape names half a character") }
      unescaped.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    default: throw error("a backslash is followed by something that is no escape")
    }
  }

  private mutating func hexadecimal() throws(WireError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits have to follow \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
