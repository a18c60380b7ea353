import MeasuringClient
import Records
import Studies

/// The keys that a plan names, loaded: for requests, for the programs that the plan gives them to, and for taking them out of
/// whatever is kept.
struct PlannedKeys: Sendable {
  private let secrets: [KeySource: Secret]
  /// The variables of our own environment that the plan names as keys.
  private let variables: Set<String>

  /// - Throws: ``MeasuringClient/ClientError/key(source:reason:)``.
  init(_ plan: EvaluationPlan) throws {
    var sources = plan.candidates.compactMap(\.key) + [plan.judge?.key].compactMap(\.self)
    for case .served(let program) in plan.candidates.map(\.source) + [plan.judge?.source].compactMap(\.self) {
      sources += program.environment.keys.values
    }
    sources += plan.scoringPrograms.values.flatMap(\.keys.values)
    var secrets: [KeySource: Secret] = [:]
    for source in sources where secrets[source] == nil { secrets[source] = try Self.secret(source) }
    self.secrets = secrets
    variables = plan.keyVariables
  }

  private static func secret(_ source: KeySource) throws -> Secret {
    switch source {
    case .environment(let name): try Secret(environment: name)
    case .file(let path): try Secret(file: path)
    }
  }

  subscript(_ source: KeySource?) -> Secret? { source.flatMap { secrets[$0] } }

  /// What is laid over our environment for a program, and which of our variables it does not get: the keys that its own section
  /// does not name.
  func environment(_ planned: ProgramEnvironment, key: KeySource?) -> (values: [String: String], withheld: Set<String>)
  {
    var values = planned.values
    var named = Set(values.keys)
    for (name, source) in planned.keys {
      self[source]?.give(to: &values, as: name)
      named.insert(name)
      if case .environment(let variable) = source { named.insert(variable) }
    }
    if case .environment(let variable)? = key { named.insert(variable) }
    return (values, variables.subtracting(named))
  }

  /// A text that a program or a server wrote, without any of the keys.
  func clean(_ text: String) -> String { secrets.values.reduce(text) { $1.redacting($0) } }

  /// A text of the user's own. A key that is a word, such as "none", stands in it for what it means.
  func cleanOwn(_ text: String) -> String {
    secrets.values.reduce(text) { $1.isToldFromWords ? $1.redacting($0) : $0 }
  }
}

extension ScoringProgram {
  /// Makes the scoring programs of a plan: each gets the variables that the plan gives it, and none of the plan's other keys.
  /// - Parameter environment: laid over the runner's own for all of them.
  /// - Throws: ``MeasuringClient/ClientError/key(source:reason:)``.
  public static func maker(
    for plan: EvaluationPlan, environment: [String: String] = [:]
  ) throws -> @Sendable (_ command: [String]) -> ScoringProgram {
    let keys = try PlannedKeys(plan)
    let programs = plan.scoringPrograms
    return { command in
      let own = keys.environment(programs[command] ?? ProgramEnvironment(), key: nil)
      return ScoringProgram(
        command: command, environment: environment.merging(own.values) { $1 }, withheld: own.withheld)
    }
  }
}
