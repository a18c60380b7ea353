import ArgumentParser
import Foundation
import Probes
import Records
import Studies

/// Runs what is missing of a study.
struct StudyRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a study, or what is missing of it.",
    discussion: """
      Each trial is a process of its own; what has finished is stored at once. Stop with Ctrl-C and run the same \
      command again to go on. Trials that failed are left alone unless --retry-failed says otherwise; trials that were \
      interrupted begin anew. The budget counts this run alone.

      Leaves with 0 when every trial has finished, 1 when some failed or are missing, 2 for a plan that cannot be run, \
      and 130 when it was stopped.
      """)

  @Argument(help: "The plan, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Flag(help: "Say what would be run, and run nothing.")
  var dryRun = false

  @Flag(help: "Run trials again that failed before.")
  var retryFailed = false

  @Option(help: "How to print what came out: table or json.")
  var format: PeopleOrProgram = .table

  func run() async throws {
    let plan = try StudyPlan(contentsOfFile: file)
    let home = Home()
    if dryRun { return try forecast(plan, home) }

    let store = try RecordStore(creatingAt: home.records.path)
    var hardware = HardwareDescription.current().sections
    hardware["software", default: [:]]["efficientllm"] = EfficientLLM.configuration.version
    let progress = ProgressPrinter()
    let runner = try StudyRunner(
      plan: plan, registry: Workloads.registry, store: store,
      configuration: StudyRunner.Configuration(
        trialsDirectory: home.trials.path, locksDirectory: home.locks.path,
        environment: ["EFFICIENTLLM_HOME": home.url.path, "EFFICIENTLLM_PROGRAM": Workloads.executable],
        manifest: Manifest(sections: hardware),
        commandLine: command, retriesFailed: retryFailed,
        peakFLOPsPerSecond: { Workloads.peakFLOPsPerSecond(home: home, device: $0, precision: $1, threads: $2) }),
      progress: { progress.receive($0) })

    let stop = StopSignal()
    let signals = StopSignals(stop, endsAtOnce: false) {
      progress.say("stopping: the trial that runs is ended and will begin anew (again to stop at once)")
    }
    let ticking = Task { await progress.tick() }
    let result: Result<StudyOutcome, any Error>
    do { result = .success(try await runner.run(stop: stop)) } catch { result = .failure(error) }
    ticking.cancel()
    progress.clear()
    signals.cancel()
    try report(try result.get(), store)
  }

  /// The command as a user would type it again.
  private var command: String { "efficientllm study run \(file)" }

  private func forecast(_ plan: StudyPlan, _ home: Home) throws {
    let store =
      FileManager.default.fileExists(atPath: home.records.path)
      ? try RecordStore(existingAt: home.records.path) : nil
    let threads = plan.threads ?? ProcessInfo.processInfo.activeProcessorCount
    let forecast = try StudyForecast(
      plan: plan, registry: Workloads.registry, store: store, retriesFailed: retryFailed,
      peakFLOPsPerSecond: Workloads.peakFLOPsPerSecond(
        home: home, device: Workloads.device(of: plan, home: home), precision: plan.precision, threads: threads))
    let rendering = ForecastRendering(forecast: forecast)
    print(format == .json ? try rendering.json() : rendering.text())
  }

  private func report(_ outcome: StudyOutcome, _ store: RecordStore) throws {
    let trials = try store.trials(of: outcome.study.id ?? 0, evidence: false)
    let rendering = SummaryRendering(study: outcome.study, trials: trials)
    print(format == .json ? try rendering.json() : rendering.text())
    guard outcome.ending != .complete || !outcome.failed.isEmpty else { return }

    var lines: [String] = []
    switch outcome.ending {
    case .complete: break
    case .budgetSpent: lines.append("The budget is spent. \(Self.missing(outcome)) Go on with: \(command)")
    case .stopped: lines.append("The study was stopped. \(Self.missing(outcome)) Go on with: \(command)")
    }
    if !outcome.failed.isEmpty {
      lines.append(
        "\(outcome.failed.count) of \(outcome.total) trials failed. Try them again with: \(command) --retry-failed")
    }
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    throw ExitCode(outcome.ending == .stopped ? 130 : 1)
  }

  private static func missing(_ outcome: StudyOutcome) -> String {
    let named = outcome.missing.prefix(8).map { "\($0.method) seed \($0.seed)" }.joined(separator: ", ")
    let more = outcome.missing.count > 8 ? " and \(outcome.missing.count - 8) more" : ""
    return "Missing are \(outcome.missing.count) of \(outcome.total) trials: \(named)\(more)."
  }
}
