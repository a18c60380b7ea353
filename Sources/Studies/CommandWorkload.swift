/// Runs any program that speaks the trial protocol (``TrialEvent``) on its standard output.
///
/// Words of the command may hold `{spec}` (the path of the ``TrialSpec`` as JSON), `{python}` (the project's Python)
/// and `{seed}`. The program is told the rest by the spec, and by the environment: `EFFICIENTLLM_HOME`,
/// `OMP_NUM_THREADS`.
public struct CommandWorkload: Workload {
  public let name = "command"
  let words: [String]
  let python: String
  /// What the tables call it; nil to name it by its varied values.
  let method: String?
  /// The settings that tell the cells apart.
  let varied: [String]

  public init(command: [String], python: String, method: String? = nil, varied: [String] = []) {
    words = command
    self.python = python
    self.method = method
    self.varied = varied
  }

  public func describe(_ settings: Settings, work: WorkPlan, precision: String) throws -> CellDescription {
    let values = varied.compactMap { settings[$0]?.text }
    return CellDescription(
      method: method ?? (values.isEmpty ? "command" : values.joined(separator: " ")),
      model: settings["model"]?.text ?? "")
  }

  public func command(specPath: String, spec: TrialSpec) throws -> [String] {
    words.map {
      CommandTemplate.fill($0, with: ["spec": specPath, "python": python, "seed": String(spec.seed)])
    }
  }
}
