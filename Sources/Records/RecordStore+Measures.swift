import GRDB
import Measures

extension RecordStore {
  static func insert(_ measures: [MeasureRecord], trial id: Int64, into database: Database) throws {
    let statement = try database.makeStatement(
      sql: """
        INSERT INTO measure (trial_id, position, measure, title, unit, direction, definition, version, is_reported,
          value, lower, upper, confidence, n, is_estimate, absence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (position, measure) in measures.enumerated() {
      var quantity: Quantity?
      var absence: String?
      switch measure.value {
      case .value(let known) where known.value.isFinite: quantity = known
      case .value(let known): absence = "computed as \(known.value), which is no number"
      case .absent(let reason): absence = reason.reason
      }
      try statement.execute(arguments: [
        id, position, measure.id.rawValue, measure.title, measure.unit.rawValue, measure.direction?.rawValue,
        measure.definition?.rawValue, measure.version, measure.isReported, quantity?.value,
        quantity?.interval?.lower, quantity?.interval?.upper, quantity?.interval?.confidence, quantity?.count,
        quantity?.isEstimate, absence,
      ])
    }
  }

  /// The measures of a trial in the order in which tables show them.
  public func measures(ofTrial id: Int64) throws -> [MeasureRecord] {
    try reading { try Self.measures(ofTrial: id, in: $0) }
  }

  static func measures(ofTrial id: Int64, in database: Database) throws -> [MeasureRecord] {
    try Row.fetchAll(database, sql: "SELECT * FROM measure WHERE trial_id = ? ORDER BY position", arguments: [id])
      .map(measure)
  }

  private static func measure(_ row: Row) -> MeasureRecord {
    let direction: String? = row["direction"]
    let definition: String? = row["definition"]
    return MeasureRecord(
      id: MeasureID(row["measure"] as String), title: row["title"], unit: Measures.Unit(rawValue: row["unit"]),
      direction: direction.flatMap(Direction.init), definition: definition.flatMap(Definition.init),
      version: row["version"], value: value(row), isReported: row["is_reported"])
  }

  private static func value(_ row: Row) -> MeasuredValue {
    guard let value: Double = row["value"] else { return .absent(row["absence"] ?? "no reason was stored") }
    var interval: Interval?
    if let lower: Double = row["lower"], let upper: Double = row["upper"] {
      interval = Interval(lower: lower, upper: upper, confidence: row["confidence"] ?? 0.95)
    }
    return .value(Quantity(value, interval: interval, count: row["n"] ?? 0, isEstimate: row["is_estimate"] ?? false))
  }
}
