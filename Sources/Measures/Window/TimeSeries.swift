/// Readings over time, taken at any moments, as a continuous function: linear between two readings, and constant before
/// the first and after the last.
struct TimeSeries {
  struct Point {
    let nanoseconds: UInt64
    let value: Double
  }

  /// Not empty, strictly rising in time.
  private let points: [Point]

  /// Sorts the readings; of several at one moment the last one counts. Nil when there are none.
  init?(_ readings: some Sequence<Point>) {
    var points: [Point] = []
    for point in readings.sorted(by: { $0.nanoseconds < $1.nanoseconds }) {
      if points.last?.nanoseconds == point.nanoseconds { points.removeLast() }
      points.append(point)
    }
    if points.isEmpty { return nil }
    self.points = points
  }

  private init(sorted points: [Point]) { self.points = points }

  /// The same moments with other values.
  func map(_ transform: (Double) -> Double) -> TimeSeries {
    TimeSeries(sorted: points.map { Point(nanoseconds: $0.nanoseconds, value: transform($0.value)) })
  }

  /// The time from the first to the last reading.
  var span: ClosedRange<UInt64> { points[0].nanoseconds...points[points.count - 1].nanoseconds }

  /// The value at a moment.
  func value(at moment: UInt64) -> Double {
    let after = firstIndex(after: moment)
    if after == 0 { return points[0].value }
    if after == points.count { return points[after - 1].value }
    let (left, right) = (points[after - 1], points[after])
    let share = Double(moment - left.nanoseconds) / Double(right.nanoseconds - left.nanoseconds)
    return left.value + share * (right.value - left.value)
  }

  /// The mean over the intervals, weighted by time: trapezoids with the borders interpolated, so that readings that
  /// crowd together weigh no more than those that stand apart.
  func mean(over intervals: [Range<UInt64>]) -> Double {
    var area = 0.0
    var duration = 0.0
    for interval in intervals {
      let corners = self.corners(in: interval)
      area += zip(corners, corners.dropFirst()).reduce(0) { sum, pair in
        sum + Double(pair.1.nanoseconds - pair.0.nanoseconds) * (pair.0.value + pair.1.value) / 2
      }
      duration += Double(interval.upperBound - interval.lowerBound)
    }
    return area / duration
  }

  /// The greatest value inside the intervals, their borders included.
  func maximum(over intervals: [Range<UInt64>]) -> Double {
    intervals.lazy.flatMap { self.corners(in: $0) }.map(\.value).max()!
  }

  /// What a cumulative counter rose by inside the intervals.
  func increase(over intervals: [Range<UInt64>]) -> Double {
    intervals.reduce(0) { $0 + value(at: $1.upperBound) - value(at: $1.lowerBound) }
  }

  /// How many readings lie inside the intervals.
  func count(over intervals: [Range<UInt64>]) -> Int {
    intervals.reduce(0) { $0 + firstIndex(after: $1.upperBound) - firstIndex(atOrAfter: $1.lowerBound) }
  }

  /// The interval's borders and the readings between them.
  private func corners(in interval: Range<UInt64>) -> [Point] {
    let start = firstIndex(after: interval.lowerBound)
    let end = firstIndex(atOrAfter: interval.upperBound)
    let inside = start < end ? points[start..<end] : []
    return [Point(nanoseconds: interval.lowerBound, value: value(at: interval.lowerBound))] + inside
      + [Point(nanoseconds: interval.upperBound, value: value(at: interval.upperBound))]
  }

  private func firstIndex(after moment: UInt64) -> Int { partition { $0 > moment } }
  private func firstIndex(atOrAfter moment: UInt64) -> Int { partition { $0 >= moment } }

  private func partition(_ belongs: (UInt64) -> Bool) -> Int {
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if belongs(points[middle].nanoseconds) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension TimeSeries {
  /// One field of the probes' readings, without those that lack it.
  init?(_ samples: [ResourceSample], _ field: (ResourceSample) -> Double?) {
    self.init(
      samples.compactMap { sample in field(sample).map { Point(nanoseconds: sample.nanoseconds, value: $0) } })
  }

  /// Whether the readings say anything about the window: one lies inside it, or some lie on either side.
  func covers(_ intervals: [Range<UInt64>]) -> Bool {
    span.lowerBound <= intervals[intervals.count - 1].upperBound && span.upperBound >= intervals[0].lowerBound
  }

  /// The parts of the intervals that lie between the first and the last reading.
  func clipped(_ intervals: [Range<UInt64>]) -> [Range<UInt64>] {
    intervals.compactMap { interval in
      let low = max(interval.lowerBound, span.lowerBound)
      let high = min(interval.upperBound, span.upperBound)
      return low < high ? low..<high : nil
    }
  }
}
