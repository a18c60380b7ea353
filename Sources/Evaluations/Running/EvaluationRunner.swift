public import Datasets
public import Evaluators
import Foundation
import MeasuringClient
import OpenAIWire
public import Pricing
public import Records
public import Studies

/// Runs an evaluation: asks every candidate every row, stores each answer at once, and then has the answers judged.
///
/// A run that is ended, however, goes on where it stopped: only what is missing is asked and judged. Candidates at
/// endpoints are asked side by side; servers that the run starts are measured one after another, alone on the machine.
public struct EvaluationRunner: Sendable {
  public struct Configuration: Sendable {
    public var datasets: DatasetStore
    public var catalogue: PriceCatalogue
    /// The kinds of evaluators there are, with the plan's judge where it has one.
    public var registry: @Sendable (EvaluationPlan, (any JudgeEndpoint)?) async throws -> EvaluatorRegistry
    public var locksDirectory: String
    /// What takes the place of `{home}`, `{program}` and `{python}` in commands.
    public var placeholders: [String: String]
    /// Given to servers beside the runner's own environment.
    public var environment: [String: String]
    /// The machine and the versions.
    public var manifest: Manifest
    public var commandLine: String
    /// Nil for the unfinished run of the same plan, else the day's date.
    public var label: String?
    /// Whether requests and verdicts that failed before are tried again.
    public var retriesFailed: Bool

    public init(
      datasets: DatasetStore, catalogue: PriceCatalogue,
      registry: @escaping @Sendable (EvaluationPlan, (any JudgeEndpoint)?) async throws -> EvaluatorRegistry,
      locksDirectory: String,
      placeholders: [String: String] = [:], environment: [String: String] = [:], manifest: Manifest = Manifest(),
      commandLine: String = "", label: String? = nil, retriesFailed: Bool = false
    ) {
      self.datasets = datasets
      self.catalogue = catalogue
      self.registry = registry
      self.locksDirectory = locksDirectory
      self.placeholders = placeholders
      self.environment = environment
      self.manifest = manifest
      self.commandLine = commandLine
      self.label = label
      self.retriesFailed = retriesFailed
    }
  }

  public let plan: EvaluationPlan
  let store: RecordStore
  let configuration: Configuration
  let progress: @Sendable (EvaluationProgress) -> Void

  public init(
    plan: EvaluationPlan, store: RecordStore, configuration: Configuration,
    progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) {
    self.plan = plan
    self.store = store
    self.configuration = configuration
    self.progress = progress
  }

  /// Runs what is missing.
  /// - Throws: ``EvaluationRunError``, ``Records/RecordError``, ``MeasuringClient/ClientError``,
  ///   ``Evaluators/EvaluationError``, and what datasets and prices throw; what was answered until then is stored.
  public func run(stop: StopSignal = StopSignal()) async throws -> EvaluationOutcome {
    // Whatever can be wrong is found before anything is paid for.
    let work = try EvaluationWork(plan: plan, dataset: try configuration.datasets.load(plan.dataset))
    let table = try configuration.catalogue.table(version: plan.prices)
    let keys = try PlannedKeys(plan)
    let judge = try judge(table, keys, stop: stop)
    let judges = try await judges(judge)
    for candidate in plan.candidates { try await check(candidate, table) }
    if let judge = plan.judge { try await Self.check(judge.trust, of: judge.source) }

    do {
      let outcome = try await run(work, table, keys, judges, stop: stop)
      await judge?.end()
      return outcome
    } catch {
      await judge?.end()
      throw error
    }
  }

