import Measures
import Testing

/// A scripted workload's numbers come back: to rounding where they can be exact, and to 2 % where readings are sparse.
@Suite struct ScriptedTrialTests {
  private let trial = ScriptedTrial()

  private func isWithin(_ share: Double, _ value: Double?, _ wanted: Double) -> Bool {
    guard let value else { return false }
    return abs(value - wanted) <= share * wanted
  }

  @Test func latencyAndThroughputAreExact() {
    let evidence = trial.evidence()
    #expect(isClose(evidence.value("AL"), 1.5 / 8))
    #expect(isClose(evidence.value("AL.p50"), 0.15))
    #expect(isClose(evidence.value("AL.p90"), 0.33))
    #expect(isClose(evidence.value("AL.p99"), 0.393))
    #expect(isClose(evidence.value("TT.tokensPerSecond"), 4096 * 8 / 1.5))
    #expect(isClose(evidence.value("TT"), 4096 * 8 / 1.5 / 5e6, 1e-8))
    #expect(isClose(evidence.value("ST.samplesPerSecond"), 16 * 8 / 1.5))
    #expect(isClose(evidence.value("ST"), 16 * 8 / 1.5 / 5e6, 1e-5))
    #expect(isClose(evidence.value("PCU.flops"), 3e7 * 4096 * 8 / 1.5))
    #expect(isClose(evidence.value("PCU.mfu"), 3e7 * 4096 * 8 / 1.5 / 1e12))
  }

  @Test func memoryKeepsToTheMeasuredSteps() {
    // Readings stand up to 31 ms apart, and evaluation holds five times the memory: its edges blur a little.
    var trial = trial
    trial.period = 0.001
    let evidence = trial.evidence()
    #expect(isWithin(0.02, evidence.value("AMU"), 1.7))
    #expect(isWithin(0.02, evidence.value("AMU.allocated"), 1.5))
    #expect(isWithin(0.02, evidence.value("AMU.tensor"), 0.85))
    #expect(isWithin(0.02, evidence.value("AMU.fraction"), 0.2))
  }

  @Test func memoryThatNeverMovesIsExactHoweverIrregularTheReadings() {
    var trial = trial
    trial.otherBytes = trial.trainingBytes
    for period in [0.001, 0.05, 0.6] {
      trial.period = period
      let evidence = trial.evidence()
      #expect(isClose(evidence.value("AMU"), 1.7))
      #expect(isClose(evidence.value("AMU.allocated"), 1.5))
      #expect(isClose(evidence.value("AMU.peak"), 1.5))
    }
  }

  @Test func memoryThatGrowsIsWeightedByTime() {
    // From 1 to 3 GB over the only step; most readings crowd into its first tenth.
    let moments = (0...20).map { UInt64($0) * 5_000_000 } + [1_000_000_000]
    let evidence = TrialEvidence(
      steps: [
        StepObservation(
          index: 0, phase: .train, startNanoseconds: 0, endNanoseconds: 1_000_000_000, tokens: 1, samples: 1)
      ],
      resources: moments.map { ResourceSample(nanoseconds: $0, residentBytes: 1_000_000_000 + 2 * $0) })
    #expect(isClose(evidence.value("AMU"), 2))
    #expect(evidence.reason("AMU.allocated") == "the trial did not say what it held before the workload began")
  }

  @Test func energyAndCPUTimeKeepToTheMeasuredSteps() {
    let evidence = trial.evidence()
    #expect(isWithin(0.2, evidence.value("AEC"), 40))
    var fine = trial
    fine.period = 0.0005
    let finely = fine.evidence()
    #expect(isWithin(0.02, finely.value("AEC"), 40))
    #expect(isWithin(0.02, finely.value("AEC.joules"), 60))
    #expect(isWithin(0.02, finely.value("AEC.joulesPerToken"), 60.0 / (4096 * 8)))
    #expect(isWithin(0.02, finely.value("AEC.joulesPerSample"), 60.0 / (16 * 8)))
    #expect(isWithin(0.03, finely.value("AEC.idleSubtracted"), 28))
    #expect(finely.value("AEC.idle") == 12)
    #expect(isWithin(0.02, finely.value("PCU"), 0.75))
  }

  @Test func steadyCountersAreExactHoweverRareTheReadings() {
    var trial = trial
    trial.evaluationWatts = 40
    trial.period = 0.4
    let evidence = trial.evidence()
    #expect(isClose(evidence.value("AEC"), 40))
    #expect(isClose(evidence.value("AEC.joules"), 60))
  }
}
