import Foundation
import GRDB
import Measures

extension RecordStore {
  static func insert(_ evidence: TrialEvidence, trial id: Int64, into database: Database) throws {
    var source: String?
    var idleWatts: Double?
    var isEstimate: Bool?
    var absence: String?
    switch evidence.energy {
    case .counter(let counter):
      source = counter.source
      idleWatts = counter.idleWatts
      isEstimate = counter.isEstimate
    case .absent(let reason): absence = reason.reason
    }
    try database.execute(
      sql: """
        UPDATE trial SET model_account = ?, device = ?, baseline_resident_bytes = ?, has_held_out = ?,
          unigram_perplexity = ?, energy_source = ?, energy_idle_watts = ?, energy_is_estimate = ?, energy_absence = ?,
          memory_parts = ?
        WHERE id = ?
        """,
      arguments: [
        try evidence.model.map { try json($0) }, try json(evidence.device), signed(evidence.baselineResidentBytes),
        evidence.heldOut != nil, evidence.heldOut?.unigramPerplexity, source, idleWatts, isEstimate, absence,
        try evidence.memoryParts.map { try json($0) }, id,
      ])
    try insertSteps(evidence.steps, trial: id, into: database)
    try insertSamples(evidence.resources, trial: id, into: database)
    if case .counter(let counter) = evidence.energy {
      let statement = try database.makeStatement(sql: "INSERT INTO energy_reading VALUES (?, ?, ?, ?)")
      for (position, reading) in counter.readings.enumerated() {
        try statement.execute(arguments: [id, position, signed(reading.nanoseconds), reading.joules])
      }
    }
    let statement = try database.makeStatement(sql: "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)")
    for (position, document) in (evidence.heldOut?.documents ?? []).enumerated() {
      try statement.execute(arguments: [
        id, position, document.id, document.tokens, document.negativeLogLikelihood, document.bytes,
      ])
    }
  }

  private static func insertSteps(_ steps: [StepObservation], trial id: Int64, into database: Database) throws {
    let statement = try database.makeStatement(sql: "INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (position, step) in steps.enumerated() {
      try statement.execute(arguments: [
        id, position, step.index, step.phase.rawValue, step.isWarmup, signed(step.startNanoseconds),
        signed(step.endNanoseconds), step.tokens, step.samples, step.loss,
      ])
    }
  }

  private static func insertSamples(_ samples: [ResourceSample], trial id: Int64, into database: Database) throws {
    let statement = try database.makeStatement(sql: "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (position, sample) in samples.enumerated() {
      try statement.execute(arguments: [
        id, position, signed(sample.nanoseconds), signed(sample.residentBytes), signed(sample.allocatedBytes),
        sample.cpuSeconds, signed(sample.deviceMemoryBytes), sample.deviceUtilisation, sample.powerMilliwatts,
      ])
    }
  }

  /// Reads back what ``insert(_:trial:into:)`` wrote.
  func evidence(_ row: Row, in database: Database) throws -> TrialEvidence {
    let id: Int64 = row["id"]
    let account: String? = row["model_account"]
    let device: String? = row["device"]
    let parts: String? = row["memory_parts"]
    var heldOut: HeldOutEvidence?
    if row["has_held_out"] == true {
      heldOut = HeldOutEvidence(
        documents: try Self.documents(id, in: database), unigramPerplexity: row["unigram_perplexity"])
    }
    return TrialEvidence(
      model: try account.map { try decoded(ModelAccount.self, from: $0, what: "the model account of a trial") },
      steps: try steps(id, in: database), resources: try Self.samples(id, in: database),
      energy: try Self.energy(row, id, in: database), heldOut: heldOut,
      device: try device.map { try decoded(DeviceEvidence.self, from: $0, what: "the device of a trial") }
        ?? DeviceEvidence(),
      baselineResidentBytes: Self.unsigned(row["baseline_resident_bytes"]),
      memoryParts: try parts.map { try decoded(MemoryParts.self, from: $0, what: "the memory of a trial") })
  }

  private func steps(_ id: Int64, in database: Database) throws -> [StepObservation] {
    try Row.fetchAll(database, sql: "SELECT * FROM step WHERE trial_id = ? ORDER BY position", arguments: [id])
      .map { row in
        let phase: String = row["phase"]
        guard let known = StepObservation.Phase(rawValue: phase) else {
          throw RecordError.unreadable(path: path, what: "the phase \"\(phase)\" of a step")
        }
        return StepObservation(
          index: row["step"], phase: known, isWarmup: row["is_warmup"],
          startNanoseconds: UInt64(bitPattern: row["start_ns"]), endNanoseconds: UInt64(bitPattern: row["end_ns"]),
          tokens: row["tokens"], samples: row["samples"], loss: row["loss"])
      }
  }

  private static func samples(_ id: Int64, in database: Database) throws -> [ResourceSample] {
    try Row.fetchAll(database, sql: "SELECT * FROM sample WHERE trial_id = ? ORDER BY position", arguments: [id])
      .map { row in
        ResourceSample(
          nanoseconds: UInt64(bitPattern: row["monotonic_ns"]), residentBytes: unsigned(row["resident_bytes"]),
          allocatedBytes: unsigned(row["allocated_bytes"]), cpuSeconds: row["cpu_seconds"],
          deviceMemoryBytes: unsigned(row["device_memory_bytes"]), deviceUtilisation: row["device_utilisation"],
          powerMilliwatts: row["power_milliwatts"])
      }
  }

  private static func energy(_ row: Row, _ id: Int64, in database: Database) throws -> EnergyEvidence {
    guard let source: String = row["energy_source"] else {
      return .absent(Absence(row["energy_absence"] ?? "no energy probe ran"))
    }
    let readings = try Row.fetchAll(
      database, sql: "SELECT * FROM energy_reading WHERE trial_id = ? ORDER BY position", arguments: [id]
    ).map { EnergyCounter.Reading(nanoseconds: UInt64(bitPattern: $0["monotonic_ns"]), joules: $0["joules"]) }
    return .counter(
      EnergyCounter(
        source: source, readings: readings, idleWatts: row["energy_idle_watts"],
        isEstimate: row["energy_is_estimate"] ?? false))
  }

  private static func documents(_ id: Int64, in database: Database) throws -> [HeldOutEvidence.Document] {
    try Row.fetchAll(database, sql: "SELECT * FROM document WHERE trial_id = ? ORDER BY position", arguments: [id])
      .map { row in
        HeldOutEvidence.Document(
          id: row["document"], tokens: row["tokens"], negativeLogLikelihood: row["negative_log_likelihood"],
          bytes: row["bytes"])
      }
  }

  /// SQLite's integers are signed; the bits are kept, so that every value comes back as it was.
  static func signed(_ value: UInt64?) -> Int64? { value.map { Int64(bitPattern: $0) } }
  static func unsigned(_ value: Int64?) -> UInt64? { value.map { UInt64(bitPattern: $0) } }
}
