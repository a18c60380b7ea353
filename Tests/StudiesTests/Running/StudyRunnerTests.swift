import Foundation
import Measures
import Probes
import Records
import Synchronization
import Testing

@testable import Studies

@Suite struct StudyRunnerTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  @Test func everyCellRunsWithTheFirstSeedBeforeTheNext() async throws {
    let executor = ScriptedExecutor()
    let outcome = try await bench.runner(Workbench.plan(), executor).run()
    #expect(executor.runs == ["a/0", "b/0", "c/0", "a/1", "b/1", "c/1"])
    #expect(outcome.ending == .complete)
    #expect(outcome.finished == 6)
    #expect(outcome.failed.isEmpty && outcome.missing.isEmpty)
  }

  @Test func aFinishedTrialIsStoredWithEverything() async throws {
    let outcome = try await bench.runner(Workbench.plan("seeds: [4]"), ScriptedExecutor()).run()
    let trials = try bench.store.trials(of: try #require(outcome.study.id))
    let trial = try #require(trials.first)
    #expect(trial.status == .finished)
    #expect(trial.seed == 4)
    #expect(trial.cell.settings == ["method": "a"])
    #expect(trial.evidence?.steps.count == 4)
    #expect(trial.evidence?.device.threads == 1)
    #expect(trial.measures["accuracy"] == .value(Quantity(1, count: 4)))
    #expect(trial.reportedUnits["accuracy"] == .fraction)
    #expect(Set(MeasureCatalogue.all.map(\.id)).isSubset(of: trial.measures.keys))
    let sections = trial.manifest.sections
    #expect(sections["hardware"] == ["cpu": "fake"])
    #expect(sections["software"] == ["torch": "none"])
    #expect(sections["data"] == ["corpus": "fake"])
    #expect(sections["settings"]?["seed"] == "4")
    #expect(sections["settings"]?["tokens"] == "4000")
    #expect(sections["measuring"]?["notes"] == "a fake probe")
    #expect(sections["measuring"]?["command"]?.hasPrefix("fake ") == true)
    let left = try FileManager.default.subpathsOfDirectory(atPath: bench.folder.file("trials"))
    #expect(!left.contains { $0.hasSuffix("spec.json") })
  }

  @Test func theNextRunDoesOnlyWhatIsMissing() async throws {
    _ = try await bench.runner(Workbench.plan("repeats: 1"), ScriptedExecutor()).run()
    let executor = ScriptedExecutor()
    let outcome = try await bench.runner(Workbench.plan("repeats: 2"), executor).run()
    #expect(executor.runs == ["a/1", "b/1", "c/1"])
    #expect(outcome.finished == 6)
    let none = ScriptedExecutor()
    _ = try await bench.runner(Workbench.plan("repeats: 2"), none).run()
    #expect(none.runs.isEmpty)
  }

  @Test func aFailureCostsOneTrialAndIsRetriedOnlyWhenAsked() async throws {
    let failing = ScriptedExecutor { spec in
      switch spec.method {
      case "a": .init(lines: Array(FakeTrial.good(spec).prefix(3)), exit: .signalled(9))
      case "b":
        .init(lines: FakeTrial.good(spec).prefix(2) + [.failed(.init(kind: "diverged", message: "NaN", step: 1))])
      default: .init(lines: FakeTrial.good(spec))
      }
    }
    let outcome = try await bench.runner(Workbench.plan(), failing).run()
    #expect(outcome.ending == .complete)
    #expect(outcome.finished == 2)
    #expect(
      outcome.failed.map { "\($0.method)/\($0.seed) \($0.failure?.kind ?? "")" } == [
        "a/0 out-of-memory", "b/0 diverged", "a/1 out-of-memory", "b/1 diverged",
      ])

    let calm = ScriptedExecutor()
    let second = try await bench.runner(Workbench.plan(), calm).run()
    #expect(calm.runs.isEmpty)
    #expect(second.failed.count == 4)

    let retrying = ScriptedExecutor()
    let third = try await bench.runner(Workbench.plan(), retrying, retriesFailed: true).run()
    #expect(retrying.runs == ["a/0", "b/0", "a/1", "b/1"])
    #expect(third.finished == 6)
    let trials = try bench.store.trials(of: try #require(third.study.id), evidence: false)
    #expect(trials.filter { $0.cell.method == "a" && $0.seed == 0 }.map(\.attempt) == [1, 2])
  }

  @Test func aTrialThatDidOtherWorkThanTheOthersIsNoPartOfTheComparison() async throws {
    let executor = ScriptedExecutor { spec in
      .init(lines: FakeTrial.good(spec, tokens: spec.method == "b" ? 3500 : 4000))
    }
    let outcome = try await bench.runner(Workbench.plan("repeats: 1"), executor).run()
    #expect(outcome.finished == 2)
    #expect(outcome.failed.map(\.method) == ["b"])
    #expect(outcome.failed[0].failure?.kind == "unequal-work")
    #expect(outcome.failed[0].failure?.message.contains("3500") == true)
    #expect(outcome.failed[0].failure?.message.contains("4000") == true)
  }

  @Test func anInterruptedTrialBeginsAnew() async throws {
    let stop = StopSignal()
    let stopping = ScriptedExecutor { spec in
      if spec.method == "b" {
        stop.request()
        return .init(lines: Array(FakeTrial.good(spec).prefix(2)), exit: .stopped)
      }
      return .init(lines: FakeTrial.good(spec))
    }
    let outcome = try await bench.runner(Workbench.plan("repeats: 1"), stopping).run(stop: stop)
    #expect(outcome.ending == .stopped)
    #expect(outcome.finished == 1)
    #expect(outcome.missing.map(\.method) == ["b", "c"])
    #expect(outcome.failed.isEmpty)
    let again = ScriptedExecutor()
    _ = try await bench.runner(Workbench.plan("repeats: 1"), again).run()
    #expect(again.runs == ["b/0", "c/0"])
  }

  @Test func whatADeadRunnerLeftRunningBeginsAnew() async throws {
    let plan = try Workbench.plan("repeats: 1")
    let runner = try bench.runner(plan, ScriptedExecutor())
    let study = try bench.store.saveStudy(
      StudyRecord(
        name: plan.name, digest: plan.digest, question: "", plan: plan.text, command: "", createdAt: Date()))
    _ = try bench.store.startTrial(
      TrialRecord(
        studyID: try #require(study.id), cell: runner.cells[1].record, seed: 0, status: .running, startedAt: Date()))
    let outcome = try await runner.run()
    #expect(outcome.finished == 3)
    let trials = try bench.store.trials(of: try #require(study.id), evidence: false)
    #expect(trials.map { $0.failure?.kind ?? "finished" } == ["interrupted", "finished", "finished", "finished"])
  }

  @Test func aSpentBudgetBeginsNoFurtherTrial() async throws {
    let executor = ScriptedExecutor { spec in
      Thread.sleep(forTimeInterval: 0.08)
      return .init(lines: FakeTrial.good(spec))
    }
    let outcome = try await bench.runner(Workbench.plan("budget: {minutes: 0.001}"), executor).run()
    #expect(outcome.ending == .budgetSpent)
    #expect(outcome.finished == 1)
    #expect(outcome.missing.count == 5)
  }

  @Test func twoRunnersAreNotAtOneStudy() async throws {
    let lock = try StudyLock(study: "fakes", directory: bench.folder.file("locks"))
    await #expect(throws: StudyError.locked(study: "fakes", holder: getpid())) {
      try await bench.runner(Workbench.plan(), ScriptedExecutor()).run()
    }
    withExtendedLifetime(lock) {}
  }

  @Test func theFolderOfATrialBeginsEmpty() async throws {
    let seen = Mutex<[[String]]>([])
    let executor = ScriptedExecutor { spec in
      let folder = spec.workingDirectory
      seen.withLock { $0.append((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []) }
      try? Data().write(to: URL(fileURLWithPath: folder + "/checkpoint"))
      return .init(lines: [], exit: .exited(1))
    }
    _ = try await bench.runner(Workbench.plan("repeats: 1"), executor).run()
    _ = try await bench.runner(Workbench.plan("repeats: 1"), executor, retriesFailed: true).run()
    #expect(seen.withLock { $0 } == Array(repeating: ["spec.json"], count: 6))
  }

  @Test func aFolderThatCannotBeMadeStopsTheStudyWithItsName() async throws {
    try Data().write(to: URL(fileURLWithPath: bench.folder.file("trials")))
    let error = await #expect(throws: StudyError.self) {
      try await bench.runner(Workbench.plan(), ScriptedExecutor()).run()
    }
    #expect(error?.description.contains(bench.folder.file("trials")) == true)
  }

  @Test func progressIsTold() async throws {
    let told = Mutex<[String]>([])
    _ = try await bench.runner(Workbench.plan("repeats: 1"), ScriptedExecutor()) { event in
      let text =
        switch event {
        case .began(let total, let done, let waiting): "began \(total) \(done) \(waiting)"
        case .trialBegan(let method, let seed, let number, _): "trial \(method) \(seed) \(number)"
        case .advanced(let step, let tokens, _, _): "step \(step) \(tokens)"
        case .trialEnded(let method, _, let failure): "ended \(method) \(failure?.kind ?? "well")"
        }
      told.withLock { $0.append(text) }
    }.run()
    let told0 = told.withLock { $0 }
    #expect(told0.prefix(4) == ["began 3 0 3", "trial a 0 1", "step 0 1000", "step 1 2000"])
    #expect(told0.last == "ended c well")
  }

  @Test func realProcessesSpeakToTheRunner() async throws {
    let script = """
      import json, os, sys, time
      spec = json.load(open(sys.argv[1]))
      assert spec["seed"] == int(sys.argv[2])
      def say(**event): print(json.dumps(event), flush=True)
      print("some chatter before")
      say(event="started", protocol=1, name="p", monotonic_ns=time.monotonic_ns())
      # The machine may be slow: begin when the probe has begun.
      while not os.path.exists(sys.argv[1] + ".probed"): time.sleep(0.01)
      time.sleep(0.2)
      for i in range(4):
          start = time.monotonic_ns()
          time.sleep(0.01)
          if spec["method"] == "c" and i == 2: print("x" * 100000, file=sys.stderr); sys.exit(5)
          say(event="step", index=i, start_ns=start, end_ns=time.monotonic_ns(), tokens=1000, samples=1,
              loss=float("nan") if spec["method"] == "b" and i == 1 else 2.5)
      say(event="finished", monotonic_ns=time.monotonic_ns())
      """
    let path = bench.folder.file("trial.py")
    try script.write(toFile: path, atomically: true, encoding: .utf8)
    let plan = try StudyPlan(
      yaml: Workbench.plan("repeats: 1").text.replacing(
        "[fake, \"{spec}\"]", with: "[\"{python}\", \"\(path)\", \"{spec}\", \"{seed}\"]"))
    let runner = try StudyRunner(
      plan: plan, registry: WorkloadRegistry([], python: "python3"), store: bench.store,
      configuration: StudyRunner.Configuration(
        trialsDirectory: bench.folder.file("trials"), locksDirectory: bench.folder.file("locks"),
        makeProbe: { [trials = bench.folder.file("trials")] in
          AnnouncingProbe(probe: try TrialProbe(plan: $0), trials: trials)
        }))
    let outcome = try await runner.run()
    #expect(outcome.finished == 1)
    #expect(
      outcome.failed.map { "\($0.method) \($0.failure?.kind ?? "") \($0.failure?.step ?? -1)" } == [
        "b diverged 1", "c crashed 1",
      ])
    let study = try #require(outcome.study.id)
    let trial = try #require(try bench.store.trials(of: study).first)
    // The probe saw the process: python holds more than a megabyte.
    let resident = trial.evidence?.resources.compactMap(\.residentBytes).max() ?? 0
    #expect(resident > 1_000_000)
    #expect(trial.measures["AL"]?.quantity != nil)
  }
}

/// Puts a file beside every spec once the probe samples.
private struct AnnouncingProbe: TrialProbing {
  let probe: TrialProbe
  let trials: String

  func measureIdle() async { await probe.measureIdle() }

  func start(processIdentifier: Int32) {
    probe.start(processIdentifier: processIdentifier)
    for path in (try? FileManager.default.subpathsOfDirectory(atPath: trials)) ?? [] where path.hasSuffix("spec.json") {
      FileManager.default.createFile(atPath: "\(trials)/\(path).probed", contents: nil)
    }
  }

  func stop() -> ProbeReadings { probe.stop() }
}
