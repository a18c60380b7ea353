import Foundation
import GRDB

/// One of the tables that raw rows can be exported from. Every row begins with what tells the trial: study, digest,
/// cell, method, model, seed, attempt.
public enum RecordTable: String, Sendable, CaseIterable {
  /// One row for each trial and measure; a failed trial has one row with its failure and no measure.
  case measures
  /// One row for each attempt, with its settings and manifest.
  case trials
  case steps, samples, energy, documents
}

/// A value of an exported row. Blank is what was not there; it is never written as zero.
public enum ExportedValue: Sendable, Hashable, Encodable {
  case blank
  case integer(Int64)
  case number(Double)
  case boolean(Bool)
  case text(String)

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .blank: try container.encodeNil()
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }

  /// As a field of a CSV file (RFC 4180): quoted where it has to be, numbers in the shortest form that reads back.
  var csv: String {
    switch self {
    case .blank: return ""
    case .integer(let value): return String(value)
    case .number(let value): return String(value)
    case .boolean(let value): return String(value)
    case .text(let value):
      let special = value.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      return special ? "\"" + value.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : value
    }
  }
}

/// Rows of one table under their column names.
public struct ExportedRows: Sendable {
  public var columns: [String]
  public var rows: [[ExportedValue]]

  public init(columns: [String], rows: [[ExportedValue]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The rows as a CSV file with a header line.
  public var csv: String {
    var text = columns.joined(separator: ",") + "\n"
    for row in rows { text += row.map(\.csv).joined(separator: ",") + "\n" }
    return text
  }

  /// The rows as JSON objects.
  public var objects: [[String: ExportedValue]] {
    rows.map { Dictionary(zip(columns, $0), uniquingKeysWith: { first, _ in first }) }
  }
}

/// A study with its raw rows, as the JSON export writes it.
public struct StudyExport: Sendable, Encodable {
  public struct Study: Sendable, Encodable {
    public var name: String
    public var digest: String
    public var question: String
    public var plan: String
    public var command: String
    public var createdAt: String

    enum CodingKeys: String, CodingKey {
      case name, digest, question, plan, command
      case createdAt = "created_at"
    }
  }

  public var study: Study
  /// Table name to rows.
  public var tables: [String: [[String: ExportedValue]]]
}

extension RecordStore {
  /// The raw rows of a study in one table.
  public func rows(of table: RecordTable, study id: Int64) throws -> ExportedRows {
    try reading { database in
      let statement = try database.makeStatement(sql: Self.sql(table))
      let columns = statement.columnNames
      let cursor = try Row.fetchCursor(statement, arguments: [id])
      var rows: [[ExportedValue]] = []
      while let row = try cursor.next() {
        rows.append(zip(columns, row.databaseValues).map { Self.exported($1, column: $0) })
      }
      return ExportedRows(columns: columns, rows: rows)
    }
  }

  /// A study with raw rows of the tables asked for.
  public func export(_ study: StudyRecord, tables: [RecordTable]) throws -> StudyExport {
    guard let id = study.id else { throw RecordError.noSuchStudy(name: study.name, known: []) }
    var exported: [String: [[String: ExportedValue]]] = [:]
    for table in tables { exported[table.rawValue] = try rows(of: table, study: id).objects }
    return StudyExport(
      study: StudyExport.Study(
        name: study.name, digest: study.digest, question: study.question, plan: study.plan, command: study.command,
        createdAt: study.createdAt.formatted(.iso8601)),
      tables: exported)
  }

  private static func exported(_ value: DatabaseValue, column: String) -> ExportedValue {
    switch value.storage {
    case .null: .blank
    case .int64(let number): column.hasPrefix("is_") ? .boolean(number != 0) : .integer(number)
    case .double(let number): .number(number)
    case .string(let text): .text(text)
    case .blob: .blank
    }
  }

  private static func sql(_ table: RecordTable) -> String {
    let head = """
      study.name AS study, study.digest, trial.cell_key AS cell, trial.method, trial.model, trial.seed, trial.attempt
      """
    let joined = "FROM trial JOIN study ON study.id = trial.study_id"
    switch table {
    case .measures:
      return """
        SELECT \(head), trial.status, measure.measure, measure.title, measure.definition, measure.direction,
          measure.version, measure.unit, measure.value, measure.lower, measure.upper, measure.confidence, measure.n,
          measure.is_estimate, measure.is_reported, measure.absence, trial.failure_kind, trial.failure_message,
          trial.failure_step
        \(joined) LEFT JOIN measure ON measure.trial_id = trial.id
        WHERE trial.study_id = ? ORDER BY trial.id, measure.position
        """
    case .trials:
      return """
        SELECT \(head), trial.status, trial.failure_kind, trial.failure_message, trial.failure_step,
          strftime('%Y-%m-%dT%H:%M:%fZ', trial.started_at, 'unixepoch') AS started_at,
          strftime('%Y-%m-%dT%H:%M:%fZ', trial.finished_at, 'unixepoch') AS finished_at,
          trial.settings, trial.model_account, trial.device, trial.baseline_resident_bytes, trial.unigram_perplexity,
          trial.energy_source, trial.energy_idle_watts, trial.energy_is_estimate AS is_energy_estimate,
          trial.energy_absence, trial.manifest
        \(joined) WHERE trial.study_id = ? ORDER BY trial.id
        """
    case .steps:
      return """
        SELECT \(head), step.step, step.phase, step.is_warmup, step.start_ns, step.end_ns, step.tokens, step.samples,
          step.loss
        \(joined) JOIN step ON step.trial_id = trial.id WHERE trial.study_id = ? ORDER BY trial.id, step.position
        """
    case .samples:
      return """
        SELECT \(head), sample.monotonic_ns, sample.resident_bytes, sample.allocated_bytes, sample.cpu_seconds,
          sample.device_memory_bytes, sample.device_utilisation, sample.power_milliwatts
        \(joined) JOIN sample ON sample.trial_id = trial.id
        WHERE trial.study_id = ? ORDER BY trial.id, sample.position
        """
    case .energy:
      return """
        SELECT \(head), energy_reading.monotonic_ns, energy_reading.joules, trial.energy_source
        \(joined) JOIN energy_reading ON energy_reading.trial_id = trial.id
        WHERE trial.study_id = ? ORDER BY trial.id, energy_reading.position
        """
    case .documents:
      return """
        SELECT \(head), document.document, document.tokens, document.negative_log_likelihood, document.bytes
        \(joined) JOIN document ON document.trial_id = trial.id
        WHERE trial.study_id = ? ORDER BY trial.id, document.position
        """
    }
  }
}
