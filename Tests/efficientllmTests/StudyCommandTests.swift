import Foundation
import Testing

/// Runs the built program on studies of scripted commands, as a user would, and kills it as a user might.
@Suite(.serialized) struct StudyCommandTests {
  /// A home, a plan and the scripted trial, which writes down each time it is run.
  final class Scene {
    let folder: URL
    let program: URL

    init(plan: String) throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("study-command-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // The tests and the program are built into one folder.
      program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("efficientllm")
      try Self.trial.write(to: folder.appendingPathComponent("trial.py"), atomically: true, encoding: .utf8)
      try plan.replacing("TRIAL", with: folder.path + "/trial.py")
        .write(to: folder.appendingPathComponent("plan.yaml"), atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func start(_ arguments: [String]) throws -> (process: Process, output: URL) {
      let process = Process()
      process.executableURL = program
      process.arguments = arguments
      process.currentDirectoryURL = folder
      var environment = ProcessInfo.processInfo.environment
      environment["EFFICIENTLLM_HOME"] = folder.path + "/home"
      environment["EFFICIENTLLM_PYTHON"] = "python3"
      process.environment = environment
      let output = folder.appendingPathComponent("output-\(UUID().uuidString)")
      for file in [output, output.appendingPathExtension("err")] {
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      }
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: output.appendingPathExtension("err"))
      try process.run()
      return (process, output)
    }

    func run(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
      let (process, output) = try start(arguments)
      process.waitUntilExit()
      return (
        process.terminationStatus, try String(contentsOf: output, encoding: .utf8),
        try String(contentsOf: output.appendingPathExtension("err"), encoding: .utf8)
      )
    }

    /// "method/seed" and the process, for each time a trial was run.
    var runs: [(name: String, process: Int32)] {
      let text = (try? String(contentsOf: folder.appendingPathComponent("runs"), encoding: .utf8)) ?? ""
      return text.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: " ")
        return parts.count == 2 ? Int32(parts[1]).map { (String(parts[0]), $0) } : nil
      }
    }

    func waitUntil(_ what: String, _ condition: () -> Bool) {
      for _ in 0..<600 {
        if condition() { return }
        Thread.sleep(forTimeInterval: 0.05)
      }
      Issue.record("waited in vain until \(what)")
    }

    static let trial = """
      import json, os, sys, time
      spec = json.load(open(sys.argv[1]))
      here = os.path.dirname(os.path.abspath(__file__))
      with open(here + "/runs", "a") as runs:
          runs.write("%s/%d %d\\n" % (spec["method"], spec["seed"], os.getpid()))
      def say(**event): print(json.dumps(event), flush=True)
      say(event="started", protocol=1, name=spec["method"], monotonic_ns=time.monotonic_ns())
      for i in range(4):
          start = time.monotonic_ns()
          time.sleep(float(spec["settings"].get("delay", 0.01)))
          if spec["settings"].get("mode") == "crash": sys.exit("boom")
          say(event="step", index=i, start_ns=start, end_ns=time.monotonic_ns(), tokens=1000, samples=1, loss=3.5)
      say(event="measure", id="accuracy", value=0.5, unit="fraction", count=10)
      say(event="finished", monotonic_ns=time.monotonic_ns())
      """

