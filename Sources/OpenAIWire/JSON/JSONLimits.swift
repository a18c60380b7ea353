/// How much JSON the reader takes before it refuses, so that a small hostile document cannot cost much memory or stack.
public struct JSONLimits: Sendable, Hashable {
  /// Bytes of the document.
  public var bytes: Int
  /// Arrays and objects inside each other.
  public var depth: Int
  /// Values of all kinds in the document. Each takes a few tens of bytes however short its text is.
  public var values: Int

  public init(bytes: Int = 16 << 20, depth: Int = 64, values: Int = 1_000_000) {
    self.bytes = bytes
    self.depth = depth
    self.values = values
  }

  public static let standard = JSONLimits()
}
