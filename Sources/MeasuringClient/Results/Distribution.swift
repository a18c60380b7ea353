/// A distribution as a report shows it, in milliseconds.
public struct Distribution: Sendable, Hashable, Codable {
  public var count: Int
  public var mean: Double
  public var minimum: Double
  public var p50: Double
  public var p90: Double
  public var p95: Double
  public var p99: Double
  public var p999: Double
  public var maximum: Double

  /// - Parameter histogram: of nanoseconds.
  /// - Returns: nil where nothing was recorded.
  public init?(_ histogram: LatencyHistogram) {
    guard let mean = histogram.mean, let minimum = histogram.minimum, let maximum = histogram.maximum else {
      return nil
    }
    func milliseconds(_ percent: Double) -> Double { Double(histogram.percentile(percent) ?? 0) / 1e6 }
    count = Int(clamping: histogram.count)
    self.mean = mean / 1e6
    self.minimum = Double(minimum) / 1e6
    p50 = milliseconds(50)
    p90 = milliseconds(90)
    p95 = milliseconds(95)
    p99 = milliseconds(99)
    p999 = milliseconds(99.9)
    self.maximum = Double(maximum) / 1e6
  }
}
