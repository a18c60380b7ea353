import Datasets
import Evaluators
import Foundation
import Measures
import OpenAIWire
import Pricing
import Records
import Studies
import Synchronization

/// Gives the verdicts that are missing. What an evaluator that can be paid for says is stored at once; what is computed
/// here is stored a batch at a time.
struct Judging: Sendable {
  /// An evaluator with what tells its verdicts from those of another configuration.
  struct Judge: Sendable {
    let evaluator: any Evaluator
    let configuration: String

    var isLocal: Bool { evaluator is any LocalEvaluator }
  }

  private struct Task: Sendable {
    var observation: ObservationRecord
    var judge: Int
  }

  static let batch = 256

  let work: EvaluationWork
  let judges: [Judge]
  let store: RecordStore
  /// Taken out of what programs and judges say.
  let keys: PlannedKeys
  /// Verdicts that are asked for side by side.
  let width: Int
  let progress: @Sendable (EvaluationProgress) -> Void

  /// - Parameters:
  ///   - observations: the last of each request.
  ///   - retriesFailed: whether verdicts that failed are asked for again.
  func run(_ observations: [ObservationRecord], evaluation: Int64, retriesFailed: Bool, stop: StopSignal) async throws {
    let rows = Dictionary(uniqueKeysWithValues: work.rows.map { ($0.identity, $0) })
    for judge in judges {
      // Another threshold is another reading of the same score.
      try store.setThreshold(
        judge.evaluator.threshold, ofEvaluator: judge.evaluator.name, configuration: judge.configuration,
        inEvaluation: evaluation)
    }
    let todo = try missing(observations, evaluation: evaluation, retriesFailed: retriesFailed)
    guard !todo.isEmpty else { return }
    var done = 0
    var waiting: [VerdictRecord] = []
    try await withThrowingTaskGroup(of: (VerdictRecord, Bool)?.self) { group in
      var next = 0
      func add() {
        guard next < todo.count, !stop.isRequested else { return }
        let task = todo[next]
        next += 1
        group.addTask {
          guard let row = rows[task.observation.row] else { return nil }
          return await verdict(task, row).map { ($0, judges[task.judge].isLocal) }
        }
      }
      for _ in 0..<max(1, width) { add() }
      while let result = try await group.next() {
        // Requests to a judge are left; what they would have said is asked for by the next run.
        if stop.isRequested { group.cancelAll() }
        add()
        guard let (verdict, isLocal) = result else { continue }
        done += 1
        if isLocal { waiting.append(verdict) } else { try store.storeVerdict(verdict) }
        if waiting.count >= Self.batch {
          try store.storeVerdicts(waiting)
          waiting = []
        }
        progress(.judged(done: done, of: todo.count))
      }
    }
    try store.storeVerdicts(waiting)
  }

  /// How many verdicts are missing.
  func count(_ observations: [ObservationRecord], evaluation: Int64) throws -> Int {
    try missing(observations, evaluation: evaluation, retriesFailed: false).count
  }

  private func missing(
    _ observations: [ObservationRecord], evaluation: Int64, retriesFailed: Bool
  ) throws -> [Task] {
    struct Key: Hashable {
      var observation: Int64
      var evaluator: String
      var version: Int
      var configuration: String
    }
    var given: Set<Key> = []
    for verdict in try store.verdicts(ofEvaluation: evaluation) {
      if retriesFailed, case .failed = verdict.outcome { continue }
      given.insert(
        Key(
          observation: verdict.observationID, evaluator: verdict.evaluator, version: verdict.version,
          configuration: verdict.configuration))
    }
    return observations.filter { $0.status == .answered }.flatMap { observation in
      judges.indices.compactMap { index in
        let judge = judges[index]
        let key = Key(
          observation: observation.id ?? 0, evaluator: judge.evaluator.name, version: judge.evaluator.version,
          configuration: judge.configuration)
        return given.contains(key) ? nil : Task(observation: observation, judge: index)
      }
    }
  }

  /// - Returns: nil where the run was stopped before there was a verdict.
  private func verdict(_ task: Task, _ row: DatasetRow) async -> VerdictRecord? {
    let judge = judges[task.judge]
    let began = ContinuousClock.now
    func record(
      _ outcome: VerdictRecord.Outcome, reason: String, parts: String, work: JudgeWork?, cost: CostRecord,
      seconds: Double
    ) -> VerdictRecord {
      VerdictRecord(
        observationID: task.observation.id ?? 0, evaluator: judge.evaluator.name, version: judge.evaluator.version,
        configuration: judge.configuration, threshold: judge.evaluator.threshold, outcome: outcome, reason: reason,
        parts: parts, judge: work?.json.text, cost: cost, seconds: seconds, decidedAt: Date())
    }
    do {
      let evaluation = try await judge.evaluator.evaluate(try EvaluationSample(row, task.observation))
      let outcome: VerdictRecord.Outcome =
        switch evaluation.outcome {
        case .score(let score): .score(score)
        case .absent(let absence, let cause): .absent(absence, cause: cause.rawValue)
        }
      return record(
        outcome, reason: judge.isLocal ? evaluation.reason : keys.cleanOwn(evaluation.reason),
        parts: Self.parts(evaluation.parts), work: evaluation.work,
        cost: Self.cost(evaluation.cost), seconds: evaluation.latency / .seconds(1))
    } catch is CancellationError {
      return nil
    } catch {
      // A judge that gave no verdict was paid all the same.
      var work: JudgeWork?
      if case EvaluationError.judgeFailed(_, _, _, let done) = error { work = done }
      return record(
        .failed(message: keys.clean("\(error)")), reason: "the evaluator failed", parts: "", work: work,
        cost: work.map { Self.cost($0.cost) }
          ?? (judge.isLocal
            ? Self.cost(.free) : .absent(Absence("the evaluator failed before it said what it cost"))),
        seconds: began.duration(to: .now) / .seconds(1))
    }
  }

  private static func parts(_ parts: [Verdict.Part]) -> String {
    guard !parts.isEmpty else { return "" }
    return JSONValue.array(
      parts.map { part in
        .members([
          "name": .string(part.name), "score": part.outcome.score.map { .number($0) },
          "absent": part.outcome.absence.map { .string($0.reason) }, "reason": .string(part.reason),
        ])
      }
    ).text
  }

  private static func cost(_ cost: EvaluationCost) -> CostRecord {
    switch cost {
    case .free: return .known(picos: 0, currency: "USD", priceVersion: "", price: "")
    case .charged(let amount, let currency):
      guard let currency = try? Currency(currency), let money = try? Money(amount.text, currency: currency),
        let picos = Int64(exactly: money.picos)
      else { return .absent(Absence("the amount \(amount) \(currency) cannot be held")) }
      return .known(picos: picos, currency: currency.code, priceVersion: "", price: "")
    case .unknown(let absence): return .absent(absence)
    }
  }
}