    static func plan(_ vary: String, _ rest: String = "") -> String {
      """
      study: scene
      question: Does it hold?
      workload: command
      command: ["{python}", TRIAL, "{spec}"]
      vary: {\(vary)}
      work: {tokens: 4000, tokens-per-step: 1000, sequence-length: 100, warmup-steps: 1}
      repeats: 2
      threads: 1
      \(rest)
      """
    }
  }

  private func isAlive(_ process: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !(stat.split(separator: ")").last ?? "").hasPrefix(" Z")
  }

  private func statuses(_ scene: Scene) throws -> [String] {
    let rows = try scene.run("study", "export", "scene", "--format", "json", "--table", "trials")
    let object = try JSONSerialization.jsonObject(with: Data(rows.output.utf8)) as? [String: Any]
    let tables = object?["tables"] as? [String: [[String: Any]]]
    return (tables?["trials"] ?? []).map { row in
      "\(row["method"] ?? "")/\(row["seed"] ?? "") \(row["status"] ?? "") \(row["failure_kind"] as? String ?? "")"
    }
  }

  @Test func aStudyRunsAndIsShownListedAndExported() throws {
    let scene = try Scene(plan: Scene.plan("m: [a, b]"))
    let dry = try scene.run("study", "run", "plan.yaml", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.contains("4 of 4 trials to run"))
    #expect(!FileManager.default.fileExists(atPath: scene.folder.path + "/home"))

    let run = try scene.run("study", "run", "plan.yaml", "--format", "json")
    #expect(run.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let methods = object?["methods"] as? [[String: Any]]
    #expect(methods?.map { $0["method"] as? String } == ["a", "b"])
    let measures = methods?.first?["measures"] as? [String: [String: Any]]
    #expect(measures?["accuracy"]?["mean"] as? Double == 0.5)
    #expect(measures?["accuracy"]?["n"] as? Int == 2)
    #expect(run.errors.contains("4/4 trials"))

    let show = try scene.run("study", "show", "scene")
    #expect(show.output.contains("Does it hold?"))
    #expect(show.output.contains("4 trials finished"))
    #expect(show.output.contains("accuracy"))
    #expect(show.output.contains("Absent:"))
    let list = try scene.run("study", "list", "--format", "json")
    #expect(list.output.contains("\"name\" : \"scene\""))
    let raw = try scene.run("study", "show", "scene", "--raw", "--format", "csv")
    let export = try scene.run("study", "export", "scene", "--format", "csv")
    #expect(raw.output == export.output)
    #expect(export.output.hasPrefix("study,digest,cell,"))
    let again = try scene.run("study", "run", "plan.yaml")
    #expect(again.status == 0)
    #expect(scene.runs.count == 4)
  }

  @Test func aKilledRunnerLosesNoFinishedTrialAndLeavesNoProcess() throws {
    let scene = try Scene(plan: Scene.plan("m: [a, b, c]", "base: {delay: 0.1}"))
    let (process, _) = try scene.start(["study", "run", "plan.yaml"])
    scene.waitUntil("a second trial runs") { scene.runs.count >= 2 }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let orphan = try #require(scene.runs.last)
    scene.waitUntil("the orphan is gone") { !isAlive(orphan.process) }

    let again = try scene.run("study", "run", "plan.yaml")
    #expect(again.status == 0, "\(again.errors)")
    // The first trial was not run again; the killed one was; each of the others ran once.
    let names = scene.runs.map(\.name)
    #expect(names.filter { $0 == "a/0" }.count == 1)
    #expect(names.filter { $0 == orphan.name }.count == 2)
    #expect(names.count == 7)
    #expect(
      try statuses(scene).sorted() == [
        "a/0 finished ", "a/1 finished ", "b/0 failed interrupted", "b/0 finished ", "b/1 finished ", "c/0 finished ",
        "c/1 finished ",
      ])
  }

  /// Killed at whatever moment: between trials, inside a transaction, before the first.
  @Test func killedAgainAndAgainItComesToAnEnd() throws {
    let scene = try Scene(plan: Scene.plan("m: [a, b, c, d]", "probes: {interval: 1ms}"))
    for attempt in 0..<12 {
      let (process, _) = try scene.start(["study", "run", "plan.yaml"])
      Thread.sleep(forTimeInterval: 0.05 + 0.047 * Double(attempt))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let finished = try scene.run("study", "run", "plan.yaml")
    #expect(finished.status == 0, "\(finished.errors)")
    let all = try statuses(scene)
    #expect(all.filter { $0.hasSuffix("finished ") }.count == 8)
    #expect(!all.contains { $0.contains("running") })
    #expect(scene.runs.allSatisfy { !isAlive($0.process) })
  }

  @Test func stoppingIsGentleAndSaysHowToGoOn() throws {
    let scene = try Scene(plan: Scene.plan("m: [a, b]", "base: {delay: 0.3}"))
    let (process, output) = try scene.start(["study", "run", "plan.yaml"])
    scene.waitUntil("a second trial runs") { scene.runs.count >= 2 }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let errors = try String(contentsOf: output.appendingPathExtension("err"), encoding: .utf8)
    #expect(errors.contains("efficientllm study run plan.yaml"))
    #expect(errors.contains("Missing are 3 of 4 trials"))
    #expect(scene.runs.allSatisfy { !isAlive($0.process) })
    #expect(try statuses(scene) == ["a/0 finished ", "b/0 failed interrupted"])
  }

  @Test func twoRunnersAreNotAtOneStudy() throws {
    let scene = try Scene(plan: Scene.plan("m: [a, b]", "base: {delay: 0.3}"))
    let (process, _) = try scene.start(["study", "run", "plan.yaml"])
    scene.waitUntil("a trial runs") { scene.runs.count >= 1 }
    let second = try scene.run("study", "run", "plan.yaml")
    #expect(second.status == 1)
    #expect(second.errors.contains("run already by process \(process.processIdentifier)"))
    process.terminate()
    process.waitUntilExit()
  }

  @Test func failedTrialsLeaveWithOneAndTheRestIsThere() throws {
    let scene = try Scene(plan: Scene.plan("mode: [good, crash]"))
    let run = try scene.run("study", "run", "plan.yaml")
    #expect(run.status == 1)
    #expect(run.output.contains("2 trials finished, 2 failed"))
    #expect(run.output.contains("boom"))
    #expect(run.errors.contains("--retry-failed"))
    _ = try scene.run("study", "run", "plan.yaml")
    #expect(scene.runs.count == 4)
    _ = try scene.run("study", "run", "plan.yaml", "--retry-failed")
    #expect(scene.runs.count == 6)
  }

  @Test func wrongInputLeavesWithTwoAndAMessage() throws {
    let scene = try Scene(plan: "study: s\nrepeets: 3\n")
    let wrong = try scene.run("study", "run", "plan.yaml")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("Did you mean \"repeats\"?"))
    #expect(wrong.output.isEmpty)
    #expect(try scene.run("study", "run", "nowhere.yaml").status == 2)
    #expect(try scene.run("study", "show", "x").status == 2)
    let (store, _) = try scene.start(["study", "list"])
    store.waitUntilExit()
    #expect(store.terminationStatus == 0)
    try FileManager.default.createDirectory(
      atPath: scene.folder.path + "/home", withIntermediateDirectories: true)
    try "no database at all, only words".write(
      toFile: scene.folder.path + "/home" + "/records.sqlite", atomically: true, encoding: .utf8)
    let damaged = try scene.run("study", "list")
    #expect(damaged.status == 1)
    #expect(damaged.errors.contains("Move it aside"))
  }
}
