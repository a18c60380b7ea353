public import Foundation
import GRDB
import Measures

extension RecordStore {
  /// Stores a verdict; one by the same evaluator on the same observation is replaced. What that one cost was paid all the
  /// same and is kept; see ``supersededVerdicts(ofEvaluation:)``.
  public func storeVerdict(_ verdict: VerdictRecord) throws { try storeVerdicts([verdict]) }

  /// Stores several in one transaction, all or none.
  public func storeVerdicts(_ verdicts: [VerdictRecord]) throws {
    try writing { database in
      for verdict in verdicts { try Self.insert(verdict, into: database) }
    }
  }

  private static func insert(_ verdict: VerdictRecord, into database: Database) throws {
    var score: Double?
    var absence: String?
    var cause: String?
    var failure: String?
    switch verdict.outcome {
    case .score(let value): score = value
    case .absent(let why, let kind): (absence, cause) = (why.reason, kind)
    case .failed(let message): failure = message
    }
    let cost = CostColumns(verdict.cost)
    // What cost nothing leaves nothing to be kept.
    try database.execute(
      sql: """
        INSERT INTO superseded_verdict (observation_id, evaluator, version, configuration, judge, cost_picos, currency,
          price_version, price, cost_absence, seconds, decided_at)
        SELECT observation_id, evaluator, version, configuration, judge, cost_picos, currency, price_version, price,
          cost_absence, seconds, decided_at
        FROM verdict WHERE observation_id = ? AND evaluator = ? AND COALESCE(cost_picos, 1) <> 0
        """, arguments: [verdict.observationID, verdict.evaluator])
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO verdict (observation_id, evaluator, version, configuration, threshold, score, absence,
          absence_cause, failure, reason, parts, judge, cost_picos, currency, price_version, price, cost_absence, seconds,
          decided_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        verdict.observationID, verdict.evaluator, verdict.version, verdict.configuration, verdict.threshold, score,
        absence, cause, failure, verdict.reason, verdict.parts, verdict.judge, cost.picos, cost.currency, cost.version,
        cost.price,
        cost.absence, verdict.seconds, verdict.decidedAt.timeIntervalSince1970,
      ])
  }

  /// Holds the scores of an evaluator against another threshold.
  public func setThreshold(
    _ threshold: Double, ofEvaluator name: String, configuration: String, inEvaluation id: Int64
  ) throws {
    try writing { database in
      try database.execute(
        sql: """
          UPDATE verdict SET threshold = ? WHERE evaluator = ? AND configuration = ? AND threshold <> ?
            AND observation_id IN (SELECT id FROM observation WHERE candidate_id IN
              (SELECT id FROM candidate WHERE evaluation_id = ?))
          """, arguments: [threshold, name, configuration, threshold, id])
    }
  }

  /// The verdicts on an evaluation's observations, by observation and evaluator.
  public func verdicts(ofEvaluation id: Int64) throws -> [VerdictRecord] {
    try verdicts(
      where: """
        observation_id IN (SELECT id FROM observation WHERE candidate_id IN
          (SELECT id FROM candidate WHERE evaluation_id = ?))
        """, [id])
  }

  /// The verdicts on every observation that began in a span of time.
  public func verdicts(from begin: Date = .distantPast, until end: Date = .distantFuture) throws -> [VerdictRecord] {
    try verdicts(
      where: "observation_id IN (SELECT id FROM observation WHERE started_at >= ? AND started_at < ?)",
      [begin.timeIntervalSince1970, end.timeIntervalSince1970])
  }

  private func verdicts(where condition: String, _ arguments: StatementArguments) throws -> [VerdictRecord] {
    try reading { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM verdict WHERE \(condition) ORDER BY observation_id, evaluator",
        arguments: arguments
      ).map(Self.verdict)
    }
  }

  /// What was paid for verdicts on an evaluation's observations that others have taken the place of, in the order in which
  /// they were replaced.
  public func supersededVerdicts(ofEvaluation id: Int64) throws -> [SupersededVerdict] {
    try supersededVerdicts(
      where: """
        observation_id IN (SELECT id FROM observation WHERE candidate_id IN
          (SELECT id FROM candidate WHERE evaluation_id = ?))
        """, [id])
  }

  /// The same, on every observation that began in a span of time.
  public func supersededVerdicts(
    from begin: Date = .distantPast, until end: Date = .distantFuture
  ) throws -> [SupersededVerdict] {
    try supersededVerdicts(
      where: "observation_id IN (SELECT id FROM observation WHERE started_at >= ? AND started_at < ?)",
      [begin.timeIntervalSince1970, end.timeIntervalSince1970])
  }

  private func supersededVerdicts(
    where condition: String, _ arguments: StatementArguments
  ) throws -> [SupersededVerdict] {
    try reading { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM superseded_verdict WHERE \(condition) ORDER BY id", arguments: arguments
      ).map { row in
        SupersededVerdict(
          observationID: row["observation_id"], evaluator: row["evaluator"], version: row["version"],
          configuration: row["configuration"], judge: row["judge"], cost: CostColumns(row).record,
          seconds: row["seconds"], decidedAt: Date(timeIntervalSince1970: row["decided_at"]))
      }
    }
  }

  private static func verdict(_ row: Row) -> VerdictRecord {
    let outcome: VerdictRecord.Outcome
    if let score: Double = row["score"] {
      outcome = .score(score)
    } else if let absence: String = row["absence"] {
      outcome = .absent(Absence(absence), cause: row["absence_cause"] ?? "")
    } else {
      outcome = .failed(message: row["failure"] ?? "")
    }
    return VerdictRecord(
      observationID: row["observation_id"], evaluator: row["evaluator"], version: row["version"],
      configuration: row["configuration"], threshold: row["threshold"], outcome: outcome, reason: row["reason"],
      parts: row["parts"], judge: row["judge"], cost: CostColumns(row).record, seconds: row["seconds"],
      decidedAt: Date(timeIntervalSince1970: row["decided_at"]))
  }
}
