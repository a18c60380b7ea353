/// One event of a `text/event-stream` (WHATWG HTML, 9.2).
public struct ServerSentEvent: Sendable, Hashable {
  /// The kind of the event; nil is an ordinary message.
  public var name: String?
  public var data: String

  public init(name: String? = nil, data: String) {
    self.name = name
    self.data = data
  }

  /// OpenAI's last event.
  public static let done = ServerSentEvent(data: "[DONE]")
  public var isDone: Bool { data == "[DONE]" }

  /// An event that carries a document.
  public init(_ value: JSONValue) { self.init(data: value.text) }

  /// The event as it stands on the wire, with the empty line that ends it.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    if let name { bytes.append(contentsOf: "event: \(name.filter { !$0.isNewline })\n".utf8) }
    // Each line of the data has a field of its own, whichever way it ended.
    var line: [UInt8] = []
    var previous: UInt8 = 0
    for byte in data.utf8 {
      if byte == 0x0A, previous == 0x0D {
        previous = byte
        continue
      }
      if byte == 0x0A || byte == 0x0D {
        bytes.append(contentsOf: "data: ".utf8)
        bytes.append(contentsOf: line)
        bytes.append(0x0A)
        line.removeAll(keepingCapacity: true)
      } else {
        line.append(byte)
      }
      previous = byte
    }
    bytes.append(contentsOf: "data: ".utf8)
    bytes.append(contentsOf: line)
    bytes.append(contentsOf: [0x0A, 0x0A])
    return bytes
  }
}
