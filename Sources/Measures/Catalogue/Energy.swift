/// AEC, average energy consumption: what the trial drew.
///
/// Published: mean watts, though it is called energy. A slow method draws few watts and burns many joules, so beside it
/// stand the joules, whole and per unit of work. Energy is read from a cumulative counter over the measured window; where
/// a device has none, the published mean falls back on sampled watts and the joules are absent.
enum Energy {
  static let all = [meanPower, joules, perToken, perSample, aboveIdle, idle]

  static let meanPower = Measure(
    "AEC", "average power", .watts, .lowerIsBetter, .published,
    formula: "joules / elapsed seconds; without a counter, the time-mean of sampled watts",
    needs: [.steps, .energyCounter]
  ) { evidence throws(MissingEvidence) in
    let window = try MeasuredWindow(evidence)
    if case .absent = evidence.energy,
      let series = TimeSeries(evidence.resources, { $0.powerMilliwatts.map { $0 / 1000 } }),
      series.covers(window.intervals)
    {
      return Quantity(series.mean(over: window.intervals), count: series.count(over: window.intervals))
    }
    return try watts(evidence, window)
  }

  static let joules = Measure(
    "AEC.joules", "energy", .joules, .lowerIsBetter, .corrected,
    formula: "counter at the end - counter at the start, over the measured steps", needs: [.steps, .energyCounter]
  ) { evidence throws(MissingEvidence) in
    try energy(evidence).joules
  }

  static let perToken = Measure(
    "AEC.joulesPerToken", "energy per token", .joulesPerToken, .lowerIsBetter, .corrected,
    formula: "joules / tokens trained, or generated", needs: [.steps, .energyCounter]
  ) { evidence throws(MissingEvidence) in
    let (joules, window) = try energy(evidence)
    let steps = window.isTraining ? window.steps : try window.steps(of: .decode)
    return try joules.divided(by: steps.tokens, "tokens")
  }

  static let perSample = Measure(
    "AEC.joulesPerSample", "energy per sample", .joulesPerSample, .lowerIsBetter, .corrected,
    formula: "joules / samples trained, or prompts served", needs: [.steps, .energyCounter]
  ) { evidence throws(MissingEvidence) in
    let (joules, window) = try energy(evidence)
    let steps = window.isTraining ? window.steps : try window.steps(of: .prefill)
    return try joules.divided(by: steps.samples, "samples")
  }

  static let aboveIdle = Measure(
    "AEC.idleSubtracted", "average power above idle", .watts, .lowerIsBetter, .corrected,
    formula: "joules / elapsed seconds - watts drawn before the trial began", needs: [.steps, .energyCounter]
  ) { evidence throws(MissingEvidence) in
    let watts = try watts(evidence, MeasuredWindow(evidence))
    let idle = try counter(evidence).idleWatts.needed("the power was not read before the trial began")
    return Quantity(watts.value - idle, count: watts.count, isEstimate: watts.isEstimate)
  }

  static let idle = Measure(
    "AEC.idle", "idle power", .watts, .lowerIsBetter, .corrected,
    formula: "watts drawn before the trial began", needs: [.energyCounter]
  ) { evidence throws(MissingEvidence) in
    let counter = try counter(evidence)
    let watts = try counter.idleWatts.needed("the power was not read before the trial began")
    return Quantity(watts, count: 1, isEstimate: counter.isEstimate)
  }

  private static func counter(_ evidence: TrialEvidence) throws(MissingEvidence) -> EnergyCounter {
    switch evidence.energy {
    case .counter(let counter): return counter
    case .absent(let absence): throw MissingEvidence(absence)
    }
  }

  private static func watts(
    _ evidence: TrialEvidence, _ window: MeasuredWindow
  ) throws(MissingEvidence) -> Quantity {
    let counter = try counter(evidence)
    let points = counter.readings.map { TimeSeries.Point(nanoseconds: $0.nanoseconds, value: $0.joules) }
    let series = try TimeSeries(points).needed("the energy counter (\(counter.source)) was never read")
    let rate = try CounterRate(series, of: counter.source, over: window)
    return Quantity(rate.perSecond, count: rate.readings, isEstimate: counter.isEstimate)
  }

  private static func energy(
    _ evidence: TrialEvidence
  ) throws(MissingEvidence) -> (joules: Quantity, window: MeasuredWindow) {
    let window = try MeasuredWindow(evidence)
    let watts = try watts(evidence, window)
    return (Quantity(watts.value * window.seconds, count: watts.count, isEstimate: watts.isEstimate), window)
  }
}

extension Quantity {
  /// The quantity per unit of work.
  /// - Throws: ``MissingEvidence`` when there was none.
  fileprivate func divided(by work: Int, _ name: String) throws(MissingEvidence) -> Quantity {
    if work <= 0 { throw MissingEvidence("the measured steps report no \(name)") }
    return Quantity(value / Double(work), count: count, isEstimate: isEstimate)
  }
}
