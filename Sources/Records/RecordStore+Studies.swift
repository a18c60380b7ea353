import Foundation
import GRDB

extension RecordStore {
  /// Stores a study, or finds it again: the same name and digest is the same study, whose question, plan text and
  /// command are brought up to date.
  /// - Returns: the study with its identifier.
  @discardableResult
  public func saveStudy(_ study: StudyRecord) throws -> StudyRecord {
    try writing { database in
      try database.execute(
        sql: """
          INSERT INTO study (name, digest, question, plan, command, created_at) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (name, digest) DO UPDATE SET question = excluded.question, plan = excluded.plan,
            command = excluded.command
          """,
        arguments: [
          study.name, study.digest, study.question, study.plan, study.command, study.createdAt.timeIntervalSince1970,
        ])
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM study WHERE name = ? AND digest = ?", arguments: [study.name, study.digest])
      guard let row else { throw RecordError.failed(path: path, reason: "a stored study is not found again") }
      return Self.study(row)
    }
  }

  /// Every study, the newest first.
  public func studies() throws -> [StudyRecord] {
    try reading { database in
      try Row.fetchAll(database, sql: "SELECT * FROM study ORDER BY created_at DESC, id DESC").map(Self.study)
    }
  }

  /// A study by name; of several plans under one name the newest, unless a digest's beginning says which.
  /// - Throws: ``RecordError/noSuchStudy(name:known:)``, ``RecordError/ambiguousStudy(name:digests:)``.
  public func study(named name: String, digestPrefix: String? = nil) throws -> StudyRecord {
    let all = try studies()
    let named = all.filter { $0.name == name }
    guard let digestPrefix, !digestPrefix.isEmpty else {
      guard let newest = named.first else {
        throw RecordError.noSuchStudy(name: name, known: Self.distinct(all.map(\.name)))
      }
      return newest
    }
    let matching = named.filter { $0.digest.hasPrefix(digestPrefix.lowercased()) }
    if matching.count > 1 {
      throw RecordError.ambiguousStudy(name: name, digests: matching.map { "\(name)@\($0.digest.prefix(12))" })
    }
    guard let only = matching.first else {
      throw RecordError.noSuchStudy(
        name: "\(name)@\(digestPrefix)",
        known: named.isEmpty ? Self.distinct(all.map(\.name)) : named.map { "\(name)@\($0.digest.prefix(12))" })
    }
    return only
  }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  static func study(_ row: Row) -> StudyRecord {
    StudyRecord(
      id: row["id"], name: row["name"], digest: row["digest"], question: row["question"], plan: row["plan"],
      command: row["command"], createdAt: Date(timeIntervalSince1970: row["created_at"]))
  }
}
