public import OpenAIWire

/// Reads the body of one answer: bytes and stamps in, arrivals and a verdict out. It knows no sockets and no clock.
public struct StreamReader: Sendable {
  /// How the body is to be read.
  public enum Form: Sendable, Hashable {
    /// Server-sent events.
    case events
    /// One document.
    case document
    /// The body of a refusal.
    case refusal(status: Int, retryAfterSeconds: Int?)
  }

  /// Bytes of a body at most.
  public static let longestBody = 64 << 20
  /// Bytes of one event at most.
  public static let longestEvent = 4 << 20
  /// Bytes of a usage object at most; a longer one is not kept.
  public static let longestUsage = 16 << 10
  /// Characters of a server's message that are kept.
  static let longestMessage = 400

  private let form: Form
  private let keepsText: Bool
  /// What is blotted out of a server's words before they are cut short: afterwards a part of it would not be found.
  private let secret: Secret?
  private var splitter = EventSplitter(limit: StreamReader.longestEvent)
  private var body: [UInt8] = []
  private var received = 0
  private var content: [UInt8] = []

  /// The stamp of each chunk with content.
  public private(set) var arrivals: [UInt64] = []
  /// Arrivals that came in the same read as the one before.
  public private(set) var sharedStamps = 0
  /// Events that came, those without content and the end included.
  public private(set) var events = 0
  /// The server's counts.
  public private(set) var usage: Usage?
  public private(set) var finishReason: String?
  /// The model that the answer names.
  public private(set) var model: String?
  public private(set) var serviceTier: String?
  private var sentUsage: JSONValue?
  /// The last usage that was sent, for streams that say it in every chunk: it is read at the end.
  private var usageBytes: [UInt8] = []
  private var calls = ToolCallAssembly()
  /// What the first choice says in place of content where the model will not answer, where texts are kept; nil where it says
  /// no such thing.
  public private(set) var refusal: String?
  /// When `[DONE]` came.
  public private(set) var doneAt: UInt64?
  /// What is wrong; nothing is read after it.
  public private(set) var failure: RequestFailure?

  /// The usage object as it was sent.
  public var usageAsSent: JSONValue? {
    usageBytes.isEmpty ? sentUsage : try? JSONReader.value(of: usageBytes)
  }

  /// The tools that the answer calls, of its first choice, where its text is kept.
  public var toolCalls: [JSONValue] { calls.calls }

  public init(form: Form, keepsText: Bool, secret: Secret? = nil, expectedChunks: Int = 0) {
    self.form = form
    self.keepsText = keepsText
    self.secret = secret
    arrivals.reserveCapacity(min(expectedChunks, 65_536))
  }

  /// The answer's text so far, of its first choice.
  public var text: String { String(decoding: content, as: UTF8.self) }

  /// Takes what one read brought. Everything in it has the same stamp.
  public mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, at stamp: UInt64) {
    guard failure == nil else { return }
    received += bytes.count
    guard received <= Self.longestBody else {
      failure = .tooLarge(limit: Self.longestBody)
      return
    }
    switch form {
    case .document: body.append(contentsOf: bytes)
    case .refusal: body.append(contentsOf: bytes.prefix(max(0, 65_536 - body.count)))
    case .events:
      var splitter = EventSplitter(limit: 0)
      swap(&splitter, &self.splitter)
      do throws(EventSplitter.TooLarge) {
        try splitter.append(bytes) { event($0, at: stamp) }
      } catch {
        failure =
          failure ?? .malformedChunk(afterChunks: arrivals.count, reason: "an event has more than \(error.limit) bytes")
      }
      self.splitter = splitter
    }
  }

  private mutating func event(_ data: UnsafeBufferPointer<UInt8>, at stamp: UInt64) {
    guard failure == nil, doneAt == nil else { return }
    events += 1
    if data.elementsEqual("[DONE]".utf8) {
      doneAt = stamp
      return
    }
    do throws(WireError) {
      let facts = try ChunkScanner.facts(
        of: data, text: &content, wantsHead: model == nil || (arrivals.isEmpty && serviceTier == nil))
      if !keepsText { content.removeAll(keepingCapacity: true) }
      if facts.hasContent {
        if arrivals.last == stamp { sharedStamps += 1 }
        arrivals.append(stamp)
      }
      if let place = facts.usagePlace {
        usageBytes.removeAll(keepingCapacity: true)
        sentUsage = nil
        if place.count <= Self.longestUsage { usageBytes.append(contentsOf: data[place]) }
      }
      take(facts)
    } catch {
      failure = .malformedChunk(afterChunks: arrivals.count, reason: short(error.description))
    }
  }

  private mutating func take(_ facts: ChunkFacts) {
    if let error = facts.error { failure = .serverEvent(message: short(error)) }
    usage = facts.usage ?? usage
    if let sent = facts.sentUsage {
      usageBytes.removeAll(keepingCapacity: true)
      sentUsage = sent.bytes.count <= Self.longestUsage ? sent : nil
    }
    if let reason = facts.finishReason { finishReason = short(reason) }
    if model == nil, let name = facts.model { model = short(name) }
    if serviceTier == nil, let tier = facts.serviceTier { serviceTier = short(tier) }
    if keepsText, let words = facts.refusal { refusal = (refusal ?? "") + words }
    guard keepsText, !facts.toolCalls.isEmpty else { return }
    do throws(ToolCallAssembly.TooLarge) {
      for call in facts.toolCalls { try calls.add(call) }
    } catch {
      failure =
        failure ?? .malformedChunk(afterChunks: arrivals.count, reason: "its tool calls are more than can be kept")
    }
  }

  /// The end of the body. Afterwards ``failure`` is final.
  public mutating func end(at stamp: UInt64) {
    guard failure == nil else { return }
    switch form {
    case .events:
      if doneAt == nil, finishReason == nil { failure = .truncated(afterChunks: arrivals.count) }
    case .refusal(let status, let seconds):
      failure = .status(status, retryAfterSeconds: seconds, message: message(body))
    case .document:
      do throws(WireError) {
        let bytes = body
        var text: [UInt8] = []
        let facts = try Self.document(bytes, text: &text)
        if keepsText { content = text }
        // Nothing is known of when its tokens were made, so there is no arrival.
        take(facts)
      } catch {
        failure = .malformedChunk(afterChunks: 0, reason: short(error.description))
      }
    }
  }

  private static func document(_ bytes: [UInt8], text: inout [UInt8]) throws(WireError) -> ChunkFacts {
    var found: [UInt8] = []
    let result = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(WireError) in try ChunkFacts(document: buffer, text: &found) }
    }
    text = found
    return try result.get()
  }

  /// What a refusal's body says: the message of an error in OpenAI's form, else its beginning.
  private func message(_ body: [UInt8]) -> String {
    if let value = try? JSONReader.value(of: body), let error = try? APIError(JSONField(value), status: 0) {
      return short(error.message)
    }
    return short(String(decoding: body, as: UTF8.self))
  }

  /// A server's words in one line, without control characters, cleaned and cut short.
  private func short(_ text: String) -> String {
    // What is looked for is no longer than that, and what is cut off by it is far behind what is kept.
    let text = String(text.unicodeScalars.prefix(65_536))
    let line = (secret?.redacting(text) ?? text).unicodeScalars.lazy.map {
      $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0)
    }
    return String(line.prefix(Self.longestMessage))
  }
}
