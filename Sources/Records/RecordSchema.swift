import GRDB

/// The tables and how they came to be. A migration that has shipped is never edited; a new one follows it.
enum RecordSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 studies, trials, evidence, measures") { database in
      try studiesAndTrials(database)
      try evidence(database)
      try measures(database)
    }
    migrator.registerMigration("2 memory parts") { database in
      try database.alter(table: "trial") { $0.add(column: "memory_parts", .text) }
    }
    migrator.registerMigration("3 evaluations") { try evaluations($0) }
    migrator.registerMigration("4 superseded verdicts") { try supersededVerdicts($0) }
    return migrator
  }

  private static func studiesAndTrials(_ database: Database) throws {
    try database.create(table: "study") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("name", .text).notNull()
      table.column("digest", .text).notNull()
      table.column("question", .text).notNull()
      table.column("plan", .text).notNull()
      table.column("command", .text).notNull()
      table.column("created_at", .double).notNull()
      table.uniqueKey(["name", "digest"])
    }
    try database.create(table: "trial") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("study_id", .integer).notNull().references("study", onDelete: .cascade)
      table.column("cell_key", .text).notNull()
      table.column("method", .text).notNull()
      table.column("model", .text).notNull()
      table.column("settings", .text).notNull()
      table.column("seed", .integer).notNull()
      table.column("attempt", .integer).notNull()
      table.column("status", .text).notNull()
      table.column("failure_kind", .text)
      table.column("failure_message", .text)
      table.column("failure_step", .integer)
      table.column("started_at", .double).notNull()
      table.column("finished_at", .double)
      table.column("manifest", .text).notNull()
      table.column("process_id", .integer)
      table.column("process_birth", .text)
      // Present when the trial finished.
      table.column("model_account", .text)
      table.column("device", .text)
      table.column("baseline_resident_bytes", .integer)
      table.column("has_held_out", .boolean)
      table.column("unigram_perplexity", .double)
      table.column("energy_source", .text)
      table.column("energy_idle_watts", .double)
      table.column("energy_is_estimate", .boolean)
      table.column("energy_absence", .text)
      table.uniqueKey(["study_id", "cell_key", "seed", "attempt"])
    }
  }

  private static func evidence(_ database: Database) throws {
    try database.create(table: "step", options: .withoutRowID) { table in
      table.column("trial_id", .integer).notNull().references("trial", onDelete: .cascade)
      table.column("position", .integer).notNull()
      table.column("step", .integer).notNull()
      table.column("phase", .text).notNull()
      table.column("is_warmup", .boolean).notNull()
      table.column("start_ns", .integer).notNull()
      table.column("end_ns", .integer).notNull()
      table.column("tokens", .integer).notNull()
      table.column("samples", .integer).notNull()
      table.column("loss", .double)
      table.primaryKey(["trial_id", "position"])
    }
    try database.create(table: "sample", options: .withoutRowID) { table in
      table.column("trial_id", .integer).notNull().references("trial", onDelete: .cascade)
      table.column("position", .integer).notNull()
      table.column("monotonic_ns", .integer).notNull()
      table.column("resident_bytes", .integer)
      table.column("allocated_bytes", .integer)
      table.column("cpu_seconds", .double)
      table.column("device_memory_bytes", .integer)
      table.column("device_utilisation", .double)
      table.column("power_milliwatts", .double)
      table.primaryKey(["trial_id", "position"])
    }
    try database.create(table: "energy_reading", options: .withoutRowID) { table in
      table.column("trial_id", .integer).notNull().references("trial", onDelete: .cascade)
      table.column("position", .integer).notNull()
      table.column("monotonic_ns", .integer).notNull()
      table.column("joules", .double).notNull()
      table.primaryKey(["trial_id", "position"])
    }
    try database.create(table: "document", options: .withoutRowID) { table in
      table.column("trial_id", .integer).notNull().references("trial", onDelete: .cascade)
      table.column("position", .integer).notNull()
      table.column("document", .text).notNull()
      table.column("tokens", .integer).notNull()
      table.column("negative_log_likelihood", .double).notNull()
      table.column("bytes", .integer)
      table.primaryKey(["trial_id", "position"])
    }
  }

  private static func measures(_ database: Database) throws {
    try database.create(table: "measure", options: .withoutRowID) { table in
      table.column("trial_id", .integer).notNull().references("trial", onDelete: .cascade)
      table.column("position", .integer).notNull()
      table.column("measure", .text).notNull()
      table.column("title", .text).notNull()
      table.column("unit", .text).notNull()
      table.column("direction", .text)
      table.column("definition", .text)
      table.column("version", .integer).notNull()
      table.column("is_reported", .boolean).notNull()
      // Either a value with what is known of it, or the reason for its absence.
      table.column("value", .double)
      table.column("lower", .double)
      table.column("upper", .double)
      table.column("confidence", .double)
      table.column("n", .integer)
      table.column("is_estimate", .boolean)
      table.column("absence", .text)
      table.primaryKey(["trial_id", "measure"])
      table.check(sql: "(value IS NULL) = (absence IS NOT NULL)")
    }
  }
}
