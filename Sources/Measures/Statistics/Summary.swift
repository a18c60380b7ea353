/// Plain statistics of a sample. What has no value for the sample at hand is nil, never zero.
public enum Statistics {
  /// The arithmetic mean, summed with compensation (Neumaier, 1974) so that long samples lose nothing. Nil when empty.
  public static func mean(_ values: some Collection<Double>) -> Double? {
    values.isEmpty ? nil : sum(values) / Double(values.count)
  }

  /// The sum with Neumaier's compensation.
  public static func sum(_ values: some Sequence<Double>) -> Double {
    var total = 0.0
    var lost = 0.0
    for value in values {
      let next = total + value
      lost += abs(total) >= abs(value) ? (total - next) + value : (value - next) + total
      total = next
    }
    // An infinite total has lost nothing that could be given back.
    return total.isFinite ? total + lost : total
  }

  /// The sample variance, with n - 1 below the line. Nil under two values.
  public static func variance(_ values: some Collection<Double>) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    return sum(values.map { ($0 - mean) * ($0 - mean) }) / Double(values.count - 1)
  }

  /// The square root of ``variance(_:)``.
  public static func standardDeviation(_ values: some Collection<Double>) -> Double? {
    variance(values)?.squareRoot()
  }

  /// The quantile at `probability`, linear between order statistics: type 7 of Hyndman and Fan (1996), numpy's default.
  /// Nil when the sample is empty.
  public static func quantile(_ values: some Collection<Double>, _ probability: Double) -> Double? {
    values.isEmpty ? nil : quantile(sorted: values.sorted(), probability)
  }

  /// The same over values that are sorted already and are not empty.
  static func quantile(sorted values: [Double], _ probability: Double) -> Double {
    precondition((0...1).contains(probability), "a probability lies between 0 and 1")
    let position = probability * Double(values.count - 1)
    let below = Int(position)
    guard below + 1 < values.count else { return values[values.count - 1] }
    return values[below] + (position - Double(below)) * (values[below + 1] - values[below])
  }

  public static func median(_ values: some Collection<Double>) -> Double? { quantile(values, 0.5) }
}
