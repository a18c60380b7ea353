import Measures
import Testing

@testable import Probes

@Suite struct EnergyMetersTests {
  private static let zone = "/sys/class/powercap/intel-rapl:0"

  private func machine(joules: UInt64 = 0) throws -> FakeMachine {
    try FakeMachine([
      "\(Self.zone)/name": "package-0", "\(Self.zone)/energy_uj": "\(joules)",
      "\(Self.zone)/max_energy_range_uj": "262143328850", "/sys/devices/system/cpu/online": "0-3",
    ])
  }

  private func make(_ source: EnergySource, _ machine: FakeMachine) -> EnergyMeters {
    EnergyMeters(source: source, system: machine.system, accelerators: machine.system.accelerators())
  }

  private func absence(of evidence: EnergyEvidence) -> String? {
    if case .absent(let absence) = evidence { absence.reason } else { nil }
  }

  private func readings(of evidence: EnergyEvidence) -> EnergyCounter? {
    if case .counter(let counter) = evidence { counter } else { nil }
  }

  @Test func raplAlone() throws {
    let machine = try machine()
    var meters = make(.rapl, machine)
    meters.read(cpuSeconds: nil)
    try machine.write("\(Self.zone)/energy_uj", "3000000")
    meters.read(cpuSeconds: 1)
    let counter = try #require(readings(of: meters.evidence))
    #expect(counter.source == "RAPL package-0")
    #expect(counter.readings.map(\.joules) == [0, 3])
    #expect(!counter.isEstimate)
    #expect(counter.idleWatts == nil)
    #expect(meters.notes.contains { $0.contains("whole processor package") })
  }

  @Test func automaticTakesWhatThereIsAndSaysWhatIsNot() throws {
    let machine = try machine()
    var meters = make(.automatic, machine)
    meters.read(cpuSeconds: nil)
    meters.read(cpuSeconds: nil)
    #expect(readings(of: meters.evidence)?.source == "RAPL package-0")
    #expect(meters.notes.contains { $0.hasPrefix("not in the energy: NVML") })
  }

  @Test func automaticWithNothingGivesEveryReason() throws {
    let empty = try FakeMachine()
    var meters = make(.automatic, empty)
    meters.read(cpuSeconds: 1)
    let reason = try #require(absence(of: meters.evidence))
    #expect(reason.contains("NVML: NVIDIA's management library"))
    #expect(reason.contains("RAPL: the kernel offers no power counters"))
    #expect(reason.contains("declaring a TDP"))
    #expect(meters.sources.isEmpty)
    #expect(!meters.readsIdlePower)
  }

  @Test func sourcesThatWereAskedForByNameGiveTheirReason() throws {
    let empty = try FakeMachine()
    #expect(absence(of: make(.rapl, empty).evidence)?.hasPrefix("no RAPL: ") == true)
    #expect(absence(of: make(.nvml, empty).evidence)?.hasPrefix("no NVML energy: ") == true)
    #expect(absence(of: make(.none, empty).evidence)?.contains("none") == true)
  }

  @Test func oneReadingSaysNothing() throws {
    var meters = make(.rapl, try machine())
    meters.read(cpuSeconds: nil)
    #expect(absence(of: meters.evidence)?.contains("fewer than two times") == true)
  }

  @Test func idlePowerIsReadBeforeAndKeptApart() throws {
    let machine = try machine()
    var meters = make(.rapl, machine)
    meters.read(cpuSeconds: nil)
    try machine.write("\(Self.zone)/energy_uj", "5000000")
    meters.read(cpuSeconds: nil)
    meters.endIdle()
    try machine.write("\(Self.zone)/energy_uj", "7000000")
    meters.read(cpuSeconds: 0)
    try machine.write("\(Self.zone)/energy_uj", "8000000")
    meters.read(cpuSeconds: 0)
    let counter = try #require(readings(of: meters.evidence))
    #expect(counter.readings.count == 2)
    #expect(isNear(counter.readings[1].joules - counter.readings[0].joules, 1))
    #expect(try #require(counter.idleWatts) > 0)
  }

  @Test func meanPower() {
    typealias Reading = EnergyCounter.Reading
    let readings = [Reading(nanoseconds: 1_000_000_000, joules: 10), Reading(nanoseconds: 3_000_000_000, joules: 50)]
    #expect(EnergyMeters.meanWatts(readings) == 20)
    #expect(EnergyMeters.meanWatts([readings[0]]) == nil)
    #expect(EnergyMeters.meanWatts([readings[0], readings[0]]) == nil)
    #expect(EnergyMeters.meanWatts([]) == nil)
  }

  @Test func declaredPowerIsAnEstimateInProportionToBusyTime() throws {
    var meters = make(.declaredTDP(watts: 100), try machine())
    #expect(!meters.readsIdlePower)
    meters.read(cpuSeconds: nil)
    meters.read(cpuSeconds: 2)
    meters.read(cpuSeconds: 6)
    let counter = try #require(readings(of: meters.evidence))
    // 100 W over 4 logical processors: 25 J for each second that one of them is busy.
    #expect(counter.readings.map(\.joules) == [50, 150])
    #expect(counter.isEstimate)
    #expect(counter.source == "declared TDP of 100 W over 4 logical processors (estimate)")
    #expect(meters.sources.allSatisfy { $0.isEstimate })
    #expect(meters.notes.contains { $0.contains("estimate") })
    #expect(meters.silences(samples: 3) == ["\(counter.source) answered 2 of 3 times"])
  }

  @Test func powerIntegratesByTrapezoids() {
    var integral = PowerIntegral()
    #expect(integral.add(watts: 10, at: 1_000_000_000) == 0)
    #expect(integral.add(watts: 30, at: 3_000_000_000) == 40)
    #expect(integral.add(watts: 30, at: 3_000_000_000) == 40)
    #expect(integral.add(watts: 10, at: 4_000_000_000) == 60)
  }

  @Test func surveyNamesEverySource() throws {
    let machine = try machine()
    let survey = EnergySurvey(system: machine.system)
    #expect(survey.sources.map(\.name) == ["RAPL", "NVML"])
    #expect(survey.sources[0].isAvailable && survey.sources[0].detail == "RAPL package-0")
    #expect(!survey.sources[1].isAvailable && survey.sources[1].mend != nil)
  }
}
