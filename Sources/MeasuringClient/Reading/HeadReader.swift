/// Reads the lines of a response's head.
struct HeadReader {
  /// How the length of a body is known.
  enum Length: Hashable {
    case none
    case bytes(UInt64)
    case chunked
    case untilClose
  }

  var head = ResponseHead()
  private var contentLength: UInt64?
  private var isChunked = false

  /// - Parameter text: the head with its empty line; every line ends with CRLF.
  mutating func read(_ text: [UInt8]) throws(ResponseParser.Failure) {
    guard let end = text.firstIndex(of: 0x0D), text.count >= end + 4, text[end + 1] == 0x0A else {
      throw ResponseParser.Failure(reason: "there is no status line")
    }
    let isOld = try status(text[..<end])
    var connection: [String] = []
    var failure: ResponseParser.Failure?
    var found = self
    try Self.fields(of: text[(end + 2)..<(text.count - 2)]) { name, value in
      switch name {
      case "content-length":
        guard found.contentLength == nil, let length = Self.number(value) else {
          failure = ResponseParser.Failure(reason: "its Content-Length is no number, or stands twice")
          return
        }
        found.contentLength = length
      case "transfer-encoding":
        guard !found.isChunked, value.lowercased() == "chunked" else {
          failure = ResponseParser.Failure(reason: "its Transfer-Encoding is not chunked alone")
          return
        }
        found.isChunked = true
      case "connection":
        connection += value.lowercased().split(separator: ",").map { $0.trimmed }
      case "content-type": found.head.contentType = found.head.contentType ?? value
      case "retry-after": found.head.retryAfter = found.head.retryAfter ?? value
      case "date": found.head.date = found.head.date ?? value
      default: break
      }
    }
    if let failure { throw failure }
    guard !found.isChunked || found.contentLength == nil else {
      throw ResponseParser.Failure(reason: "it gives its length in two ways")
    }
    self = found
    head.keepsAlive = !connection.contains("close") && (!isOld || connection.contains("keep-alive"))
  }

  /// RFC 9112, 6.3.
  func length() throws(ResponseParser.Failure) -> Length {
    if head.status / 100 == 1 || head.status == 204 || head.status == 304 { return .none }
    if isChunked { return .chunked }
    return contentLength.map(Length.bytes) ?? .untilClose
  }

  /// - Returns: whether it is HTTP/1.0.
  private mutating func status(_ line: ArraySlice<UInt8>) throws(ResponseParser.Failure) -> Bool {
    let bytes = Array(line)
    let isNew = bytes.starts(with: "HTTP/1.1 ".utf8)
    let isOld = bytes.starts(with: "HTTP/1.0 ".utf8)
    let digits = bytes.dropFirst(9).prefix(3)
    guard isNew || isOld, digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      bytes.count == 12 || bytes[12] == 0x20, bytes.dropFirst(12).allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
    else { throw ResponseParser.Failure(reason: "its first line is not HTTP/1.1 and a status") }
    head.status = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard head.status >= 100 else { throw ResponseParser.Failure(reason: "its status is below 100") }
    return isOld
  }

  private static func number(_ text: String) -> UInt64? {
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
  }

  /// Calls `field` with each field's name in small letters and its value.
  static func fields(
    of lines: ArraySlice<UInt8>, _ field: (String, String) -> Void
  ) throws(ResponseParser.Failure) {
    var count = 0
    var start = lines.startIndex
    while start < lines.endIndex {
      guard let end = lines[start...].firstIndex(of: 0x0D), end + 1 < lines.endIndex, lines[end + 1] == 0x0A else {
        throw ResponseParser.Failure(reason: "a line of the head does not end with CRLF")
      }
      count += 1
      guard count <= ResponseParser.mostHeaders else {
        throw ResponseParser.Failure(reason: "the head has more than \(ResponseParser.mostHeaders) fields")
      }
      let line = lines[start..<end]
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > start, line[..<colon].allSatisfy(isToken) else {
        throw ResponseParser.Failure(reason: "a line of the head is no field")
      }
      let value = line[(colon + 1)...]
      guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw ResponseParser.Failure(reason: "a field of the head holds control characters")
      }
      field(
        String(decoding: line[..<colon], as: UTF8.self).lowercased(),
        String(decoding: value, as: UTF8.self)[...].trimmed)
      start = end + 2
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

extension Substring {
  /// Without spaces and tabs at its ends.
  fileprivate var trimmed: String {
    var text = self
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return String(text)
  }
}
