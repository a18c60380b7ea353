import Foundation
import Measures
import Probes
import Records
import Synchronization

@testable import Studies

/// Runs no process: says for each trial what a script of the test gives, and keeps which trials were asked for.
final class ScriptedExecutor: TrialExecutor {
  struct Script: Sendable {
    var lines: [TrialEvent]
    var exit: TrialExit = .exited(0)
  }

  private let asked = Mutex<[String]>([])
  private let script: @Sendable (TrialSpec) -> Script

  init(_ script: @escaping @Sendable (TrialSpec) -> Script = { .init(lines: FakeTrial.good($0)) }) {
    self.script = script
  }

  /// "method/seed" in the order in which they were run.
  var runs: [String] { asked.withLock { $0 } }

  func run(_ launch: TrialLaunch, stop: StopSignal, observer: any TrialObserver) async -> TrialRun {
    // The fake commands have the spec as their only argument.
    guard let path = launch.command.last, let data = FileManager.default.contents(atPath: path),
      let spec = try? JSONDecoder().decode(TrialSpec.self, from: data)
    else { return TrialRun(exit: .notStarted(reason: "no spec")) }
    asked.withLock { $0.append("\(spec.method)/\(spec.seed)") }
    observer.didStart(TrialProcess(processIdentifier: getpid(), birth: "fake"))
    let script = script(spec)
    for line in script.lines {
      guard let bytes = try? TrialEventWriter.line(line) else { continue }
      if observer.didWrite(Array(bytes)) == .end { return TrialRun(exit: .endedByRunner) }
    }
    return TrialRun(exit: script.exit)
  }
}

enum FakeTrial {
  static func good(_ spec: TrialSpec, tokens: Int? = nil) -> [TrialEvent] {
    let steps = spec.work.steps
    var events: [TrialEvent] = [
      .started(
        TrialEvent.Started(
          name: spec.method, monotonicNanoseconds: 0, plannedTokens: tokens,
          environment: ["torch": "none", "data.corpus": "fake"]))
    ]
    for index in 0..<steps {
      events.append(
        .step(
          StepObservation(
            index: index, phase: .train, isWarmup: index < spec.work.warmupSteps,
            startNanoseconds: UInt64(index) * 1_000_000, endNanoseconds: UInt64(index + 1) * 1_000_000,
            tokens: index == 0
              ? (tokens ?? spec.work.stepTokens) - (steps - 1) * spec.work.tokensPerStep
              : spec.work.tokensPerStep, samples: 1, loss: 5)))
    }
    events.append(.measure(.init(id: "accuracy", value: 0.25 * Double(spec.seed), unit: .fraction, count: 4)))
    events.append(.finished(monotonicNanoseconds: UInt64(steps) * 1_000_000))
    return events
  }
}

/// Reads nothing of the machine.
struct SilentProbe: TrialProbing {
  func measureIdle() async {}
  func start(processIdentifier: Int32) {}
  func stop() -> ProbeReadings {
    ProbeReadings(energy: .absent(Absence("a fake")), notes: ["a fake probe"])
  }
}

/// A folder with records, and runners over them.
struct Workbench {
  let folder: TemporaryFolder
  let store: RecordStore

  init() throws {
    folder = try TemporaryFolder()
    store = try RecordStore(creatingAt: folder.file("records.sqlite"))
  }

  static func plan(_ rest: String = "") throws -> StudyPlan {
    try StudyPlan(
      yaml: """
        study: fakes
        workload: command
        command: [fake, "{spec}"]
        vary: {method: [a, b, c]}
        threads: 1
        work: {tokens: 4000, tokens-per-step: 1000, sequence-length: 100, warmup-steps: 1}
        \(rest.contains("repeats") || rest.contains("seeds") ? "" : "repeats: 2")
        \(rest)
        """)
  }

  func runner(
    _ plan: StudyPlan, _ executor: any TrialExecutor, retriesFailed: Bool = false,
    progress: @escaping @Sendable (StudyProgress) -> Void = { _ in }
  ) throws -> StudyRunner {
    try StudyRunner(
      plan: plan, registry: WorkloadRegistry([], python: "python3"), store: store, executor: executor,
      configuration: StudyRunner.Configuration(
        trialsDirectory: folder.file("trials"), locksDirectory: folder.file("locks"),
        environment: ["EFFICIENTLLM_HOME": folder.path],
        manifest: Manifest(sections: ["hardware": ["cpu": "fake"]]), commandLine: "study run fakes.yaml",
        retriesFailed: retriesFailed, makeProbe: { _ in SilentProbe() }),
      progress: progress)
  }
}
