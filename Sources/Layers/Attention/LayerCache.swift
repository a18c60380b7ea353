// S positions held, F features a position.
public import Torch

/// What one layer keeps of every position: how much, and for how long.
public struct LayerCacheShape: Sendable, Hashable {
  /// Features a position, all heads together.
  public let features: Int
  /// Positions a token sees, itself included; nil: all of them.
  public let window: Int?

  public init(features: Int, window: Int? = nil) {
    self.features = features
    self.window = window
  }

  /// Positions by which a cache grows.
  public static let block = 256

  static func roundedUp(_ positions: Int) -> Int { (max(1, positions) + block - 1) / block * block }

  /// The most positions a cache has room for when it holds `positions`: whole blocks. Behind a window no more than the
  /// window and a block, except while a chunk longer than a block goes through.
  public func capacity(positions: Int) -> Int {
    let all = Self.roundedUp(positions)
    return window.map { min(all, Self.roundedUp($0 - 1 + Self.block)) } ?? all
  }
}

/// One layer's cache of one sequence: a row of features for each position, oldest first. With a window only the latest
/// positions are kept, and its bytes stop growing.
public final class LayerCache {
  public let shape: LayerCacheShape
  /// [capacity, F]
  public private(set) var storage: Tensor
  /// Positions of the sequence so far.
  public private(set) var length = 0
  /// The position in the storage's first row.
  public private(set) var first = 0
  private(set) var capacity: Int

  /// - Parameter positions: to make room for at once; more are made when they are needed.
  public init(_ shape: LayerCacheShape, positions: Int, dtype: DType, device: Device) throws {
    self.shape = shape
    capacity = shape.capacity(positions: positions)
    storage = try Tensor.empty([capacity, shape.features], dtype: dtype, device: device)
  }

  /// A copy of the first `length` positions of another one; nil where that one has dropped what they need.
  public init?(copying donor: LayerCache, length: Int) throws {
    let from = donor.shape.window.map { max(0, length - ($0 - 1)) } ?? 0
    guard length >= 0, length <= donor.length, from >= donor.first else { return nil }
    shape = donor.shape
    capacity = shape.capacity(positions: length)
    storage = try Tensor.empty(
      [capacity, shape.features], dtype: donor.storage.dtype, device: donor.storage.device)
    self.length = length
    first = from
    try copyRows(from: donor.storage, start: from - donor.first, count: length - from)
  }

  /// Bytes taken.
  public var byteCount: Int { storage.byteCount }
  /// Bytes of them that hold positions.
  public var usedByteCount: Int { byteCount / capacity * (length - first) }

  private func copyRows(from source: Tensor, start: Int, count: Int) throws {
    guard count > 0 else { return }
    try storage.narrow(dimension: 0, from: 0, length: count)
      .copyInPlace(from: source.narrow(dimension: 0, from: start, length: count))
  }

  /// Counts `count` further positions in and returns the storage's rows that the caller fills.
  public func extend(by count: Int) throws -> Range<Int> {
    var row = length - first
    let bound = shape.window.map { LayerCacheShape.roundedUp($0 - 1 + max(count, LayerCacheShape.block)) }
    if row + count > capacity || bound.map({ capacity > $0 }) ?? false {
      let kept = min(row, shape.window.map { $0 - 1 } ?? row)
      // An eighth more than is needed keeps copying cheap when the sequence is long.
      let needed = LayerCacheShape.roundedUp(kept + count)
      let roomy = LayerCacheShape.roundedUp(needed + needed / 8 - LayerCacheShape.block + 1)
      let target = min(max(needed, roomy), bound ?? .max)
      let old = storage
      storage = try Tensor.empty([target, shape.features], dtype: old.dtype, device: old.device)
      capacity = target
      try copyRows(from: old, start: row - kept, count: kept)
      first = length - kept
      row = kept
    }
    length += count
    return row..<row + count
  }

  /// The rows that `count` new positions see between them.
  public func visibleRows(for count: Int) -> Range<Int> {
    let from = shape.window.map { max(first, length - count - ($0 - 1)) } ?? first
    return from - first..<length - first
  }

  /// Forgets the positions from `length` on, of a step that failed: what a window dropped on its way is not needed by
  /// what is left.
  public func rewind(to length: Int) {
    precondition(length <= self.length && length >= first, "a cache is rewound to a position it holds")
    self.length = length
  }
}
