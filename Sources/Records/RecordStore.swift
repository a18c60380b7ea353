import Foundation
import GRDB
import Measures

/// The records of every study in one SQLite file: the only place that speaks SQL.
///
/// A trial is written in two transactions: one row when it starts, and everything that was seen of it when it ends.
/// So a process that is killed at any moment leaves either a trial that is marked as running, or a whole one.
public final class RecordStore: Sendable {
  /// Where the file lies.
  public let path: String
  let pool: DatabasePool

  /// Opens the records, making the file (and the folders above it) when there is none.
  /// - Throws: ``RecordError``: `notWritable`, `damaged`, `newerSchema`, `noSpace`, `busy`.
  public convenience init(creatingAt path: String) throws {
    do {
      let folder = (path as NSString).deletingLastPathComponent
      if !folder.isEmpty {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
    } catch {
      throw RecordError.notWritable(path: path, reason: error.localizedDescription)
    }
    try self.init(path: path)
  }

  /// Opens records that exist.
  /// - Throws: ``RecordError/noRecords(path:)`` when there is no file, and what ``init(creatingAt:)`` throws.
  public convenience init(existingAt path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw RecordError.noRecords(path: path)
    }
    guard !isFolder.boolValue else {
      throw RecordError.failed(path: path, reason: "it is a folder; move it aside, or set EFFICIENTLLM_HOME elsewhere")
    }
    try self.init(path: path)
  }

  private init(path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { database in
      // A finished trial may have taken hours: it is on the disk before the next one starts.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    let migrator = RecordSchema.migrator
    do {
      // A file that is no database is told apart before the pool switches it to write-ahead logging.
      try RecordStore.refuseForeignFile(at: path)
      let pool = try DatabasePool(path: path, configuration: configuration)
      if try pool.read({ try migrator.hasBeenSuperseded($0) }) { throw RecordError.newerSchema(path: path) }
      try migrator.migrate(pool)
      self.pool = pool
      self.path = path
    } catch {
      throw RecordError(error, path: path)
    }
  }

  /// Refuses a file that does not begin as every SQLite file does, so that it stays byte for byte as it is.
  private static func refuseForeignFile(at path: String) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else { return }
    defer { try? handle.close() }
    let head = try handle.read(upToCount: 16) ?? Data()
    if !head.isEmpty, head != Data("SQLite format 3\0".utf8) {
      throw RecordError.damaged(path: path, reason: "the file does not begin as a SQLite database does")
    }
  }

  /// Reads in one snapshot, with the database's errors made typed.
  func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try pool.read(body) } catch { throw RecordError(error, path: path) }
  }

  /// Writes in one transaction, with the database's errors made typed.
  func writing<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try pool.write(body) } catch { throw RecordError(error, path: path) }
  }

  /// Values that have no columns of their own are kept as JSON with sorted keys.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  func decoded<Value: Decodable>(_ type: Value.Type, from text: String, what: String) throws -> Value {
    do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
      throw RecordError.unreadable(path: path, what: what)
    }
  }
}
