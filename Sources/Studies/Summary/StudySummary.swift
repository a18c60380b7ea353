public import Measures
public import Records

/// A study's trials brought together: each measure of each method over its seeds, and what is not there with its reason.
public struct StudySummary: Sendable {
  public struct Method: Sendable, Hashable {
    public var cellKey: String
    public var method: String
    public var model: String
    public var finished: Int
    public var failed: Int
  }

  /// One measure of one method.
  public struct Value: Sendable, Hashable {
    /// Mean over the seeds that have a value; nil when none has one.
    public var mean: Double?
    /// Sample standard deviation over those seeds; nil below two.
    public var deviation: Double?
    /// How many seeds have a value.
    public var count: Int
    /// True when any of them comes from a declaration and not from a counter.
    public var isEstimate: Bool
    /// Why the others have none, each reason once.
    public var absences: [String]
  }

  public struct Row: Sendable, Hashable {
    public var id: MeasureID
    public var title: String
    public var unit: Measures.Unit
    public var direction: Direction?
    public var definition: Definition?
    /// One for each of ``StudySummary/methods``.
    public var values: [Value]
  }

  public struct Failure: Sendable, Hashable {
    public var method: String
    public var model: String
    public var seed: Int
    public var attempt: Int
    public var failure: TrialFailure
  }

  public var study: StudyRecord
  public var methods: [Method]
  public var rows: [Row]
  /// Trials whose newest attempt failed.
  public var failures: [Failure]
  /// Trials of the plan that have not been run; nil when the stored plan cannot be read.
  public var missing: Int?
  public var running: Int

  /// - Parameter trials: every attempt, as the records give them; evidence isn't needed.
  public init(study: StudyRecord, trials: [TrialRecord]) {
    self.study = study
    // An interrupted trial begins anew by itself: it is missing, not failed.
    let newest = Self.newest(trials).filter { $0.failure?.kind != TrialFailure.interrupted }
    var methods: [Method] = []
    var byCell: [String: [TrialRecord]] = [:]
    for trial in newest {
      if byCell[trial.cell.key] == nil {
        methods.append(
          Method(
            cellKey: trial.cell.key, method: trial.cell.method, model: trial.cell.model, finished: 0, failed: 0))
      }
      byCell[trial.cell.key, default: []].append(trial)
    }
    for index in methods.indices {
      let trials = byCell[methods[index].cellKey] ?? []
      methods[index].finished = trials.count { $0.status == .finished }
      methods[index].failed = trials.count { $0.status == .failed }
    }
    let finished = methods.map { method in (byCell[method.cellKey] ?? []).filter { $0.status == .finished } }
    self.methods = methods
    rows = Self.identities(newest).map { row in
      var row = row
      row.values = finished.map { Self.value(of: row.id, over: $0) }
      return row
    }
    failures = newest.compactMap { trial in
      guard trial.status == .failed, let failure = trial.failure else { return nil }
      return Failure(
        method: trial.cell.method, model: trial.cell.model, seed: trial.seed, attempt: trial.attempt,
        failure: failure)
    }
    running = newest.count { $0.status == .running }
    let plan = try? StudyPlan(yaml: study.plan)
    missing = plan.map { plan in
      let known = Set(newest.map { TrialKey(cell: $0.cell.key, seed: $0.seed) })
      return plan.plannedCells.reduce(0) { sum, cell in
        sum + plan.seeds.count { !known.contains(TrialKey(cell: cell.key, seed: $0)) }
      }
    }
  }

  /// Of several attempts the finished one, else the newest; in the order in which the trials first began.
  static func newest(_ trials: [TrialRecord]) -> [TrialRecord] {
    var order: [TrialKey] = []
    var newest: [TrialKey: TrialRecord] = [:]
    for trial in trials {
      let key = TrialKey(cell: trial.cell.key, seed: trial.seed)
      guard let known = newest[key] else {
        order.append(key)
        newest[key] = trial
        continue
      }
      if known.status != .finished, trial.status == .finished || trial.attempt > known.attempt { newest[key] = trial }
    }
    return order.compactMap { newest[$0] }
  }

  /// The catalogue's measures in its order, then what the trials named themselves, by name.
  private static func identities(_ trials: [TrialRecord]) -> [Row] {
    let seen = trials.reduce(into: Set<MeasureID>()) { $0.formUnion($1.measures.keys) }
    let known = MeasureCatalogue.all.filter { seen.contains($0.id) }.map {
      Row(
        id: $0.id, title: $0.title, unit: $0.unit, direction: $0.direction, definition: $0.definition, values: [])
    }
    let others = seen.subtracting(known.map(\.id)).sorted { $0.rawValue < $1.rawValue }
    return known
      + others.map { id in
        let unit = trials.lazy.compactMap { $0.reportedUnits[id] }.first ?? .dimensionless
        return Row(id: id, title: id.rawValue, unit: unit, direction: nil, definition: nil, values: [])
      }
  }

  private static func value(of id: MeasureID, over trials: [TrialRecord]) -> Value {
    var quantities: [Quantity] = []
    var absences: [String] = []
    for trial in trials {
      switch trial.measures[id] {
      case .value(let quantity): quantities.append(quantity)
      case .absent(let absence):
        if !absences.contains(absence.reason) { absences.append(absence.reason) }
      case nil: absences.append("it was not measured")
      }
    }
    let count = Double(quantities.count)
    let mean = quantities.isEmpty ? nil : quantities.reduce(0) { $0 + $1.value } / count
    let deviation = mean.flatMap { mean in
      quantities.count < 2
        ? nil : (quantities.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / (count - 1)).squareRoot()
    }
    if trials.isEmpty { absences = ["no trial has finished"] }
    return Value(
      mean: mean, deviation: deviation, count: quantities.count, isEstimate: quantities.contains(where: \.isEstimate),
      absences: absences)
  }
}
