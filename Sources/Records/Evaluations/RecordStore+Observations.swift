public import Foundation
import GRDB
public import Measures

extension RecordStore {
  /// Stores one observation for good before anything else is done with it, so that its request is never paid for again.
  /// Its attempt is one more than those that there are.
  /// - Returns: the observation with its identifier and attempt.
  public func storeObservation(_ observation: ObservationRecord) throws -> ObservationRecord {
    try storeObservations([observation])[0]
  }

  /// Stores several in one transaction, all or none.
  public func storeObservations(_ observations: [ObservationRecord]) throws -> [ObservationRecord] {
    try writing { database in try observations.map { try self.insert($0, into: database) } }
  }

  private func insert(_ observation: ObservationRecord, into database: Database) throws -> ObservationRecord {
    let attempts = try Int.fetchOne(
      database,
      sql: "SELECT COALESCE(MAX(attempt), 0) FROM observation WHERE candidate_id = ? AND row = ? AND repetition = ?",
      arguments: [observation.candidateID, observation.row, observation.repetition])
    var stored = observation
    stored.attempt = (attempts ?? 0) + 1
    let cost = CostColumns(observation.cost)
    let energy = try Self.json(observation.energy)
    try database.execute(
      sql: """
        INSERT INTO observation (candidate_id, row, repetition, attempt, status, failure_kind, failure_message, origin,
          route, customer, started_at, request_id, text, tool_calls, finish_reason, answered_by, prompt_tokens,
          completion_tokens, token_source, usage, latency_s, ttft_s, tpot_s, service_latency_s, service_ttft_s, retries,
          timeline, cost_picos, currency, price_version, price, cost_absence, energy, trajectory, is_refusal)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        stored.candidateID, stored.row, stored.repetition, stored.attempt, stored.status.rawValue, stored.failureKind,
        stored.failureMessage, stored.origin, stored.route, stored.customer, stored.startedAt.timeIntervalSince1970,
        stored.requestID, stored.text, stored.toolCalls, stored.finishReason, stored.answeredBy, stored.promptTokens,
        stored.completionTokens, stored.tokenSource, stored.usage, stored.latencies.endToEnd,
        stored.latencies.timeToFirstToken, stored.latencies.timePerOutputToken, stored.latencies.serviceEndToEnd,
        stored.latencies.serviceTimeToFirstToken, stored.retries, stored.timeline, cost.picos, cost.currency,
        cost.version, cost.price, cost.absence, energy, stored.trajectory,
        stored.isRefusal,
      ])
    let id = database.lastInsertedRowID
    stored.id = id
    for (name, value) in stored.tags {
      try database.execute(
        sql: "INSERT INTO observation_tag (observation_id, name, value) VALUES (?, ?, ?)", arguments: [id, name, value])
    }
    return stored
  }

  /// Stores what observations cost and drew, where that is known only after they were stored.
  public func settleObservations(_ settled: [(id: Int64, cost: CostRecord, energy: MeasuredValue)]) throws {
    let rows = try settled.map { (id: $0.id, cost: CostColumns($0.cost), energy: try Self.json($0.energy)) }
    try writing { database in
      let update = try database.makeStatement(
        sql: """
          UPDATE observation SET cost_picos = ?, currency = ?, price_version = ?, price = ?, cost_absence = ?, energy = ?
          WHERE id = ?
          """)
      for row in rows {
        try update.execute(arguments: [
          row.cost.picos, row.cost.currency, row.cost.version, row.cost.price, row.cost.absence, row.energy, row.id,
        ])
      }
    }
  }

  /// The observations of an evaluation in the order in which they were stored.
  /// - Parameter superseded: also those that were asked again later.
  public func observations(ofEvaluation id: Int64, superseded: Bool = false) throws -> [ObservationRecord] {
    let last = """
      AND attempt = (SELECT MAX(attempt) FROM observation AS later WHERE later.candidate_id = observation.candidate_id
        AND later.row = observation.row AND later.repetition = observation.repetition)
      """
    return try observations(
      where: "candidate_id IN (SELECT id FROM candidate WHERE evaluation_id = ?) \(superseded ? "" : last)", [id])
  }

  /// Every observation there is, of all evaluations, that began in a span of time.
  public func observations(from begin: Date = .distantPast, until end: Date = .distantFuture) throws
    -> [ObservationRecord]
  {
    try observations(
      where: "started_at >= ? AND started_at < ?", [begin.timeIntervalSince1970, end.timeIntervalSince1970])
  }

  private func observations(where condition: String, _ arguments: StatementArguments) throws -> [ObservationRecord] {
    try reading { database in
      var tags: [Int64: [String: String]] = [:]
      let tagRows = try Row.fetchCursor(
        database,
        sql: """
          SELECT * FROM observation_tag WHERE observation_id IN (SELECT id FROM observation WHERE \(condition))
          """, arguments: arguments)
      while let row = try tagRows.next() { tags[row["observation_id"], default: [:]][row["name"]] = row["value"] }
      return try Row.fetchAll(
        database, sql: "SELECT * FROM observation WHERE \(condition) ORDER BY id", arguments: arguments
      ).map { try self.observation($0, tags: tags[$0["id"]] ?? [:]) }
    }
  }

  private func observation(_ row: Row, tags: [String: String]) throws -> ObservationRecord {
    let text: String = row["status"]
    guard let status = ObservationRecord.Status(rawValue: text) else {
      throw RecordError.unreadable(path: path, what: "an observation's status \"\(text)\"")
    }
    return ObservationRecord(
      id: row["id"], candidateID: row["candidate_id"], row: row["row"], repetition: row["repetition"],
      attempt: row["attempt"], status: status, failureKind: row["failure_kind"],
      failureMessage: row["failure_message"], origin: row["origin"], route: row["route"], customer: row["customer"],
      tags: tags, startedAt: Date(timeIntervalSince1970: row["started_at"]), requestID: row["request_id"],
      text: row["text"], toolCalls: row["tool_calls"], finishReason: row["finish_reason"],
      answeredBy: row["answered_by"], promptTokens: row["prompt_tokens"], completionTokens: row["completion_tokens"],
      tokenSource: row["token_source"], usage: row["usage"],
      latencies: ObservationRecord.Latencies(
        endToEnd: row["latency_s"], timeToFirstToken: row["ttft_s"], timePerOutputToken: row["tpot_s"],
        serviceEndToEnd: row["service_latency_s"], serviceTimeToFirstToken: row["service_ttft_s"]),
      retries: row["retries"], timeline: row["timeline"], cost: CostColumns(row).record,
      energy: try decoded(MeasuredValue.self, from: row["energy"], what: "an observation's energy"),
      trajectory: row["trajectory"], isRefusal: row["is_refusal"])
  }
}

/// A ``CostRecord`` as its columns.
struct CostColumns {
  var picos: Int64?
  var currency: String?
  var version: String?
  var price: String?
  var absence: String?

  init(_ cost: CostRecord) {
    switch cost {
    case .known(let picos, let currency, let version, let price):
      (self.picos, self.currency, self.version, self.price) = (picos, currency, version, price)
    case .absent(let absence): self.absence = absence.reason
    }
  }

  init(_ row: Row) {
    picos = row["cost_picos"]
    currency = row["currency"]
    version = row["price_version"]
    price = row["price"]
    absence = row["cost_absence"]
  }

  var record: CostRecord {
    guard let picos else { return .absent(Absence(absence ?? "")) }
    return .known(picos: picos, currency: currency ?? "", priceVersion: version ?? "", price: price ?? "")
  }
}
