// V vocabulary.

/// Passes over one row of logits [V], sixteen at a time. A logit that is not a number counts as minus infinity.
enum LogitRow {
  typealias Row = UnsafeBufferPointer<Float>
  private typealias Lanes = SIMD16<Float>
  private static let width = 16
  /// Vectors that are reduced before their result is looked at: 4 kB.
  private static let block = 64

  @inline(__always)
  private static func lanes(_ row: Row, _ index: Int) -> Lanes {
    UnsafeRawPointer(row.baseAddress!).loadUnaligned(
      fromByteOffset: index &* MemoryLayout<Float>.stride, as: Lanes.self)
  }

  /// The index of the largest logit, the lowest of those that are equal; nil when none is finite or one is infinite.
  static func best(_ row: Row) -> Int? {
    var maximum = -Float.infinity
    var found = 0
    var index = 0
    while index < row.count {
      let end = min(index + width * block, row.count)
      let largest = largest(row, from: index, to: end)
      if largest > maximum {
        maximum = largest
        found = index
      }
      index = end
    }
    guard maximum.isFinite else { return nil }
    while row[found] != maximum { found += 1 }
    return found
  }

  private static func largest(_ row: Row, from start: Int, to end: Int) -> Float {
    var most = Lanes(repeating: -.infinity)
    var index = start
    while index + width <= end {
      let values = lanes(row, index)
      most.replace(with: values, where: values .> most)
      index += width
    }
    var result = most.max()
    while index < end {
      if row[index] > result { result = row[index] }
      index += 1
    }
    return result
  }

  /// exp(x) for x at most 0, and 0 below -87 and for what is no number: within two units of the last place of Float.
  /// Cody and Waite's reduction to [-ln 2 / 2, ln 2 / 2], and a polynomial of the sixth degree.
  @inline(__always)
  private static func exponential(_ x: Lanes) -> Lanes {
    let isSmall = .!(x .>= -87)
    let x = x.replacing(with: 0, where: isSmall)
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
    let magic = Lanes(repeating: 12_582_912)
    let shifted = x * 1.442_695_04 + magic
    let whole = shifted - magic
    let rest = (x - whole * 0.693_359_375) + whole * 2.121_944_4e-4
    var sum = Lanes(repeating: 1.0 / 720)
    sum = sum * rest + (1.0 / 120)
    sum = sum * rest + (1.0 / 24)
    sum = sum * rest + (1.0 / 6)
    sum = sum * rest + 0.5
    sum = sum * rest + 1
    sum = sum * rest + 1
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- unsafeBitCast(magic, to: SIMD16<Int32>.self)
    let scaled = unsafeBitCast(sum, to: SIMD16<Int32>.self) &+ (exponent &<< 23)
    return unsafeBitCast(scaled, to: Lanes.self).replacing(with: 0, where: isSmall)
  }

  static func exponential(_ x: Float) -> Float { exponential(Lanes(repeating: x))[0] }

  /// exp((logit - maximum) * scale) of each logit, handed over by stretches of at most 1024; the sum of all. `maximum` is
  /// the largest logit, `scale` positive.
  private static func exponentials(
    _ row: Row, maximum: Float, scale: Float, _ store: (_ index: Int, _ values: Lanes, _ count: Int) -> Void
  ) -> Double {
    var total = 0.0
    var index = 0
    while index < row.count {
      let end = min(index + width * block, row.count)
      var sum = Lanes(repeating: 0)
      while index + width <= end {
        let values = exponential((lanes(row, index) - maximum) * scale)
        store(index, values, width)
        sum += values
        index += width
      }
      if index < end {
        var rest = Lanes(repeating: -.infinity)
        for offset in 0..<(end - index) { rest[offset] = row[index + offset] }
        let values = exponential((rest - maximum) * scale)
        store(index, values, end - index)
        sum += values
        index = end
      }
      total += Double(sum.sum())
    }
    return total
  }

  /// The logarithm of the sum of the logits' exponentials.
  static func logSumExp(_ row: Row, maximum: Float) -> Double {
    let sum = exponentials(row, maximum: maximum, scale: 1) { _, _, _ in }
    return Double(maximum) + logarithm(sum)
  }

  /// Writes exp((logit - maximum) * scale) of every logit and returns their sum.
  static func weights(
    _ row: Row, maximum: Float, scale: Float, into weights: UnsafeMutableBufferPointer<Float>
  ) -> Double {
    let out = UnsafeMutableRawPointer(weights.baseAddress!)
    return exponentials(row, maximum: maximum, scale: scale) { index, values, count in
      if count == width {
        out.storeBytes(of: values, toByteOffset: index * MemoryLayout<Float>.stride, as: Lanes.self)
      } else {
        for offset in 0..<count { weights[index + offset] = values[offset] }
      }
    }
  }

  /// Calls `body` with the index of every logit at least `threshold`, in order; `body` returns the threshold to go on with,
  /// which must not fall.
  static func forEach(_ row: Row, atLeast threshold: Float, _ body: (Int) -> Float) {
    var threshold = threshold
    var index = 0
    while index + width <= row.count {
      if any(lanes(row, index) .>= threshold) {
        for offset in index..<(index + width) where row[offset] >= threshold { threshold = body(offset) }
      }
      index += width
    }
    while index < row.count {
      if row[index] >= threshold { threshold = body(index) }
      index += 1
    }
  }

  /// The `count` largest logits' indices, largest first, of equal ones the lower index first. Those of minus infinity are
  /// left out.
  static func largest(_ row: Row, count: Int) -> [Int] {
    guard count > 0 else { return [] }
    var heap = RankHeap(row: row, capacity: min(count, row.count))
    forEach(row, atLeast: -Float.greatestFiniteMagnitude) { heap.offer($0) }
    return heap.indices.sorted { row[$0] > row[$1] || (row[$0] == row[$1] && $0 < $1) }
  }

  /// The `rank`-th largest logit, counted from 1; minus infinity when fewer are more than that.
  static func logit(_ row: Row, ofRank rank: Int) -> Float {
    var heap = RankHeap(row: row, capacity: min(rank, row.count))
    forEach(row, atLeast: -Float.greatestFiniteMagnitude) { heap.offer($0) }
    return heap.indices.count < min(rank, row.count) ? -.infinity : row[heap.indices[0]]
  }
}

/// The largest logits seen so far, the least of them on top.
private struct RankHeap {
  let row: UnsafeBufferPointer<Float>
  let capacity: Int
  private(set) var indices: [Int] = []

  init(row: UnsafeBufferPointer<Float>, capacity: Int) {
    self.row = row
    self.capacity = capacity
    indices.reserveCapacity(capacity)
  }

  /// Of equal logits the higher index is the lesser one.
  private func isLess(_ left: Int, _ right: Int) -> Bool {
    row[left] < row[right] || (row[left] == row[right] && left > right)
  }

  /// Offers an index higher than all before; returns the least logit that can still enter.
  mutating func offer(_ index: Int) -> Float {
    if indices.count < capacity {
      indices.append(index)
      var child = indices.count - 1
      while child > 0, isLess(indices[child], indices[(child - 1) / 2]) {
        indices.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if isLess(indices[0], index) {
      indices[0] = index
      sink()
    }
    return indices.count < capacity ? -Float.greatestFiniteMagnitude : row[indices[0]].nextUp
  }

  private mutating func sink() {
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < indices.count else { return }
      let right = left + 1
      let least = right < indices.count && isLess(indices[right], indices[left]) ? right : left
      guard isLess(indices[least], indices[parent]) else { return }
      indices.swapAt(least, parent)
      parent = least
    }
  }
}
