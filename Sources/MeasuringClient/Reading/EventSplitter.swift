/// Cuts a `text/event-stream` into the data of its events, however it comes in pieces. It does what OpenAIWire's
/// `ServerSentEventParser` does, its reference, without making a text of each event: this stands between a token's arrival
/// and the next one's stamp.
struct EventSplitter: Sendable {
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var endedInCarriageReturn = false
  private var isFirstLine = true
  private let limit: Int

  struct TooLarge: Error { let limit: Int }

  /// - Parameter limit: bytes of one event, and of one line, at most.
  init(limit: Int) { self.limit = limit }

  /// Takes the next bytes and calls `event` with the data of each event that they complete.
  mutating func append(
    _ bytes: UnsafeBufferPointer<UInt8>, event: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(TooLarge) {
    var start = 0
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != 0x0A && byte != 0x0D {
        endedInCarriageReturn = false
        continue
      }
      if byte == 0x0A && endedInCarriageReturn {
        endedInCarriageReturn = false
        start = position
        continue
      }
      endedInCarriageReturn = byte == 0x0D
      let piece = UnsafeBufferPointer(rebasing: bytes[start..<(position - 1)])
      start = position
      guard line.count + data.count + piece.count <= limit else { throw TooLarge(limit: limit) }
      if line.isEmpty {
        endLine(piece, event)
      } else {
        line.append(contentsOf: piece)
        var whole: [UInt8] = []
        swap(&whole, &line)
        whole.withUnsafeBufferPointer { endLine($0, event) }
        whole.removeAll(keepingCapacity: true)
        line = whole
      }
    }
    guard line.count + data.count + bytes.count - start <= limit else { throw TooLarge(limit: limit) }
    if start < bytes.count { line.append(contentsOf: bytes[start...]) }
  }

  private mutating func endLine(
    _ piece: UnsafeBufferPointer<UInt8>, _ event: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var line = piece
    if isFirstLine {
      isFirstLine = false
      if line.count >= 3, line[0] == 0xEF, line[1] == 0xBB, line[2] == 0xBF {
        line = UnsafeBufferPointer(rebasing: line[3...])
      }
    }
    guard !line.isEmpty else {
      if hasData { data.withUnsafeBufferPointer(event) }
      data.removeAll(keepingCapacity: true)
      hasData = false
      return
    }
    guard line.count >= 4, line[0] == 0x64, line[1] == 0x61, line[2] == 0x74, line[3] == 0x61,
      line.count == 4 || line[4] == 0x3A
    else { return }
    var from = min(5, line.count)
    if from < line.count, line[from] == 0x20 { from += 1 }
    if hasData { data.append(0x0A) }
    data.append(contentsOf: line[from...])
    hasData = true
  }
}
