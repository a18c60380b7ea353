public import Foundation

/// The workloads a plan can name. `command` is always among them.
public struct WorkloadRegistry: Sendable {
  private let workloads: [String: any Workload]
  /// The interpreter behind `{python}`.
  public let python: String

  public init(_ workloads: [any Workload], python: String = WorkloadRegistry.python()) {
    self.workloads = Dictionary(workloads.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    self.python = python
  }

  public var names: [String] { (Array(workloads.keys) + ["command"]).sorted() }

  /// - Throws: ``PlanError/unknownWorkload(_:nearest:known:)``.
  func workload(of plan: StudyPlan) throws -> any Workload {
    if plan.workload == "command" {
      return CommandWorkload(command: plan.command ?? [], python: python, varied: plan.vary.map(\.key))
    }
    guard let workload = workloads[plan.workload] else {
      throw PlanError.unknownWorkload(
        plan.workload, nearest: NearestName.of(plan.workload, among: names), known: names)
    }
    return workload
  }

  /// The Python that trials run under: `EFFICIENTLLM_PYTHON`, else `.venv/bin/python` beside the working directory, else
  /// the one in PATH.
  public static func python(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    directory: String = FileManager.default.currentDirectoryPath
  ) -> String {
    if let path = environment["EFFICIENTLLM_PYTHON"], !path.isEmpty { return path }
    let local = directory + "/.venv/bin/python"
    return FileManager.default.isExecutableFile(atPath: local) ? local : "python3"
  }
}
