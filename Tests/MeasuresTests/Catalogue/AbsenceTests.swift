import Measures
import Testing

/// What is missing is named, and nothing else goes missing with it.
@Suite struct AbsenceTests {
  private let whole = ScriptedTrial().evidence()

  @Test func energyWithoutACounterKeepsItsReason() {
    var evidence = whole
    evidence.energy = .absent(Absence("RAPL is not readable: run as root"))
    for id in ["AEC", "AEC.joules", "AEC.joulesPerToken", "AEC.joulesPerSample", "AEC.idleSubtracted", "AEC.idle"] {
      #expect(evidence.reason(MeasureID(id)) == "RAPL is not readable: run as root", "\(id)")
    }
    #expect(evidence.value("AL") != nil)
  }

  @Test func sampledWattsGiveThePublishedMeanAlone() {
    var evidence = whole
    evidence.energy = .absent(Absence("no counter"))
    evidence.resources = evidence.resources.map {
      ResourceSample(nanoseconds: $0.nanoseconds, powerMilliwatts: 250_000)
    }
    #expect(isClose(evidence.value("AEC"), 250))
    #expect(evidence.reason("AEC.joules") == "no counter")
  }

  @Test func acceleratorMemoryIsTheAccelerators() {
    var evidence = whole
    evidence.resources = evidence.resources.map {
      ResourceSample(
        nanoseconds: $0.nanoseconds, residentBytes: 1, allocatedBytes: 3_000_000_000, cpuSeconds: 1,
        deviceMemoryBytes: 4_000_000_000, deviceUtilisation: 0.9)
    }
    #expect(isClose(evidence.value("AMU"), 4))
    #expect(isClose(evidence.value("AMU.tensor"), 3))
    #expect(isClose(evidence.value("PCU"), 0.9))
    #expect(evidence.reason("AMU.allocated")?.contains("AMU.tensor") == true)
    evidence.baselineDeviceMemoryBytes = 500_000_000
    #expect(isClose(evidence.value("AMU.allocated"), 3.5))
    // A trial that computed on the CPU of such a machine is measured by the host's counters.
    evidence.device.isAccelerated = false
    #expect(isClose(evidence.value("AMU"), 1e-9, 1e-6))
  }

  @Test func readingsThatMissTheWindowSayNothing() {
    var evidence = whole
    evidence.resources = [ResourceSample(nanoseconds: 5, residentBytes: 1_000_000_000, cpuSeconds: 1)]
    #expect(evidence.reason("AMU")?.contains("never read while the measured steps ran") == true)
    #expect(evidence.reason("PCU")?.contains("span only 0 %") == true)
    #expect(evidence.reason("AMU.tensor") == "the trial reported no reading of its allocator")
  }

  @Test func aCounterThatRunsBackwardsIsNotBelieved() {
    var evidence = whole
    guard case .counter(var counter) = evidence.energy else { return }
    counter.readings = counter.readings.map { .init(nanoseconds: $0.nanoseconds, joules: -$0.joules) }
    counter.idleWatts = nil
    evidence.energy = .counter(counter)
    #expect(evidence.reason("AEC") == "the counter of RAPL package-0 ran backwards")
    #expect(evidence.reason("AEC.idle") == "the power was not read before the trial began")
    counter.readings = []
    evidence.energy = .counter(counter)
    #expect(evidence.reason("AEC.joules") == "the energy counter (RAPL package-0) was never read")
  }

  @Test func unknownModelAndDevice() {
    var evidence = whole
    evidence.model = nil
    evidence.device = DeviceEvidence()
    #expect(evidence.reason("TT")?.contains("parameters") == true)
    #expect(evidence.value("TT.tokensPerSecond") != nil)
    #expect(evidence.reason("PCU.mfu")?.contains("FLOPs") == true)
    #expect(evidence.reason("PCU")?.contains("threads") == true)
    #expect(evidence.reason("AMU.fraction")?.contains("capacity") == true)
    evidence.model = whole.model
    #expect(evidence.reason("PCU.mfu")?.contains("doctor --calibrate") == true)
  }

  @Test func compression() {
    var evidence = whole
    #expect(evidence.reason("MCR")?.contains("bits a weight") == true)
    evidence.model?.bitsPerWeight = 4
    evidence.model?.referenceBitsPerWeight = 16
    #expect(evidence.reason("MCR")?.contains("score") == true)
    evidence.compression = CompressionEvidence(
      score: 0.63, referenceScore: 0.7, weightBytes: 2_000, referenceWeightBytes: 3_000)
    #expect(isClose(evidence.value("MCR"), 3.6))
    #expect(isClose(evidence.value("MCR.measured"), 1.35))
    evidence.compression?.weightBytes = nil
    #expect(evidence.reason("MCR.measured")?.contains("bytes") == true)
  }
}
