import Foundation
import Measures
import Testing

@testable import Probes

@Suite struct ProbeRecordingTests {
  private func readings() -> ProbeReadings {
    let counter = EnergyCounter(
      source: "RAPL package-0",
      readings: [.init(nanoseconds: 1_000, joules: 0), .init(nanoseconds: 2_000, joules: 1.5)], idleWatts: 3)
    return ProbeReadings(
      samples: [
        ResourceSample(nanoseconds: 1_000, residentBytes: 5, cpuSeconds: 0.25),
        ResourceSample(nanoseconds: 2_000, residentBytes: nil, cpuSeconds: 0.5),
      ],
      energy: .counter(counter), energySources: [counter], device: DeviceEvidence(memoryCapacityBytes: 7),
      sampling: SamplingAccount(samples: 2), notes: ["a note"])
  }

  private func temporaryFile() -> URL {
    URL(fileURLWithPath: NSTemporaryDirectory() + "recording-\(UUID().uuidString).json")
  }

  @Test func comesBackAsItWasWritten() throws {
    let url = temporaryFile()
    defer { try? FileManager.default.removeItem(at: url) }
    let recording = ProbeRecording(startNanoseconds: 900, readings: readings())
    try recording.write(to: url)
    #expect(try ProbeRecording(contentsOf: url) == recording)
  }

  @Test func aReplayBeginsWhenItIsStarted() throws {
    let url = temporaryFile()
    defer { try? FileManager.default.removeItem(at: url) }
    try ProbeRecording(startNanoseconds: 900, readings: readings()).write(to: url)
    let probe = try TrialProbe(plan: ProbePlan(energy: .replay(path: url.path), idleSeconds: 5))
    let before = MonotonicClock.nanoseconds()
    probe.start(processIdentifier: 1)
    let after = MonotonicClock.nanoseconds()
    let replayed = probe.stop()
    #expect(replayed.samples.count == 2)
    #expect((before + 100...after + 100).contains(replayed.samples[0].nanoseconds))
    #expect(replayed.samples[1].nanoseconds - replayed.samples[0].nanoseconds == 1_000)
    #expect(replayed.samples[1].residentBytes == nil)
    guard case .counter(let counter) = replayed.energy else {
      Issue.record("the energy was not replayed")
      return
    }
    #expect(counter.readings[0].nanoseconds == replayed.samples[0].nanoseconds)
    #expect(counter.idleWatts == 3)
    #expect(replayed.energySources == [counter])
    #expect(replayed.notes.contains { $0.contains("replayed") })
  }

  @Test func withoutAStartItKeepsItsTimes() throws {
    let url = temporaryFile()
    defer { try? FileManager.default.removeItem(at: url) }
    try ProbeRecording(startNanoseconds: 900, readings: readings()).write(to: url)
    #expect(try TrialProbe(plan: ProbePlan(energy: .replay(path: url.path))).stop().samples == readings().samples)
  }

  /// A recording may be replayed at an earlier time of the clock than it was made at: after another boot.
  @Test func clocksThatBeganAnewAreNoTrouble() {
    let recording = ProbeRecording(startNanoseconds: 900, readings: readings())
    #expect(recording.readings(startingAt: 10).samples.map(\.nanoseconds) == [110, 1_110])
  }

  @Test func damagedRecordingsAreNamed() throws {
    let url = temporaryFile()
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(throws: ProbeError.self) { try ProbeRecording(contentsOf: url) }
    try Data("{\"version\":1,".utf8).write(to: url)
    let error = #expect(throws: ProbeError.self) { try ProbeRecording(contentsOf: url) }
    #expect(error?.description.contains(url.path) == true)
    var later = ProbeRecording(startNanoseconds: 1, readings: readings())
    later.version = 9
    try later.write(to: url)
    #expect(
      #expect(throws: ProbeError.self) { try ProbeRecording(contentsOf: url) }?.description.contains("form 9") == true)
    #expect(throws: ProbeError.self) { try TrialProbe(plan: ProbePlan(energy: .replay(path: "/nowhere/at/all"))) }
    #expect(throws: ProbeError.self) { try later.write(to: URL(fileURLWithPath: "/nowhere/at/all")) }
  }
}
