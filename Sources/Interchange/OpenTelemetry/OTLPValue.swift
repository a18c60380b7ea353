import OpenAIWire

/// Reading of the values that OTLP's JSON wraps: `{"stringValue": "a"}`, `{"intValue": "12"}`.
///
/// Ids are hexadecimal and 64-bit numbers are strings in OTLP/JSON; what the general JSON form of protocol buffers
/// makes of them (base64, names with underscores, names of enumerations) is read as well.
enum OTLPValue {
  /// A member by its name in OTLP/JSON, else by the one in the protocol's definition.
  static func member(_ object: JSONObject, _ camel: String, _ snake: String? = nil) -> JSONValue? {
    let value = object[camel] ?? snake.flatMap { object[$0] }
    return value?.isNull == true ? nil : value
  }

  /// A wrapped value as plain JSON; nil for what is none. As deep as the document, whose depth is bounded.
  static func plain(_ wrapped: JSONValue?) -> JSONValue? {
    guard let object = wrapped?.object else { return nil }
    if let text = member(object, "stringValue", "string_value")?.string { return .string(text) }
    if let flag = member(object, "boolValue", "bool_value")?.boolean { return .boolean(flag) }
    if let value = member(object, "intValue", "int_value") {
      return (value.integer ?? value.string.flatMap { Int($0) }).map { .integer($0) }
    }
    if let value = member(object, "doubleValue", "double_value") {
      let number = value.double ?? value.string.flatMap { Double($0) }
      return number.flatMap { $0.isFinite ? .number($0) : nil }
    }
    if let values = member(object, "arrayValue", "array_value") {
      return .array((values.object?["values"]?.array ?? []).map { plain($0) ?? .null })
    }
    if let values = member(object, "kvlistValue", "kvlist_value") {
      var result = JSONObject()
      for (name, value) in attributes(values.object?["values"]).sorted(by: { $0.key < $1.key }) {
        result.append(name, value)
      }
      return .object(result)
    }
    return member(object, "bytesValue", "bytes_value")
  }

  /// Attributes as OTLP has them, an array of `{"key", "value"}`, or as a plain object. Of a name that stands twice the
  /// last one counts.
  static func attributes(_ value: JSONValue?) -> [String: JSONValue] {
    var result: [String: JSONValue] = [:]
    switch value {
    case .array(let pairs):
      for pair in pairs {
        if let object = pair.object, let key = object["key"]?.string, let value = plain(object["value"]) {
          result[key] = value
        }
      }
    case .object(let object): for member in object.members { result[member.name] = member.value }
    default: break
    }
    return result
  }

  /// An id in lower-case hexadecimal digits; nil for one that is missing, malformed or all zeros.
  /// - Parameter bytes: 16 for a trace's, 8 for a span's.
  static func identifier(_ value: JSONValue?, bytes: Int) -> String? {
    guard var text = value?.string else { return nil }
    if text.hasPrefix("0x") { text.removeFirst(2) }
    var digits = text.lowercased()
    if digits.utf8.count != bytes * 2 {
      guard let decoded = base64(text), decoded.count == bytes else { return nil }
      digits = decoded.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      digits.utf8.contains(where: { $0 != 0x30 })
    else { return nil }
    return digits
  }

  private static func base64(_ text: String) -> [UInt8]? {
    guard text.utf8.count <= 64 else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in text.utf8 where byte != UInt8(ascii: "=") {
      let value: UInt8
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  /// Nanoseconds since 1970: a number, one in a string, or a date as ISO 8601 writes it. Zero is none.
  static func time(_ value: JSONValue?) -> UInt64? {
    switch value {
    case .integer(let number): return number > 0 ? UInt64(number) : nil
    case .number(let number): return number >= 1 && number < 1.8e19 ? UInt64(number) : nil
    case .string(let text):
      if let number = UInt64(text) { return number > 0 ? number : nil }
      return ISOTime.nanoseconds(text)
    default: return nil
    }
  }
}
