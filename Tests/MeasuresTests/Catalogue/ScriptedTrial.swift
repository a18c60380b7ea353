import Measures

/// A trial whose every number is known: two warm-up steps of one second, then steps of the given lengths, an evaluation
/// of five seconds in their middle, and memory, CPU time and joules that move at known rates.
struct ScriptedTrial {
  static let second: UInt64 = 1_000_000_000
  static let baseline: UInt64 = 200_000_000

  /// Seconds of each measured step.
  var durations = [0.1, 0.2, 0.1, 0.3, 0.1, 0.4, 0.1, 0.2]
  var tokensPerStep = 4096
  var samplesPerStep = 16
  /// Resident bytes while training, while evaluating and while warming up.
  var trainingBytes = 1_700_000_000.0
  var otherBytes = 9_000_000_000.0
  var watts = 40.0
  var evaluationWatts = 400.0
  var busyCores = 1.5
  var period = 0.01
  var parameters = 5_000_000

  var measuredSeconds: Double { durations.reduce(0, +) }

  /// Irregular in a fixed way: the gap to the next reading, around the period.
  private func gap(_ index: Int) -> Double { period * [0.2, 3.1, 0.1, 1.4, 0.2][index % 5] }

  private func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(7_000_000_000_000 + (seconds * 1e9).rounded()) }

  func evidence() -> TrialEvidence {
    var steps: [StepObservation] = []
    /// Where time begins to be measured, and where not.
    var spans: [(start: Double, end: Double, isMeasured: Bool)] = [(-1, 0, false)]
    var now = 0.0
    func add(_ phase: StepObservation.Phase, _ seconds: Double, isWarmup: Bool = false) {
      steps.append(
        StepObservation(
          index: steps.count, phase: phase, isWarmup: isWarmup, startNanoseconds: nanoseconds(now),
          endNanoseconds: nanoseconds(now + seconds), tokens: tokensPerStep, samples: samplesPerStep,
          loss: phase == .train ? 3 : nil))
      spans.append((now, now + seconds, phase == .train && !isWarmup))
      now += seconds
    }
    add(.train, 1, isWarmup: true)
    add(.train, 1, isWarmup: true)
    for (index, duration) in durations.enumerated() {
      if index == durations.count / 2 { add(.evaluate, 5) }
      add(.train, duration)
    }
    spans.append((now, now + 1, false))

    func measuredSeconds(until moment: Double) -> Double {
      spans.filter(\.isMeasured).reduce(0) { $0 + max(0, min(moment, $1.end) - $1.start) }
    }
    var moments: [Double] = []
    var moment = -0.5
    while moment < now + 0.5 {
      moments.append(moment)
      moment += gap(moments.count)
    }
    let samples = moments.map { moment in
      let isMeasured = spans.contains { $0.isMeasured && $0.start <= moment && moment <= $0.end }
      let measured = measuredSeconds(until: moment)
      return ResourceSample(
        nanoseconds: nanoseconds(moment), residentBytes: UInt64(isMeasured ? trainingBytes : otherBytes),
        allocatedBytes: UInt64((isMeasured ? trainingBytes : otherBytes) / 2),
        cpuSeconds: 100 + busyCores * measured + 7 * (moment + 1 - measured))
    }
    let readings = moments.map { moment in
      let measured = measuredSeconds(until: moment)
      return EnergyCounter.Reading(
        nanoseconds: nanoseconds(moment), joules: 1e6 + watts * measured + evaluationWatts * (moment + 1 - measured))
    }
    return TrialEvidence(
      model: ModelAccount(
        parameters: parameters, parameterBytes: 20_000_000, trainingFLOPsPerToken: 3e7, inferenceFLOPsPerToken: 1e7),
      steps: steps, resources: samples,
      energy: .counter(EnergyCounter(source: "RAPL package-0", readings: readings, idleWatts: 12)),
      device: DeviceEvidence(
        memoryCapacityBytes: 8_500_000_000, logicalCores: 8, threads: 2, peakFLOPsPerSecond: 1e12),
      baselineResidentBytes: Self.baseline)
  }
}

extension MeasuredValue {
  var number: Double? { quantity?.value }

  var reason: String? {
    if case .absent(let absence) = self { absence.reason } else { nil }
  }
}

extension TrialEvidence {
  func value(_ id: MeasureID) -> Double? { MeasureCatalogue[id]?.compute(self).number }
  func reason(_ id: MeasureID) -> String? { MeasureCatalogue[id]?.compute(self).reason }
}
