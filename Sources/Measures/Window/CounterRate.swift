/// What a cumulative counter (joules, CPU seconds) rose by each second of the measured window.
///
/// Its readings are interpolated at the window's borders. Where they begin late or end early, the rate is that of the
/// part they span, which must be most of the window.
struct CounterRate {
  /// How much of the window's time readings have to span.
  static let requiredShare = 0.8

  let perSecond: Double
  /// Readings that lie inside the window.
  let readings: Int

  /// - Throws: ``MissingEvidence`` when the readings span too little of the window, or the counter fell.
  init(_ series: TimeSeries, of name: String, over window: MeasuredWindow) throws(MissingEvidence) {
    let spanned = series.clipped(window.intervals)
    let seconds = spanned.reduce(0) { $0 + Double($1.upperBound - $1.lowerBound) } * 1e-9
    if seconds < Self.requiredShare * window.seconds {
      let percent = Int(100 * seconds / window.seconds)
      throw MissingEvidence("readings of \(name) span only \(percent) % of the measured steps: read it more often")
    }
    let increase = series.increase(over: spanned)
    if increase < 0 { throw MissingEvidence("the counter of \(name) ran backwards") }
    perSecond = increase / seconds
    readings = series.count(over: spanned)
  }
}
