import Foundation
public import Probes
public import Records

/// Runs a study: every cell with every seed, each in a process of its own, the seeds interleaved so that a study that
/// is stopped early has equally many repeats of each cell.
///
/// What a trial came to is stored in one transaction when it has ended, so whatever ends the runner costs at most the
/// trial that was running. The next run skips what is finished, begins anew what was interrupted, and leaves failed
/// trials alone unless it is told to retry them.
public struct StudyRunner: Sendable {
  public struct Configuration: Sendable {
    /// One folder a trial goes in here, and is removed when the trial has finished.
    public var trialsDirectory: String
    public var locksDirectory: String
    /// Given to each trial beside the runner's own environment.
    public var environment: [String: String]
    /// The machine and the versions; each trial's manifest begins with it.
    public var manifest: Manifest
    /// The command line that reproduces the study.
    public var commandLine: String
    /// Whether trials that failed before are run again.
    public var retriesFailed: Bool
    /// The measured peak of a device in a precision and with a number of threads, where there is one.
    public var peakFLOPsPerSecond: @Sendable (_ device: String, _ precision: String, _ threads: Int) -> Double?
    public var makeProbe: @Sendable (ProbePlan) throws -> any TrialProbing
    /// How long a trial that is asked to leave is given before it is killed.
    public var grace: Duration

    public init(
      trialsDirectory: String, locksDirectory: String, environment: [String: String] = [:],
      manifest: Manifest = Manifest(), commandLine: String = "", retriesFailed: Bool = false,
      peakFLOPsPerSecond: @escaping @Sendable (_ device: String, _ precision: String, _ threads: Int) -> Double? = {
        _, _, _ in nil
      },
      makeProbe: @escaping @Sendable (ProbePlan) throws -> any TrialProbing = { try TrialProbe(plan: $0) },
      grace: Duration = .seconds(10)
    ) {
      self.trialsDirectory = trialsDirectory
      self.locksDirectory = locksDirectory
      self.environment = environment
      self.manifest = manifest
      self.commandLine = commandLine
      self.retriesFailed = retriesFailed
      self.peakFLOPsPerSecond = peakFLOPsPerSecond
      self.makeProbe = makeProbe
      self.grace = grace
    }
  }

  public let plan: StudyPlan
  public let cells: [StudyCell]
  let store: RecordStore
  let executor: any TrialExecutor
  let configuration: Configuration
  let progress: @Sendable (StudyProgress) -> Void

  /// - Throws: ``PlanError``, ``StudyError`` and what the workload says of settings it refuses.
  public init(
    plan: StudyPlan, registry: WorkloadRegistry, store: RecordStore, executor: any TrialExecutor = LocalExecutor(),
    configuration: Configuration, progress: @escaping @Sendable (StudyProgress) -> Void = { _ in }
  ) throws {
    self.plan = plan
    self.cells = try StudyCell.cells(of: plan, registry: registry)
    self.store = store
    self.executor = executor
    self.configuration = configuration
    self.progress = progress
  }

  /// The threads each trial is given.
  var threads: Int { plan.threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// Every trial in the order in which they are run: all cells with the first seed, then all with the next.
  var trials: [(cell: StudyCell, seed: Int)] {
    plan.seeds.flatMap { seed in cells.map { ($0, seed) } }
  }

  /// Runs what is missing.
  /// - Throws: ``StudyError`` and ``RecordError``; what happened until then is stored.
  public func run(stop: StopSignal = StopSignal()) async throws -> StudyOutcome {
    for cell in cells {
      try cell.workload.prepare(cell.planned.settings, work: plan.work, precision: cell.planned.precision)
    }
    let lock = try StudyLock(study: plan.name, directory: configuration.locksDirectory)
    defer { withExtendedLifetime(lock) {} }
    let study = try store.saveStudy(
      StudyRecord(
        name: plan.name, digest: plan.digest, question: plan.question, plan: plan.text,
        command: configuration.commandLine, createdAt: Date()))
    guard let id = study.id else { throw RecordError.failed(path: store.path, reason: "a study has no identifier") }
    try endOrphans()
    let todo = try waiting(states: try store.states(ofStudy: id))
    progress(.began(total: trials.count, done: trials.count - todo.count, waiting: todo.count))

    let begun = ContinuousClock.now
    var ending = StudyOutcome.Ending.complete
    for (number, trial) in todo.enumerated() {
      if stop.isRequested {
        ending = .stopped
        break
      }
      if let budget = plan.budget.study, ContinuousClock.now - begun >= budget {
        ending = .budgetSpent
        break
      }
      let run = TrialRunner(runner: self, study: id, cell: trial.cell, seed: trial.seed)
      progress(
        .trialBegan(method: trial.cell.record.method, seed: trial.seed, number: number + 1, work: plan.work))
      let outcome = try await run.run(stop: stop)
      switch outcome {
      case .finished: progress(.trialEnded(method: trial.cell.record.method, seed: trial.seed, failure: nil))
      case .failed(let failure):
        progress(.trialEnded(method: trial.cell.record.method, seed: trial.seed, failure: failure))
      case .interrupted: ending = .stopped
      }
      if ending == .stopped { break }
    }
    return try outcome(of: study, id: id, ending: ending)
  }

  /// Trials of this study's name that a dead runner left running, under any of its plans: the lock says that nobody
  /// else looks after them.
  private func endOrphans() throws {
    for study in try store.studies() where study.name == plan.name {
      guard let id = study.id else { continue }
      for process in try store.interruptRunning(ofStudy: id, at: Date()) { ProcessTree.endOrphan(process) }
    }
  }

  private func waiting(states: [TrialKey: TrialState]) throws -> [(cell: StudyCell, seed: Int)] {
    trials.filter { trial in
      guard let state = states[TrialKey(cell: trial.cell.record.key, seed: trial.seed)] else { return true }
      switch state.status {
      case .finished: return false
      case .running: return true
      case .failed: return configuration.retriesFailed || state.failure?.kind == TrialFailure.interrupted
      }
    }
  }

  private func outcome(of study: StudyRecord, id: Int64, ending: StudyOutcome.Ending) throws -> StudyOutcome {
    let states = try store.states(ofStudy: id)
    var outcome = StudyOutcome(
      study: study, ending: ending, total: trials.count, finished: 0, failed: [], missing: [])
    for trial in trials {
      let named = StudyOutcome.Trial(
        method: trial.cell.record.method, model: trial.cell.record.model, seed: trial.seed)
      let state = states[TrialKey(cell: trial.cell.record.key, seed: trial.seed)]
      switch (state?.status, state?.failure) {
      case (.finished, _): outcome.finished += 1
      case (.failed, let failure?) where failure.kind != TrialFailure.interrupted:
        outcome.failed.append(
          StudyOutcome.Trial(method: named.method, model: named.model, seed: named.seed, failure: failure))
      default: outcome.missing.append(named)
      }
    }
    return outcome
  }
}

extension TrialFailure {
  /// The kind of a trial that was stopped or whose runner died; the next run begins it anew.
  static let interrupted = "interrupted"
}
