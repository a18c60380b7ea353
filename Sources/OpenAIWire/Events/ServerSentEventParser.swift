/// Reads a `text/event-stream` as it comes in, however it is cut into pieces: line feeds, carriage returns or both end a
/// line, comments and unknown fields are passed over, and several lines of data are joined by line feeds.
public struct ServerSentEventParser: Sendable {
  /// Why a stream is given up.
  public enum ParserError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An event has more bytes than the parser was told to take.
    case tooLarge(limit: Int)
    /// An event's bytes are not UTF-8.
    case notText

    public var description: String {
      switch self {
      case .tooLarge(let limit): "an event of the stream has more than \(limit) bytes"
      case .notText: "an event of the stream is not UTF-8"
      }
    }
  }

  private let limit: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var name: String?
  private var endedInCarriageReturn = false
  private var isFirstLine = true

  /// - Parameter limit: bytes of one event, and of one line, at most.
  public init(limit: Int = 16 << 20) { self.limit = limit }

  /// Takes the next bytes and gives the events that they complete.
  /// - Throws: ``ParserError``; the parser is of no use after that.
  public mutating func append(_ bytes: some Sequence<UInt8>) throws(ParserError) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    for byte in bytes {
      let followsCarriageReturn = endedInCarriageReturn
      endedInCarriageReturn = byte == 0x0D
      switch byte {
      case 0x0A where followsCarriageReturn: continue
      case 0x0A, 0x0D:
        if let event = try endLine() { events.append(event) }
      default:
        guard line.count + data.count < limit else { throw .tooLarge(limit: limit) }
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() throws(ParserError) -> ServerSentEvent? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    guard !line.isEmpty else { return try dispatch() }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == 0x20 { value = value.dropFirst() }
    let field = line[..<colon]
    if field.elementsEqual("data".utf8) {
      if hasData { data.append(0x0A) }
      data.append(contentsOf: value)
      hasData = true
    } else if field.elementsEqual("event".utf8) {
      name = value.isEmpty ? nil : try text(value)
    }
    return nil
  }

  private mutating func dispatch() throws(ParserError) -> ServerSentEvent? {
    defer {
      data.removeAll(keepingCapacity: true)
      hasData = false
      name = nil
    }
    return hasData ? ServerSentEvent(name: name, data: try text(data[...])) : nil
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(ParserError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
    return text
  }
}
