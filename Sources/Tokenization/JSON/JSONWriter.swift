/// Writes JSON as Hugging Face's tokenizers do: two spaces of indentation, everything but controls, quotes and
/// backslashes as it is.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []

  static func bytes(of value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(value, indentation: 0)
    return writer.bytes
  }

  private mutating func newLine(_ indentation: Int) {
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: indentation * 2))
  }

  private mutating func write(_ value: JSONValue, indentation: Int) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .boolean(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .number(let number):
      bytes.append(contentsOf: (Int(exactly: number).map(String.init) ?? "\(number)").utf8)
    case .string(let text): write(text)
    case .array(let elements):
      list("[", "]", elements, indentation) { writer, element in
        writer.write(element, indentation: indentation + 1)
      }
    case .object(let members):
      list("{", "}", members, indentation) { writer, member in
        writer.write(member.key)
        writer.bytes.append(contentsOf: ": ".utf8)
        writer.write(member.value, indentation: indentation + 1)
      }
    }
  }

  private mutating func list<Element>(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ elements: [Element], _ indentation: Int,
    _ body: (inout JSONWriter, Element) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      newLine(indentation + 1)
      body(&self, element)
    }
    if !elements.isEmpty { newLine(indentation) }
    bytes.append(UInt8(ascii: close))
  }

  private mutating func write(_ text: String) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x00..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
