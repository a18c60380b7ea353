/// A histogram of whole numbers with a bounded relative error, after Tene's high dynamic range histogram: below 2,048 each
/// number has a bucket of its own; above, each doubling is cut into 1,024 equal buckets.
///
/// A bucket of numbers around `v` is at most `v / 1024` wide, and what is reported is its upper end, so a percentile is
/// never below the true one (the nearest rank) and at most 0.098 % above it. The greatest and the least number and the
/// mean are exact. 3 significant digits for values from 0 up to 2^63, in at most 0.5 MB.
public struct LatencyHistogram: Sendable, Hashable {
  private static let halfBits = 10
  private static let half = 1 << halfBits

  private var counts: [UInt64] = []
  public private(set) var count: UInt64 = 0
  public private(set) var minimum: UInt64?
  public private(set) var maximum: UInt64?
  private var sum = 0.0

  public init() {}

  public var isEmpty: Bool { count == 0 }
  public var mean: Double? { count == 0 ? nil : sum / Double(count) }

  public mutating func record(_ value: UInt64) {
    let value = min(value, UInt64(Int64.max))
    let index = Self.index(of: value)
    if index >= counts.count { counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count)) }
    counts[index] += 1
    count += 1
    sum += Double(value)
    minimum = min(minimum ?? value, value)
    maximum = max(maximum ?? value, value)
  }

  /// Adds everything the other has recorded. The result is as if one had recorded both.
  public mutating func merge(_ other: LatencyHistogram) {
    if other.counts.count > counts.count {
      counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
    }
    for (index, added) in other.counts.enumerated() { counts[index] += added }
    count += other.count
    sum += other.sum
    if let value = other.minimum { minimum = min(minimum ?? value, value) }
    if let value = other.maximum { maximum = max(maximum ?? value, value) }
  }

  /// The least recorded number, up to a bucket's width, that at least this share of all numbers do not exceed.
  /// - Parameter percent: 0 to 100.
  /// - Returns: nil where nothing was recorded.
  public func percentile(_ percent: Double) -> UInt64? {
    guard let minimum, let maximum else { return nil }
    precondition((0...100).contains(percent), "there is no percentile \(percent)")
    // 99.9 % of 1,000 is 999 and not a thousandth of a rounding error more.
    let exact = percent / 100 * Double(count)
    let rank = max(1, UInt64((exact - exact * 1e-12).rounded(.up)))
    var seen: UInt64 = 0
    for (index, bucket) in counts.enumerated() where bucket > 0 {
      seen += bucket
      if seen >= rank { return max(minimum, min(maximum, Self.upperEnd(of: index))) }
    }
    return maximum
  }

  /// The share of numbers that do not exceed a value, up to a bucket's width; nil where nothing was recorded.
  public func share(atMost value: UInt64) -> Double? {
    guard count > 0 else { return nil }
    let last = Self.index(of: min(value, UInt64(Int64.max)))
    return Double(counts.prefix(last + 1).reduce(0, +)) / Double(count)
  }

  /// Bucket 0 to 2047 are the numbers themselves. Above, a number of `b` bits is shifted down to 11 bits.
  private static func index(of value: UInt64) -> Int {
    let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - halfBits - 1)
    return shift * half + Int(value >> UInt64(shift))
  }

  private static func upperEnd(of index: Int) -> UInt64 {
    guard index >= 2 * half else { return UInt64(index) }
    let shift = index / half - 1
    let top = UInt64(index - shift * half)
    return ((top + 1) << UInt64(shift)) - 1
  }
}
