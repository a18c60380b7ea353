import GRDB

extension RecordSchema {
  static func evaluations(_ database: Database) throws {
    try database.create(table: "evaluation") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("name", .text).notNull()
      table.column("label", .text).notNull()
      table.column("digest", .text).notNull()
      table.column("plan", .text).notNull()
      table.column("command", .text).notNull()
      table.column("dataset", .text).notNull()
      table.column("selection", .text).notNull()
      table.column("created_at", .double).notNull()
      table.column("finished_at", .double)
      table.column("manifest", .text).notNull()
      table.uniqueKey(["name", "label"])
    }
    try database.create(table: "evaluation_row", options: .withoutRowID) { table in
      table.column("evaluation_id", .integer).notNull().references("evaluation", onDelete: .cascade)
      table.column("position", .integer).notNull()
      table.column("row", .text).notNull()
      table.column("hash", .text).notNull()
      table.column("cluster", .text)
      table.primaryKey(["evaluation_id", "position"])
      table.uniqueKey(["evaluation_id", "row"])
    }
    try database.create(table: "candidate") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("evaluation_id", .integer).notNull().references("evaluation", onDelete: .cascade)
      table.column("name", .text).notNull()
      table.column("digest", .text).notNull()
      table.column("model", .text).notNull()
      table.column("endpoint", .text).notNull()
      table.column("settings", .text).notNull()
      table.column("manifest", .text).notNull()
      table.uniqueKey(["evaluation_id", "name"])
    }
    try observations(database)
    try database.create(table: "verdict", options: .withoutRowID) { table in
      table.column("observation_id", .integer).notNull().references("observation", onDelete: .cascade)
      table.column("evaluator", .text).notNull()
      table.column("version", .integer).notNull()
      table.column("configuration", .text).notNull()
      table.column("threshold", .double).notNull()
      // One of the three: a score, the reason why there is none, what the evaluator failed of.
      table.column("score", .double)
      table.column("absence", .text)
      table.column("absence_cause", .text)
      table.column("failure", .text)
      table.column("reason", .text).notNull()
      table.column("parts", .text).notNull()
      // What it took a judge, as JSON; null where none was asked.
      table.column("judge", .text)
      cost(table)
      table.column("seconds", .double).notNull()
      table.column("decided_at", .double).notNull()
      table.primaryKey(["observation_id", "evaluator"])
      table.check(sql: "(score IS NOT NULL) + (absence IS NOT NULL) + (failure IS NOT NULL) = 1")
      table.check(sql: "score IS NULL OR (score >= 0 AND score <= 1)")
    }
  }

  /// What verdicts cost that others have taken the place of: they say nothing any more, and were paid for.
  static func supersededVerdicts(_ database: Database) throws {
    try database.create(table: "superseded_verdict") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("observation_id", .integer).notNull().indexed().references("observation", onDelete: .cascade)
      table.column("evaluator", .text).notNull()
      table.column("version", .integer).notNull()
      table.column("configuration", .text).notNull()
      table.column("judge", .text)
      cost(table)
      table.column("seconds", .double).notNull()
      table.column("decided_at", .double).notNull()
    }
  }

  private static func observations(_ database: Database) throws {
    try database.create(table: "observation") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("candidate_id", .integer).notNull().references("candidate", onDelete: .cascade)
      table.column("row", .text).notNull()
      table.column("repetition", .integer).notNull()
      table.column("attempt", .integer).notNull()
      table.column("status", .text).notNull()
      table.column("failure_kind", .text)
      table.column("failure_message", .text)
      table.column("origin", .text).notNull()
      table.column("route", .text).notNull()
      table.column("customer", .text)
      table.column("started_at", .double).notNull()
      table.column("request_id", .text).notNull()
      table.column("text", .text)
      table.column("tool_calls", .text)
      table.column("finish_reason", .text)
      table.column("answered_by", .text)
      table.column("prompt_tokens", .integer)
      table.column("completion_tokens", .integer)
      table.column("token_source", .text)
      table.column("usage", .text)
      table.column("latency_s", .double)
      table.column("ttft_s", .double)
      table.column("tpot_s", .double)
      table.column("service_latency_s", .double)
      table.column("service_ttft_s", .double)
      table.column("retries", .integer).notNull()
      table.column("timeline", .text).notNull()
      cost(table)
      // A MeasuredValue as JSON: it may be an estimate, and absent for a reason.
      table.column("energy", .text).notNull()
      table.column("trajectory", .text)
      table.uniqueKey(["candidate_id", "row", "repetition", "attempt"])
    }
    try database.create(table: "observation_tag", options: .withoutRowID) { table in
      table.column("observation_id", .integer).notNull().references("observation", onDelete: .cascade)
      table.column("name", .text).notNull()
      table.column("value", .text).notNull()
      table.primaryKey(["observation_id", "name"])
    }
    try database.create(index: "observation_tag_by_value", on: "observation_tag", columns: ["name", "value"])
    try database.create(index: "observation_by_customer", on: "observation", columns: ["customer"])
    try database.create(index: "observation_by_route", on: "observation", columns: ["route"])
  }

  /// Either what it cost and at which price, or why that is not known.
  private static func cost(_ table: TableDefinition) {
    table.column("cost_picos", .integer)
    table.column("currency", .text)
    table.column("price_version", .text)
    table.column("price", .text)
    table.column("cost_absence", .text)
    table.check(sql: "(cost_picos IS NULL) = (cost_absence IS NOT NULL)")
  }
}
