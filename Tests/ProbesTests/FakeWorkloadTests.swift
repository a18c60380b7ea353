import Foundation
import Measures
import Testing

@testable import Probes

/// The probes beside a real process whose memory, steps and processor time are known: `scripts/fake-workload.py`.
/// What is asserted is held against what the process did by its own clocks, so that a busy machine changes nothing.
@Suite(.serialized) struct FakeWorkloadTests {
  private struct Truth: Decodable {
    struct Step: Decodable {
      var startNs, touchedNs, endNs: UInt64
      var heldBytes, residentBytes: UInt64
      var warmup: Bool
    }
    var baselineResidentBytes, childResidentBytes: UInt64
    var steps: [Step]
    var tokens, samples: Int
    var meanStepSeconds, cpuSeconds: Double
  }

  private struct Event: Decodable {
    var event: String
    var baselineResidentBytes, startNs, endNs: UInt64?
    var tokens: Int?
    var samples: Int?
    var warmup: Bool?
  }

  private struct Run {
    var truth: Truth
    var events: [Event]
    var readings: ProbeReadings
  }

  private func run(_ arguments: [String], plan: ProbePlan) throws -> Run {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts/fake-workload.py").standardizedFileURL.path
    let truthPath = NSTemporaryDirectory() + "truth-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: truthPath) }
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script, "--truth", truthPath, "--hold"] + arguments
    process.standardInput = input
    process.standardOutput = output
    let probe = try TrialProbe(plan: plan)
    try process.run()
    probe.start(processIdentifier: process.processIdentifier)
    // The workload holds still after its last line, so that the last sample sees everything it did.
    var text = ""
    while !text.contains("\"finished\"") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
    }
    let readings = probe.stop()
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let events = try text.split(whereSeparator: \.isNewline).map {
      try decoder.decode(Event.self, from: Data($0.utf8))
    }
    let truth = try decoder.decode(Truth.self, from: Data(contentsOf: URL(fileURLWithPath: truthPath)))
    return Run(truth: truth, events: events, readings: readings)
  }

  /// The run as the measures see it.
  private func evidence(_ run: Run) throws -> TrialEvidence {
    let steps = try run.events.filter { $0.event == "step" }.enumerated().map { index, event in
      StepObservation(
        index: index, phase: .train, isWarmup: event.warmup ?? false,
        startNanoseconds: try #require(event.startNs), endNanoseconds: try #require(event.endNs),
        tokens: try #require(event.tokens), samples: try #require(event.samples))
    }
    return TrialEvidence(
      steps: steps, resources: run.readings.samples, energy: run.readings.energy, device: run.readings.device,
      baselineResidentBytes: try #require(run.events.first?.baselineResidentBytes))
  }

  private func value(_ id: MeasureID, _ evidence: TrialEvidence) throws -> Double {
    let measure = try #require(MeasureCatalogue[id])
    return try #require(measure.compute(evidence).quantity, "\(measure.compute(evidence))").value
  }

  /// AMU, AL and tokens of a workload that holds 128 MiB through all its steps.
  @Test func knownMemoryStepsAndTokens() throws {
    let run = try run(
      ["--steps", "8", "--warmup", "2", "--step-ms", "60", "--memory-mib", "128", "--tokens-per-step", "512"],
      plan: ProbePlan(interval: .milliseconds(5), energy: .none))
    let evidence = try evidence(run)
    #expect(evidence.baselineResidentBytes == run.truth.baselineResidentBytes)
    let steps = evidence.steps.filter { !$0.isWarmup }
    #expect(steps.count == 8)

    let dialled = Double(128 << 20) / 1e9
    #expect(isNear(try value("AMU.allocated", evidence), dialled, within: 0.02 * dialled))
    let held = dialled + Double(run.truth.baselineResidentBytes) / 1e9
    #expect(isNear(try value("AMU", evidence), held, within: 0.02 * held))
    #expect(isNear(try value("AMU.peak", evidence), dialled, within: 0.02 * dialled))

    let latency = try value("AL", evidence)
    #expect(isNear(latency, run.truth.meanStepSeconds, within: 0.02 * run.truth.meanStepSeconds))
    #expect(latency >= 0.060)

    #expect(steps.map(\.tokens).reduce(0, +) == 8 * 512)
    #expect(run.truth.tokens == 8 * 512)
    #expect(steps.map(\.samples).reduce(0, +) == run.truth.samples)

    // One clock for both processes: the steps lie inside the samples.
    #expect(try #require(run.readings.samples.first).nanoseconds <= steps[0].startNanoseconds)
    #expect(try #require(run.readings.samples.last).nanoseconds >= steps[7].endNanoseconds)
  }

  @Test func memoryThatChangesFromStepToStep() throws {
    let run = try run(
      ["--steps", "6", "--warmup", "0", "--step-ms", "150", "--memory-mib", "128,192,96"],
      plan: ProbePlan(interval: .milliseconds(5), energy: .none))
    #expect(Set(run.truth.steps.map(\.heldBytes)) == [96 << 20, 128 << 20, 192 << 20])
    for step in run.truth.steps {
      for sample in run.readings.samples
      where sample.nanoseconds > step.touchedNs && sample.nanoseconds + 2_000_000 < step.endNs {
        let bytes = Double(try #require(sample.residentBytes)) - Double(run.truth.baselineResidentBytes)
        #expect(abs(bytes - Double(step.heldBytes)) <= 0.02 * Double(step.heldBytes))
      }
    }
  }

  @Test func memoryOfChildrenCounts() throws {
    let run = try run(
      ["--steps", "3", "--warmup", "1", "--step-ms", "40", "--memory-mib", "64", "--child-memory-mib", "128"],
      plan: ProbePlan(interval: .milliseconds(5), energy: .none))
    let end = try #require(run.truth.steps.last)
    let sample = try #require(run.readings.samples.last)
    let expected = Double(end.residentBytes + run.truth.childResidentBytes)
    #expect(abs(Double(try #require(sample.residentBytes)) - expected) <= 0.02 * expected)
  }

  /// Half of the processor time is a child's that has ended; the declared power follows it.
  @Test func processorTimeOfTheWholeTree() throws {
    let run = try run(
      [
        "--steps", "4", "--warmup", "1", "--step-ms", "100", "--memory-mib", "8", "--burn-cpu", "--child-burn-ms",
        "500",
      ],
      plan: ProbePlan(interval: .milliseconds(10), energy: .declaredTDP(watts: 40)))
    let seconds = try #require(run.readings.samples.last?.cpuSeconds)
    // The kernel shows hundredths, in four counters; the workload writes its truth after it has read the time.
    #expect(abs(seconds - run.truth.cpuSeconds) <= 0.02 * run.truth.cpuSeconds + 0.05)
    #expect(seconds >= 0.5)
    guard case .counter(let counter) = run.readings.energy else {
      Issue.record("no estimate: \(run.readings.energy)")
      return
    }
    let processors = Double(MachineLimits.onlineProcessors(.live))
    #expect(abs(try #require(counter.readings.last).joules - 40 * seconds / processors) < 1e-6)
    #expect(counter.isEstimate)
  }

  @Test func proportionalMemoryOfARealProcess() throws {
    let run = try run(
      ["--steps", "3", "--warmup", "1", "--step-ms", "40", "--memory-mib", "128"],
      plan: ProbePlan(interval: .milliseconds(10), energy: .none, memory: .proportional))
    let bytes = try #require(run.readings.samples.last?.residentBytes)
    // Private memory counts in full, shared libraries in part.
    #expect(bytes >= 128 << 20)
    let resident = try #require(run.truth.steps.last).residentBytes
    #expect(bytes <= resident + (4 << 20))
  }
}
