import Measures
import Testing

/// Two requests in a batch of four: a prefill of 0.5 s over 400 prompt tokens, then ten decode steps of 0.05 s.
@Suite struct InferenceTests {
  private var evidence: TrialEvidence {
    var steps: [StepObservation] = []
    var now: UInt64 = 0
    func add(_ phase: StepObservation.Phase, _ milliseconds: UInt64, tokens: Int, isWarmup: Bool = false) {
      let end = now + milliseconds * 1_000_000
      steps.append(
        StepObservation(
          index: steps.count, phase: phase, isWarmup: isWarmup, startNanoseconds: now, endNanoseconds: end,
          tokens: tokens, samples: 4))
      now = end
    }
    add(.prefill, 3000, tokens: 400, isWarmup: true)
    for _ in 0..<2 {
      add(.prefill, 500, tokens: 400)
      for _ in 0..<10 { add(.decode, 50, tokens: 4) }
    }
    return TrialEvidence(
      model: ModelAccount(parameters: 1000, parameterBytes: 4000, inferenceFLOPsPerToken: 2000), steps: steps,
      energy: .counter(
        EnergyCounter(
          source: "NVML", readings: [.init(nanoseconds: 0, joules: 0), .init(nanoseconds: now, joules: 500)],
          isEstimate: true)),
      device: DeviceEvidence(peakFLOPsPerSecond: 1e7))
  }

  @Test func phases() {
    #expect(isClose(evidence.value("AL.ttft"), 0.5))
    #expect(isClose(evidence.value("AL.tpot"), 0.05))
    #expect(isClose(evidence.value("IT.prefill"), 800))
    #expect(isClose(evidence.value("IT.decode"), 80))
    #expect(isClose(evidence.value("IT"), 40))
    #expect(isClose(evidence.value("AL"), 2.0 / 22))
    #expect(isClose(evidence.value("PCU.mfu"), 2000 * 880 / 2 / 1e7))
  }

  @Test func energyIsPerGeneratedTokenAndPerPrompt() throws {
    #expect(isClose(evidence.value("AEC"), 100))
    #expect(isClose(evidence.value("AEC.joulesPerToken"), 200.0 / 80))
    #expect(isClose(evidence.value("AEC.joulesPerSample"), 200.0 / 8))
    // An estimate stays marked.
    for id in ["AEC", "AEC.joules", "AEC.joulesPerToken", "AEC.joulesPerSample"] {
      #expect(try #require(MeasureCatalogue[MeasureID(id)]?.compute(evidence).quantity).isEstimate, "\(id)")
    }
  }

  /// The second request decodes its last token in 0.25 s where the others take 0.05 s: of 20 steps the 0.99 quantile lies
  /// at position 18.81, 0.81 of the way from 0.05 to 0.25. Its prefill takes 0.7 s beside the other's 0.5 s.
  @Test func tails() {
    var slow = evidence
    slow.steps[slow.steps.count - 1].endNanoseconds += 200_000_000
    #expect(isClose(slow.value("AL.tpot.p50"), 0.05))
    #expect(isClose(slow.value("AL.tpot.p99"), 0.05 + 0.81 * 0.2))
    slow.steps[1].startNanoseconds -= 200_000_000
    #expect(isClose(slow.value("AL.ttft.p50"), 0.6))
    #expect(isClose(slow.value("AL.ttft.p99"), 0.5 + 0.99 * 0.2))
  }

  @Test func memoryIsToldApart() {
    #expect(evidence.reason("AMU.cache") == "the trial did not tell its memory apart")
    var told = evidence
    told.memoryParts = MemoryParts(weightBytes: 3_000_000_000, cacheBytes: 500_000_000)
    #expect(isClose(told.value("AMU.weights"), 3))
    #expect(isClose(told.value("AMU.cache"), 0.5))
    #expect(told.reason("AMU.scratch") == "the trial did not tell its memory apart")
  }

  @Test func trainingMeasuresAreAbsent() {
    #expect(evidence.reason("TT") == "the trial measured no train step")
    #expect(evidence.reason("ST.samplesPerSecond") == "the trial measured no train step")
    let training = ScriptedTrial().evidence()
    #expect(training.reason("IT") == "the trial measured no decode step")
    #expect(training.reason("AL.ttft") == "the trial measured no prefill step")
  }
}
