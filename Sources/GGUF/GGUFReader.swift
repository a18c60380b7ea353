/// Reads a file's numbers and strings in order, never past its end.
///
/// All numbers are little-endian and lie at any address.
struct GGUFReader {
  let bytes: UnsafeRawBufferPointer
  let path: String
  private(set) var position = 0
  /// What is being read, for messages.
  var subject = "the header"

  init(_ bytes: UnsafeRawBufferPointer, path: String, at position: Int = 0) {
    self.bytes = bytes
    self.path = path
    self.position = position
  }

  var remaining: Int { bytes.count - position }

  func damaged(_ reason: String) -> GGUFError { .damaged(path: path, reason: reason) }

  private func endsEarly() -> GGUFError { damaged("it ends at byte \(bytes.count), within \(subject)") }

  @inline(__always)
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type = Number.self
  ) throws(GGUFError) -> Number {
    guard remaining >= MemoryLayout<Number>.size else { throw endsEarly() }
    let value = bytes.loadUnaligned(fromByteOffset: position, as: Number.self)
    position &+= MemoryLayout<Number>.size
    return Number(littleEndian: value)
  }

  /// A count of things of which each takes at least `leastBytes` in the rest of the file.
  mutating func count(_ things: String, leastBytes: Int) throws(GGUFError) -> Int {
    let count = try number(UInt64.self)
    guard count <= UInt64(remaining / leastBytes) else {
      throw damaged("\(subject) claims \(count) \(things), and \(remaining) bytes are left")
    }
    return Int(count)
  }

  /// A string's bytes: its length as uint64, then that many.
  @inline(__always)
  mutating func stringBytes() throws(GGUFError) -> UnsafeRawBufferPointer {
    let length = try number(UInt64.self)
    guard length <= UInt64(remaining) else {
      throw damaged("\(subject) has a string of \(length) bytes, and \(remaining) are left")
    }
    let start = position
    position &+= Int(length)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }

  /// A string; what is no UTF-8 in it reads as U+FFFD.
  @inline(__always)
  mutating func string() throws(GGUFError) -> String { String(decoding: try stringBytes(), as: UTF8.self) }

  /// The name of a key or tensor: UTF-8, not empty, not absurdly long, without a zero byte.
  mutating func name(_ thing: String, atMost limit: Int) throws(GGUFError) -> String {
    let text = try stringBytes()
    guard !text.isEmpty else { throw damaged("\(thing) has an empty name") }
    guard text.count <= limit else { throw damaged("\(thing) has a name of \(text.count) bytes, more than \(limit)") }
    guard !text.contains(0), let name = String(validating: text, as: UTF8.self) else {
      throw damaged("the name of \(thing) is no UTF-8 text: '\(String(decoding: text.prefix(80), as: UTF8.self))'")
    }
    return name
  }

  mutating func skip(_ count: Int) throws(GGUFError) {
    guard count <= remaining else { throw endsEarly() }
    position &+= count
  }
}