  private func run(
    _ work: EvaluationWork, _ table: PriceTable, _ keys: PlannedKeys, _ judges: [Judging.Judge], stop: StopSignal
  ) async throws -> EvaluationOutcome {
    let lock = try StudyLock(study: "evaluation-\(plan.name)", directory: configuration.locksDirectory)
    defer { withExtendedLifetime(lock) {} }
    var (evaluation, candidates) = try open(work, keys)
    guard let id = evaluation.id else {
      throw RecordError.failed(path: store.path, reason: "an evaluation has no identifier")
    }
    let found = try store.observations(ofEvaluation: id)
    let attempts = try store.observations(ofEvaluation: id, superseded: true)
    let sessions = try candidates.indices.map { index in
      let costing = RequestCosting(table: table, price: plan.candidates[index].price, asked: candidates[index].model)
      let own = found.filter { $0.candidateID == candidates[index].id }
      try Settlement(costing: costing, store: store).settleLeftOvers(own)
      // What was observed elsewhere was priced when it was taken over.
      if case .imported = plan.candidates[index].source {
      } else {
        candidates[index] = try PriceChange(costing: costing, store: store).apply(
          to: candidates[index], now: Self.price(plan.candidates[index].price),
          stored: attempts.filter { $0.candidateID == candidates[index].id })
      }
      let record = candidates[index]
      return CandidateSession(
        work: work, candidate: index, record: record, missing: missing(work, index, own), store: store,
        costing: costing, surroundings: surroundings(keys), progress: progress)
    }
    let waiting = sessions.reduce(0) { $0 + $1.missing.count }
    progress(
      .began(reference: evaluation.reference, requests: work.items.count * candidates.count, missing: waiting))
    if waiting > 0 {
      try store.finishEvaluation(id, at: nil)
      evaluation.finishedAt = nil
    }
    try await ask(sessions, stop: stop)

    let judging = Judging(
      work: work, judges: judges, store: store, keys: keys,
      width: max(ProcessInfo.processInfo.activeProcessorCount, plan.judge?.width ?? 1),
      progress: progress)
    let observations = try store.observations(ofEvaluation: id)
    try await judging.run(observations, evaluation: id, retriesFailed: configuration.retriesFailed, stop: stop)
    return try outcome(evaluation, id, work, candidates, judging, found: found.count)
  }

  /// Whether the certificates can be read that an endpoint is to be held against.
  private static func check(_ trust: CertificateTrust, of source: PlannedCandidate.Source) async throws {
    guard trust != .system, case .endpoint(let text) = source else { return }
    var settings = ClientSettings(endpoint: try Endpoint(text))
    settings.trust = trust
    await (try MeasuringClient(settings)).shutdown()
  }

  private func check(_ candidate: PlannedCandidate, _ table: PriceTable) async throws {
    try await Self.check(candidate.trust, of: candidate.source)
    switch candidate.source {
    case .endpoint(let text): _ = try Endpoint(text)
    case .served(let program): _ = try Endpoint("http://127.0.0.1:1\(program.path)")
    case .imported(let files, _, _):
      for file in files where !FileManager.default.isReadableFile(atPath: file) {
        throw EvaluationRunError.noImport(candidate: candidate.name, reason: "there is no file \(file) to be read.")
      }
    }
    let costing = RequestCosting(table: table, price: candidate.price, asked: candidate.model)
    if let problem = costing.hardwareProblem(at: Date()) {
      throw EvaluationRunError.price(candidate: candidate.name, reason: problem)
    }
  }

  private func surroundings(_ keys: PlannedKeys) -> ServedCandidate.Surroundings {
    ServedCandidate.Surroundings(
      placeholders: configuration.placeholders, environment: configuration.environment, keys: keys)
  }

  private func judge(_ table: PriceTable, _ keys: PlannedKeys, stop: StopSignal) throws -> MeasuredJudge? {
    guard let planned = plan.judge else { return nil }
    if case .endpoint(let text) = planned.source { _ = try Endpoint(text) }
    return MeasuredJudge(
      planned, costing: RequestCosting(table: table, price: planned.price, asked: planned.model),
      surroundings: surroundings(keys), stop: stop)
  }

