/// What the client wants to know of an answer's head.
struct ResponseHead: Sendable, Hashable {
  var status = 0
  /// Whether the connection can carry another request afterwards.
  var keepsAlive = true
  var contentType: String?
  var retryAfter: String?
  var date: String?
}

/// Reads HTTP/1.1 responses (RFC 9112) from bytes as they come. SwiftNIO's decoder is its reference; it stands between a
/// token's arrival and the next one's stamp, and hands bodies over without copying them.
///
/// It is strict: lines end with CRLF, nothing is folded, and an answer that gives its length in two ways is refused.
struct ResponseParser: Sendable {
  struct Failure: Error, Hashable { let reason: String }

  enum Part: Hashable {
    case head(ResponseHead)
    /// The place of a piece of the body in what was read.
    case body(Range<Int>)
    case end
  }

  /// Bytes of a head, of a chunk's extensions and of a trailer at most.
  static let longestHead = 64 << 10
  static let mostHeaders = 256

  private enum State {
    case head
    case length(UInt64)
    /// A body that ends with the connection.
    case untilClose
    case chunkSize(value: UInt64, digits: Int)
    case chunkExtension
    case chunkSizeLineFeed
    case chunkData(UInt64)
    case chunkEnd
    case chunkEndLineFeed
    case trailer
    case ended
  }

  private var state = State.head
  /// The head or the trailer so far, or the bytes of a chunk's extension.
  private var line: [UInt8] = []
  private var extensionBytes = 0
  private var chunkValue: UInt64 = 0

  /// Whether the end of the connection is the end of the answer.
  var endsWithConnection: Bool { if case .untilClose = state { true } else { false } }

  /// The next part of what was read, from `position` on, which moves behind it; nil where more has to come. After
  /// ``Part/end`` what follows belongs to the next answer.
  mutating func next(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) throws(Failure) -> Part? {
    if case .ended = state {
      state = .head
      return .end
    }
    while position < bytes.count {
      switch state {
      case .head:
        guard let head = try readHead(bytes, &position) else { return nil }
        // An answer before the answer: go on, or wait.
        if head.status / 100 != 1 { return .head(head) }
      case .length(let left):
        let taken = Int(min(left, UInt64(bytes.count - position)))
        let range = position..<(position + taken)
        position += taken
        state = left == UInt64(taken) ? .ended : .length(left - UInt64(taken))
        return .body(range)
      case .untilClose:
        let range = position..<bytes.count
        position = bytes.count
        return .body(range)
      case .chunkData(let left):
        let taken = Int(min(left, UInt64(bytes.count - position)))
        let range = position..<(position + taken)
        position += taken
        state = left == UInt64(taken) ? .chunkEnd : .chunkData(left - UInt64(taken))
        return .body(range)
      case .trailer:
        guard try readTrailer(bytes, &position) else { return nil }
        state = .head
        return .end
      default:
        try framing(bytes[position])
        position += 1
      }
    }
    if case .ended = state {
      state = .head
      return .end
    }
    return nil
  }

  /// A byte between the pieces of a chunked body.
  private mutating func framing(_ byte: UInt8) throws(Failure) {
    switch state {
    case .chunkSize(let value, let digits):
      if let digit = Self.hexadecimal(byte) {
        guard digits < 15 else { throw Failure(reason: "a chunk is said to be larger than can be") }
        state = .chunkSize(value: value << 4 | UInt64(digit), digits: digits + 1)
        return
      }
      guard digits > 0 else { throw Failure(reason: "a chunk has no size") }
      chunkValue = value
      extensionBytes = 0
      switch byte {
      case 0x0D: state = .chunkSizeLineFeed
      case UInt8(ascii: ";"): state = .chunkExtension
      default: throw Failure(reason: "a chunk's size is no hexadecimal number")
      }
    case .chunkExtension:
      extensionBytes += 1
      guard extensionBytes <= Self.longestHead else { throw Failure(reason: "a chunk's extension has no end") }
      if byte == 0x0D {
        state = .chunkSizeLineFeed
      } else if byte < 0x20 && byte != 0x09 || byte == 0x7F {
        throw Failure(reason: "a chunk's extension is no text")
      }
    case .chunkSizeLineFeed:
      guard byte == 0x0A else { throw Failure(reason: "a chunk's size does not end with CRLF") }
      if chunkValue == 0 {
        line.removeAll(keepingCapacity: true)
        state = .trailer
      } else {
        state = .chunkData(chunkValue)
      }
    case .chunkEnd:
      guard byte == 0x0D else { throw Failure(reason: "a chunk does not end with CRLF") }
      state = .chunkEndLineFeed
    case .chunkEndLineFeed:
      guard byte == 0x0A else { throw Failure(reason: "a chunk does not end with CRLF") }
      state = .chunkSize(value: 0, digits: 0)
    case .head, .length, .untilClose, .chunkData, .trailer, .ended: break
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }

  /// Takes bytes up to the empty line that ends a head or a trailer.
  /// - Returns: whether it has come.
  private mutating func takeLines(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) throws(Failure) -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      line.append(byte)
      guard line.count <= Self.longestHead else {
        throw Failure(reason: "the head has more than \(Self.longestHead) bytes")
      }
      guard byte == 0x0A else { continue }
      let count = line.count
      guard count >= 2, line[count - 2] == 0x0D else {
        throw Failure(reason: "a line of the head does not end with CRLF")
      }
      if count == 2 || (count >= 4 && line[count - 4] == 0x0D && line[count - 3] == 0x0A) { return true }
    }
    return false
  }

  private mutating func readTrailer(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) throws(Failure) -> Bool
  {
    guard try takeLines(bytes, &position) else { return false }
    let text = line
    line.removeAll(keepingCapacity: true)
    try HeadReader.fields(of: text.dropLast(2)) { _, _ in }
    return true
  }

  private mutating func readHead(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) throws(Failure) -> ResponseHead? {
    guard try takeLines(bytes, &position) else { return nil }
    let text = line
    line.removeAll(keepingCapacity: true)
    var reader = HeadReader()
    try reader.read(text)
    switch try reader.length() {
    case .none: state = .ended
    case .chunked: state = .chunkSize(value: 0, digits: 0)
    case .bytes(let count): state = count == 0 ? .ended : .length(count)
    case .untilClose:
      state = .untilClose
      reader.head.keepsAlive = false
    }
    if reader.head.status / 100 == 1 {
      guard reader.head.status != 101 else { throw Failure(reason: "it changes to another protocol") }
      state = .head
    }
    return reader.head
  }
}
