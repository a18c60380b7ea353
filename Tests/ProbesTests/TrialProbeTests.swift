import Foundation
import Measures
import Testing

@testable import Probes

@Suite struct TrialProbeTests {
  @Test(arguments: [
    ProbePlan(interval: .zero), ProbePlan(interval: .seconds(-1)), ProbePlan(interval: .microseconds(10)),
    ProbePlan(interval: .seconds(7200)), ProbePlan(energy: .declaredTDP(watts: 0)),
    ProbePlan(energy: .declaredTDP(watts: .nan)), ProbePlan(energy: .declaredTDP(watts: -5)),
    ProbePlan(idleSeconds: -1), ProbePlan(idleSeconds: .infinity), ProbePlan(idleSeconds: .nan),
  ])
  func plansThatCannotBeMeant(plan: ProbePlan) {
    let error = #expect(throws: ProbeError.self) { try TrialProbe(plan: plan) }
    #expect(error?.isUsage == true)
  }

  @Test func everyErrorNamesTheThing() {
    #expect(ProbeError.impossibleInterval(seconds: 0).description.contains("at least 1 ms"))
    #expect(ProbeError.impossibleIdleTime(seconds: -2).description.contains("-2.0 s"))
    #expect(ProbeError.impossiblePower(watts: -5).description.contains("-5.0 W"))
    #expect(ProbeError.unreadableRecording(path: "a.json", reason: "gone").description.contains("a.json"))
    #expect(!ProbeError.unwritableRecording(path: "b.json", reason: "full").isUsage)
  }

  @Test func theFirstSampleIsTakenAtOnceAndTheLastAtTheEnd() throws {
    let probe = try TrialProbe(plan: ProbePlan(interval: .seconds(3600), energy: .none))
    probe.start(processIdentifier: getpid())
    let before = MonotonicClock.nanoseconds()
    let readings = probe.stop()
    #expect(readings.samples.count == 2)
    #expect(readings.samples[1].nanoseconds >= before)
    #expect(readings.sampling?.missedDeadlines == 0)
  }

  /// Energy is read beside every sample, at a time of its own that lies close behind.
  @Test func energyIsReadWithTheSamples() throws {
    let probe = try TrialProbe(plan: ProbePlan(interval: .milliseconds(2), energy: .declaredTDP(watts: 10)))
    probe.start(processIdentifier: getpid())
    let readings = probe.stop()
    guard case .counter(let counter) = readings.energy else {
      Issue.record("no estimate: \(readings.energy)")
      return
    }
    #expect(counter.readings.count == readings.samples.count)
    #expect(zip(readings.samples, counter.readings).allSatisfy { $0.nanoseconds <= $1.nanoseconds })
    #expect(zip(counter.readings, counter.readings.dropFirst()).allSatisfy { $0.joules <= $1.joules })
    #expect(readings.energySources == [counter])
  }

  @Test func readsThisProcess() throws {
    let probe = try TrialProbe(plan: ProbePlan(interval: .milliseconds(1), energy: .none))
    let before = MonotonicClock.nanoseconds()
    probe.start(processIdentifier: getpid())
    let readings = probe.stop()
    let after = MonotonicClock.nanoseconds()
    #expect(readings.samples.count >= 2)
    #expect(readings.samples.allSatisfy { (before...after).contains($0.nanoseconds) })
    #expect(readings.samples.allSatisfy { $0.residentBytes ?? 0 > 1 << 20 && $0.cpuSeconds != nil })
    #expect(zip(readings.samples, readings.samples.dropFirst()).allSatisfy { $0.nanoseconds <= $1.nanoseconds })
    #expect(zip(readings.samples, readings.samples.dropFirst()).allSatisfy { $0.cpuSeconds! <= $1.cpuSeconds! })
    #expect(readings.samples.allSatisfy { $0.allocatedBytes == nil })
    #expect(readings.sampling?.samples == readings.samples.count)
    #expect(try #require(readings.sampling?.threadCPUNanoseconds) > 0)
    #expect(readings.device.logicalCores != nil)
    #expect(readings.notes.contains { $0.hasPrefix("memory: resident set") })
    #expect(readings.notes.contains { $0.hasPrefix("sampling: ") })
  }

  @Test func stoppingAgainGivesTheSame() throws {
    let probe = try TrialProbe(plan: ProbePlan(interval: .seconds(60), energy: .none))
    probe.start(processIdentifier: getpid())
    let readings = probe.stop()
    #expect(probe.stop() == readings)
    let recording = try #require(probe.recording(of: readings))
    #expect(recording.readings == readings)
    #expect(recording.startNanoseconds <= readings.samples[0].nanoseconds)
  }

  @Test func aProbeThatWasNeverStarted() throws {
    let probe = try TrialProbe(plan: ProbePlan(energy: .none))
    let readings = probe.stop()
    #expect(readings.samples.isEmpty)
    #expect(readings.sampling == nil)
    #expect(probe.recording(of: readings) == nil)
  }

  @Test func aProbeThatIsDroppedEndsItsThread() throws {
    weak var dropped: TrialProbe?
    do {
      let probe = try TrialProbe(plan: ProbePlan(interval: .milliseconds(1), energy: .none))
      probe.start(processIdentifier: getpid())
      dropped = probe
    }
    #expect(dropped == nil)
  }

  @Test func aProcessThatIsGoneGivesSamplesWithoutNumbers() throws {
    let machine = try FakeMachine()
    let probe = try TrialProbe(plan: ProbePlan(energy: .automatic), system: machine.system)
    probe.start(processIdentifier: 12345)
    let readings = probe.stop()
    #expect(readings.samples.count >= 2)
    #expect(readings.samples.allSatisfy { $0.residentBytes == nil && $0.cpuSeconds == nil })
    #expect(readings.notes.contains { $0.contains("process 12345 had ended") })
    guard case .absent = readings.energy else {
      Issue.record("energy on a machine without counters: \(readings.energy)")
      return
    }
  }

  /// A cancelled study doesn't wait for the machine to be idle.
  @Test func readingIdlePowerCanBeCancelled() async throws {
    let zone = "/sys/class/powercap/intel-rapl:0"
    let machine = try FakeMachine(["\(zone)/name": "package-0", "\(zone)/energy_uj": "1"], live: ["/proc"])
    let probe = try TrialProbe(plan: ProbePlan(energy: .rapl, idleSeconds: 3000), system: machine.system)
    let reading = Task { await probe.measureIdle() }
    reading.cancel()
    await reading.value
    probe.start(processIdentifier: getpid())
    let readings = probe.stop()
    guard case .counter(let counter) = readings.energy else {
      Issue.record("no energy: \(readings.energy)")
      return
    }
    #expect(counter.idleWatts == nil)
    #expect(readings.notes.contains { $0.contains("cut short") })
  }
}
