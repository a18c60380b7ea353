public import Foundation
import GRDB
public import Measures

extension RecordStore {
  /// Stores that a trial has begun. The attempt is one more than the attempts there are.
  /// - Returns: the trial with its identifier and attempt, as running.
  public func startTrial(_ trial: TrialRecord) throws -> TrialRecord {
    var started = trial
    started.status = .running
    let settings = try Self.json(trial.cell.settings)
    let manifest = try Self.json(trial.manifest)
    return try writing { database in
      let attempts = try Int.fetchOne(
        database,
        sql: "SELECT COALESCE(MAX(attempt), 0) FROM trial WHERE study_id = ? AND cell_key = ? AND seed = ?",
        arguments: [trial.studyID, trial.cell.key, trial.seed])
      started.attempt = (attempts ?? 0) + 1
      try database.execute(
        sql: """
          INSERT INTO trial (study_id, cell_key, method, model, settings, seed, attempt, status, started_at, manifest)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          trial.studyID, trial.cell.key, trial.cell.method, trial.cell.model, settings, trial.seed, started.attempt,
          TrialStatus.running.rawValue, trial.startedAt.timeIntervalSince1970, manifest,
        ])
      started.id = database.lastInsertedRowID
      return started
    }
  }

  /// Stores which process a running trial is, so that a later run can end it should this one die.
  public func noteProcess(_ process: TrialProcess, ofTrial id: Int64) throws {
    try writing { database in
      try database.execute(
        sql: "UPDATE trial SET process_id = ?, process_birth = ? WHERE id = ?",
        arguments: [process.processIdentifier, process.birth, id])
    }
  }

  /// Stores everything that was seen of a finished trial, in one transaction.
  public func finishTrial(
    _ id: Int64, at time: Date, manifest: Manifest, evidence: TrialEvidence, measures: [MeasureRecord]
  ) throws {
    let manifest = try Self.json(manifest)
    try writing { database in
      try database.execute(
        sql: "UPDATE trial SET status = ?, finished_at = ?, manifest = ?, process_id = NULL WHERE id = ?",
        arguments: [TrialStatus.finished.rawValue, time.timeIntervalSince1970, manifest, id])
      try Self.insert(evidence, trial: id, into: database)
      try Self.insert(measures, trial: id, into: database)
    }
  }

  /// Stores that a trial has failed, and why.
  public func failTrial(_ id: Int64, at time: Date, failure: TrialFailure, manifest: Manifest? = nil) throws {
    let manifest = try manifest.map { try Self.json($0) }
    try writing { database in
      try database.execute(
        sql: """
          UPDATE trial SET status = ?, finished_at = ?, failure_kind = ?, failure_message = ?, failure_step = ?,
            process_id = NULL, manifest = COALESCE(?, manifest) WHERE id = ?
          """,
        arguments: [
          TrialStatus.failed.rawValue, time.timeIntervalSince1970, failure.kind, failure.message, failure.step,
          manifest, id,
        ])
    }
  }

  /// Marks trials that are still running in the records as interrupted: their runner is gone. Call it only while
  /// holding the study's lock.
  /// - Returns: the processes they were, which may outlive their runner.
  public func interruptRunning(ofStudy id: Int64, at time: Date) throws -> [TrialProcess] {
    try writing { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT process_id, process_birth FROM trial
          WHERE study_id = ? AND status = 'running' AND process_id IS NOT NULL AND process_birth IS NOT NULL
          """, arguments: [id])
      try database.execute(
        sql: """
          UPDATE trial SET status = 'failed', finished_at = ?, failure_kind = 'interrupted',
            failure_message = 'the runner ended before the trial did', process_id = NULL
          WHERE study_id = ? AND status = 'running'
          """, arguments: [time.timeIntervalSince1970, id])
      return rows.map { TrialProcess(processIdentifier: $0["process_id"], birth: $0["process_birth"]) }
    }
  }

  /// Where the newest attempt of each trial stands; a finished attempt counts above a later one.
  public func states(ofStudy id: Int64) throws -> [TrialKey: TrialState] {
    try reading { database in
      var states: [TrialKey: TrialState] = [:]
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM trial WHERE study_id = ? ORDER BY attempt", arguments: [id])
      while let row = try rows.next() {
        let key = TrialKey(cell: row["cell_key"], seed: row["seed"])
        if states[key]?.status == .finished { continue }
        let finished: Double? = row["finished_at"]
        states[key] = TrialState(
          key: key, attempt: row["attempt"], status: try status(row), failure: Self.failure(row),
          wallSeconds: finished.map { $0 - (row["started_at"] as Double) })
      }
      return states
    }
  }

  /// The trials that need not be run again.
  public func finishedKeys(ofStudy id: Int64) throws -> Set<TrialKey> {
    Set(try states(ofStudy: id).values.filter { $0.status == .finished }.map(\.key))
  }

  /// Every attempt of a study in the order in which they began.
  /// - Parameter evidence: whether steps, samples, energy readings and documents are read too.
  public func trials(of study: Int64, evidence: Bool = true) throws -> [TrialRecord] {
    try reading { database in
      try Row.fetchAll(database, sql: "SELECT * FROM trial WHERE study_id = ? ORDER BY id", arguments: [study])
        .map { row in
          var trial = try self.trial(row)
          guard let id = trial.id else { return trial }
          for record in try Self.measures(ofTrial: id, in: database) {
            trial.measures[record.id] = record.value
            if record.isReported { trial.reportedUnits[record.id] = record.unit }
          }
          if evidence, trial.status == .finished { trial.evidence = try self.evidence(row, in: database) }
          return trial
        }
    }
  }

  private func status(_ row: Row) throws -> TrialStatus {
    let text: String = row["status"]
    guard let status = TrialStatus(rawValue: text) else {
      throw RecordError.unreadable(path: path, what: "the trial status \"\(text)\"")
    }
    return status
  }

  private static func failure(_ row: Row) -> TrialFailure? {
    guard let kind: String = row["failure_kind"] else { return nil }
    return TrialFailure(kind: kind, message: row["failure_message"] ?? "", step: row["failure_step"])
  }

  private func trial(_ row: Row) throws -> TrialRecord {
    let settings = try decoded([String: String].self, from: row["settings"], what: "the settings of a trial")
    let finished: Double? = row["finished_at"]
    return TrialRecord(
      id: row["id"], studyID: row["study_id"],
      cell: CellRecord(key: row["cell_key"], method: row["method"], model: row["model"], settings: settings),
      seed: row["seed"], attempt: row["attempt"], status: try status(row), failure: Self.failure(row),
      startedAt: Date(timeIntervalSince1970: row["started_at"]),
      finishedAt: finished.map { Date(timeIntervalSince1970: $0) },
      manifest: try decoded(Manifest.self, from: row["manifest"], what: "the manifest of a trial"))
  }
}
