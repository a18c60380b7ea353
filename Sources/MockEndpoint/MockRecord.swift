public import OpenAIWire

/// What a mock endpoint really did with one request. Stamps are nanoseconds of the machine's monotonic clock; one of
/// something written is taken just before the write, so that nobody can have received it earlier.
public struct MockRecord: Sendable, Hashable {
  /// The request's `x-request-id`; empty where it has none.
  public var identifier: String
  /// The requests before it.
  public var number: Int
  /// When its last byte arrived at the machine, by the kernel; nil where the system does not say.
  public var arrived: UInt64?
  /// When its last byte had been read.
  public var received: UInt64
  /// When its service began; later than its arrival where service is serial.
  public var began: UInt64
  /// When each token was written.
  public var tokens: [UInt64] = []
  /// When the last of the answer was written, or the connection given up.
  public var ended: UInt64?
  public var fate: MockScript.Fate
  /// Whether the client had gone before the answer was whole.
  public var wasLeft = false
  /// Tokens that could not be handed to the kernel at once because the client did not read.
  public var blockedWrites = 0

  public var json: JSONValue {
    .members([
      "id": .string(identifier), "number": .integer(number), "arrived_ns": arrived.map(Self.stamp),
      "received_ns": Self.stamp(received),
      "began_ns": Self.stamp(began), "token_ns": .array(tokens.map(Self.stamp)),
      "end_ns": ended.map(Self.stamp), "fate": .string(fate.rawValue), "left": wasLeft ? .boolean(true) : nil,
      "blocked_writes": blockedWrites > 0 ? .integer(blockedWrites) : nil,
    ])
  }

  private static func stamp(_ nanoseconds: UInt64) -> JSONValue { .integer(Int(clamping: nanoseconds)) }
}