  private func judges(_ judge: MeasuredJudge?) async throws -> [Judging.Judge] {
    let registry = try await configuration.registry(plan, judge)
    return try plan.evaluators.map { configuration in
      let evaluator = try registry.make(configuration)
      return Judging.Judge(
        evaluator: evaluator,
        configuration: EvaluationWork.digest(
          of: .members([
            "kind": .string(configuration.kind), "engine": .string(evaluator.engine),
            "options": .object(
              configuration.options.sorted { $0.key < $1.key }.reduce(into: JSONObject()) {
                $0.append($1.key, $1.value)
              }),
            // A judge has no part in what needs none.
            "judge": evaluator.engine.hasPrefix("judge")
              ? plan.judge.map {
                .members([
                  "source": EvaluationWork.json(of: $0.source), "model": .string($0.model),
                  "structure": .string($0.structure), "settings": .object($0.settings),
                ])
              } : nil,
          ])))
    }
  }

  /// Servers one after another, so that none disturbs another; endpoints side by side.
  private func ask(_ sessions: [CandidateSession], stop: StopSignal) async throws {
    let waiting = sessions.filter { !$0.missing.isEmpty }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for session in waiting {
        guard case .endpoint = plan.candidates[session.candidate].source else { continue }
        group.addTask { try await session.run(stop: stop) }
      }
      try await group.waitForAll()
    }
    for session in waiting where !stop.isRequested {
      if case .endpoint = plan.candidates[session.candidate].source { continue }
      try await session.run(stop: stop)
    }
  }

  /// Requests without an observation, or with one that failed where those are tried again.
  private func missing(
    _ work: EvaluationWork, _ candidate: Int, _ observations: [ObservationRecord]
  ) -> [EvaluationWork.Item] {
    struct Key: Hashable {
      var row: String
      var repetition: Int
    }
    var done: Set<Key> = []
    for observation in observations where observation.status == .answered || !configuration.retriesFailed {
      done.insert(Key(row: observation.row, repetition: observation.repetition))
    }
    return work.items.filter { !done.contains(Key(row: work.rows[$0.row].identity, repetition: $0.repetition)) }
  }

  private func outcome(
    _ evaluation: EvaluationRecord, _ id: Int64, _ work: EvaluationWork, _ candidates: [CandidateRecord],
    _ judging: Judging, found: Int
  ) throws -> EvaluationOutcome {
    let observations = try store.observations(ofEvaluation: id)
    let names = Dictionary(uniqueKeysWithValues: candidates.map { ($0.id ?? 0, $0.name) })
    var failures: [String: [String: Int]] = [:]
    for observation in observations where observation.status == .failed {
      failures[names[observation.candidateID] ?? "", default: [:]][observation.failureKind ?? "", default: 0] += 1
    }
    let current = Set(observations.compactMap(\.id))
    var failedVerdicts: [String: (count: Int, first: String)] = [:]
    for verdict in try store.verdicts(ofEvaluation: id) where current.contains(verdict.observationID) {
      guard case .failed(let message) = verdict.outcome,
        judging.judges.contains(where: {
          $0.evaluator.name == verdict.evaluator && $0.configuration == verdict.configuration
        })
      else { continue }
      let before = failedVerdicts[verdict.evaluator]
      failedVerdicts[verdict.evaluator] = ((before?.count ?? 0) + 1, before?.first ?? message)
    }
    // What was observed elsewhere is as complete as it is.
    let asked = plan.candidates.indices.filter { index in
      if case .imported = plan.candidates[index].source { false } else { true }
    }.compactMap { candidates[$0].id }
    let imported = observations.filter { !asked.contains($0.candidateID) }.count
    let requests = work.items.count * asked.count + imported
    var outcome = EvaluationOutcome(
      evaluation: evaluation, requests: requests,
      answered: observations.filter { $0.status == .answered }.count, failures: failures,
      missing: requests - observations.count, failedVerdicts: failedVerdicts,
      missingVerdicts: try judging.count(observations, evaluation: id), found: found)
    if outcome.isComplete, evaluation.finishedAt == nil {
      let now = Date()
      try store.finishEvaluation(id, at: now)
      outcome.evaluation.finishedAt = now
    }
    return outcome
  }
}
