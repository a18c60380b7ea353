public import Foundation
import GRDB

extension RecordStore {
  /// Stores a new run of an evaluation with its rows and candidates, in one transaction.
  /// - Returns: the run and its candidates with their identifiers.
  /// - Throws: ``RecordError/sameEvaluation(reference:)`` where there is a run of that name and label.
  public func createEvaluation(
    _ evaluation: EvaluationRecord, rows: [EvaluationRow], candidates: [CandidateRecord]
  ) throws -> (evaluation: EvaluationRecord, candidates: [CandidateRecord]) {
    let manifest = try Self.json(evaluation.manifest)
    return try writing { database in
      let taken = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM evaluation WHERE name = ? AND label = ?)",
        arguments: [evaluation.name, evaluation.label])
      if taken == true { throw RecordError.sameEvaluation(reference: evaluation.reference) }
      try database.execute(
        sql: """
          INSERT INTO evaluation (name, label, digest, plan, command, dataset, selection, created_at, finished_at, manifest)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          evaluation.name, evaluation.label, evaluation.digest, evaluation.plan, evaluation.command,
          evaluation.dataset, evaluation.selection, evaluation.createdAt.timeIntervalSince1970,
          evaluation.finishedAt?.timeIntervalSince1970, manifest,
        ])
      var stored = evaluation
      let id = database.lastInsertedRowID
      stored.id = id
      let insertRow = try database.makeStatement(
        sql: "INSERT INTO evaluation_row (evaluation_id, position, row, hash, cluster) VALUES (?, ?, ?, ?, ?)")
      for (position, row) in rows.enumerated() {
        try insertRow.execute(arguments: [id, position, row.identity, row.hash, row.cluster])
      }
      return (stored, try candidates.map { try Self.insert($0, evaluation: id, into: database) })
    }
  }

  private static func insert(
    _ candidate: CandidateRecord, evaluation: Int64, into database: Database
  ) throws -> CandidateRecord {
    try database.execute(
      sql: """
        INSERT INTO candidate (evaluation_id, name, digest, model, endpoint, settings, manifest)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        evaluation, candidate.name, candidate.digest, candidate.model, candidate.endpoint,
        try json(candidate.settings), try json(candidate.manifest),
      ])
    var stored = candidate
    stored.id = database.lastInsertedRowID
    stored.evaluationID = evaluation
    return stored
  }

  /// Stores that nothing is missing any more, or that something is again.
  public func finishEvaluation(_ id: Int64, at time: Date?) throws {
    try writing { database in
      try database.execute(
        sql: "UPDATE evaluation SET finished_at = ? WHERE id = ?", arguments: [time?.timeIntervalSince1970, id])
    }
  }

  /// Stores a section of what is known of a candidate, such as of its server. One that differs from what was
  /// said before stands beside it: `client`, `client 2`.
  public func noteCandidate(_ id: Int64, section: String, _ entries: [String: String]) throws {
    try writing { database in
      let text = try String.fetchOne(database, sql: "SELECT manifest FROM candidate WHERE id = ?", arguments: [id])
      var manifest = try self.decoded(Manifest.self, from: text ?? "{\"sections\":{}}", what: "a candidate's manifest")
      // What an earlier session said stands: its observations are in the same table.
      var name = section
      var number = 2
      while let earlier = manifest.sections[name], earlier != entries {
        name = "\(section) \(number)"
        number += 1
      }
      manifest.sections[name] = entries
      try database.execute(
        sql: "UPDATE candidate SET manifest = ? WHERE id = ?", arguments: [try Self.json(manifest), id])
    }
  }

  /// Stores a section of what is known of a candidate in place of what it said before.
  /// - Returns: the candidate as it is now.
  public func setCandidate(_ id: Int64, section: String, _ entries: [String: String]) throws -> CandidateRecord {
    try writing { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT * FROM candidate WHERE id = ?", arguments: [id]) else {
        throw RecordError.unreadable(path: self.path, what: "candidate \(id)")
      }
      var candidate = try self.candidate(row)
      candidate.manifest.sections[section] = entries
      try database.execute(
        sql: "UPDATE candidate SET manifest = ? WHERE id = ?", arguments: [try Self.json(candidate.manifest), id])
      return candidate
    }
  }

  /// Stores the plan as it is now: how answers are judged may change without their being asked again.
  /// - Parameter rows: with their clusters; the rows themselves are those that were stored.
  public func updateEvaluation(
    _ id: Int64, plan: String, command: String, settings: [String: String], rows: [EvaluationRow]
  ) throws {
    try writing { database in
      let update = try database.makeStatement(
        sql: "UPDATE evaluation_row SET cluster = ? WHERE evaluation_id = ? AND row = ? AND cluster IS NOT ?")
      for row in rows { try update.execute(arguments: [row.cluster, id, row.identity, row.cluster]) }
      let text = try String.fetchOne(database, sql: "SELECT manifest FROM evaluation WHERE id = ?", arguments: [id])
      var manifest = try self.decoded(
        Manifest.self, from: text ?? "{\"sections\":{}}", what: "the manifest of an evaluation")
      manifest.sections["settings", default: [:]].merge(settings) { $1 }
      try database.execute(
        sql: "UPDATE evaluation SET plan = ?, command = ?, manifest = ? WHERE id = ?",
        arguments: [plan, command, try Self.json(manifest), id])
    }
  }

  /// Every run of every evaluation, the newest first.
  public func evaluations() throws -> [EvaluationRecord] {
    try reading { database in
      try Row.fetchAll(database, sql: "SELECT * FROM evaluation ORDER BY created_at DESC, id DESC")
        .map { try self.evaluation($0) }
    }
  }

  /// The newest run of a name, or of those whose label begins as told: `support`, `support@2026-08`.
  /// - Throws: ``RecordError/noSuchEvaluation(reference:known:)``.
  public func evaluation(_ reference: String) throws -> EvaluationRecord {
    let all = try evaluations()
    let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let named = all.filter { $0.name == parts[0] }
    guard parts.count == 2 else {
      if let newest = named.first { return newest }
      throw RecordError.noSuchEvaluation(reference: reference, known: all.map(\.reference))
    }
    let label = String(parts[1])
    if let exact = named.first(where: { $0.label == label }) { return exact }
    guard !label.isEmpty, let newest = named.first(where: { $0.label.hasPrefix(label) }) else {
      throw RecordError.noSuchEvaluation(
        reference: reference, known: (named.isEmpty ? all : named).map(\.reference))
    }
    return newest
  }

  /// The rows that an evaluation asks, in their order.
  public func rows(ofEvaluation id: Int64) throws -> [EvaluationRow] {
    try reading { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM evaluation_row WHERE evaluation_id = ? ORDER BY position", arguments: [id]
      ).map { EvaluationRow(identity: $0["row"], hash: $0["hash"], cluster: $0["cluster"]) }
    }
  }

  /// The candidates of an evaluation, in the plan's order.
  public func candidates(ofEvaluation id: Int64) throws -> [CandidateRecord] {
    try reading { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM candidate WHERE evaluation_id = ? ORDER BY id", arguments: [id]
      ).map { try self.candidate($0) }
    }
  }

  private func candidate(_ row: Row) throws -> CandidateRecord {
    CandidateRecord(
      id: row["id"], evaluationID: row["evaluation_id"], name: row["name"], digest: row["digest"],
      model: row["model"], endpoint: row["endpoint"],
      settings: try decoded([String: String].self, from: row["settings"], what: "a candidate's settings"),
      manifest: try decoded(Manifest.self, from: row["manifest"], what: "a candidate's manifest"))
  }

  private func evaluation(_ row: Row) throws -> EvaluationRecord {
    let finished: Double? = row["finished_at"]
    return EvaluationRecord(
      id: row["id"], name: row["name"], label: row["label"], digest: row["digest"], plan: row["plan"],
      command: row["command"], dataset: row["dataset"], selection: row["selection"],
      createdAt: Date(timeIntervalSince1970: row["created_at"]),
      finishedAt: finished.map { Date(timeIntervalSince1970: $0) },
      manifest: try decoded(Manifest.self, from: row["manifest"], what: "the manifest of an evaluation"))
  }
}
