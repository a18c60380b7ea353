/// A request that an engine has taken.
public struct SequenceID: Hashable, Sendable, Comparable {
  public let number: UInt64

  public init(_ number: UInt64) { self.number = number }

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The cache of one sequence, running or kept for others that begin alike. Numbers are never used again.
public struct CacheID: Hashable, Sendable, Comparable {
  public let number: UInt64

  public init(_ number: UInt64) { self.number = number }

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
