import Datasets
import Evaluations
import Foundation
import Pricing
import Probes
import Records
import Studies

/// What `evaluate run` and `evaluate calibrate` share: a runner over the home's records, its progress on standard error, and an
/// end that leaves nothing half done.
struct EvaluationSitting {
  let runner: EvaluationRunner
  private let progress = EvaluationProgressPrinter()
  private let stop = StopSignal()

  init(plan file: String, label: String? = nil, retriesFailed: Bool, command: String) throws {
    let home = Home()
    let plan = try EvaluationPlan(contentsOfFile: file)
    let store = try RecordStore(creatingAt: home.records.path)
    runner = EvaluationRunner(
      plan: plan, store: store,
      configuration: try Self.configuration(home, label: label, retriesFailed: retriesFailed, command: command),
      progress: { [progress] in progress.receive($0) })
  }

  /// Whether Ctrl-C or its like ended it.
  var wasStopped: Bool { stop.isRequested }

  /// Does the work until it is done or somebody stops it.
  /// - Parameter stopping: what is said then.
  func run<Value>(
    stopping: String, _ work: (EvaluationRunner, StopSignal) async throws -> Value
  ) async throws -> Value {
    let signals = StopSignals(stop) { [progress] in progress.say(stopping) }
    defer {
      progress.clear()
      signals.cancel()
    }
    return try await work(runner, stop)
  }

  private static func configuration(
    _ home: Home, label: String?, retriesFailed: Bool, command: String
  ) throws -> EvaluationRunner.Configuration {
    var hardware = HardwareDescription.current().sections
    hardware["software", default: [:]]["efficientllm"] = EfficientLLM.configuration.version
    return EvaluationRunner.Configuration(
      datasets: DatasetStore(folder: home.datasets), catalogue: try PricesCommand.shelf.catalogue(),
      registry: { try await EvaluatorKinds.registry(for: $0, judge: $1, home: home) },
      locksDirectory: home.locks.path,
      placeholders: [
        "home": home.url.path, "program": Workloads.executable, "python": WorkloadRegistry.python(),
      ],
      environment: ["EFFICIENTLLM_HOME": home.url.path, "EFFICIENTLLM_PROGRAM": Workloads.executable],
      manifest: Manifest(sections: hardware), commandLine: command, label: label, retriesFailed: retriesFailed)
  }
}
