import GRDB

/// Why the records could not be read or written. Nothing that is already stored is ever removed because of one.
public enum RecordError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no file of records yet.
  case noRecords(path: String)
  /// The file cannot be opened or written to.
  case notWritable(path: String, reason: String)
  /// The disk is full or fails; the transaction was rolled back.
  case noSpace(path: String, reason: String)
  /// The file is not a database, or is damaged.
  case damaged(path: String, reason: String)
  /// The file was written by a newer version of the program.
  case newerSchema(path: String)
  /// Another process holds the file for too long.
  case busy(path: String)
  /// No study of that name (and digest).
  case noSuchStudy(name: String, known: [String])
  /// A digest prefix stands for more than one plan.
  case ambiguousStudy(name: String, digests: [String])
  /// No run of an evaluation of that name (and label).
  case noSuchEvaluation(reference: String, known: [String])
  /// There is a run of that name and label.
  case sameEvaluation(reference: String)
  /// A row says something that this version cannot read.
  case unreadable(path: String, what: String)
  /// The database refused for another reason.
  case failed(path: String, reason: String)

  public var description: String {
    switch self {
    case .noRecords(let path):
      "There are no records at \(path). Run a study first: efficientllm study run FILE."
    case .notWritable(let path, let reason):
      "The records at \(path) cannot be opened: \(reason). Check the folder's permissions, or set EFFICIENTLLM_HOME "
        + "to a folder you may write to."
    case .noSpace(let path, let reason):
      "The records at \(path) could not be written: \(reason). Nothing was half-written. Make room on the disk and "
        + "run the same command again; what was stored before is kept."
    case .damaged(let path, let reason):
      "The records at \(path) are damaged or are no records: \(reason). The file was left as it is. Move it aside and "
        + "restore a copy, or rescue its rows with: sqlite3 \(path) .recover"
    case .newerSchema(let path):
      "The records at \(path) were written by a newer version of efficientllm. Update efficientllm, or set "
        + "EFFICIENTLLM_HOME to another folder."
    case .busy(let path):
      "The records at \(path) are locked by another process. End it, or wait until it is done, and try again."
    case .noSuchStudy(let name, let known):
      "There is no study named \(name) in the records. "
        + (known.isEmpty
          ? "There is none yet: efficientllm study run FILE." : "There are: \(known.joined(separator: ", ")).")
    case .ambiguousStudy(let name, let digests):
      "\(name) stands for more than one plan. Say which: \(digests.joined(separator: ", "))."
    case .noSuchEvaluation(let reference, let known):
      "There is no evaluation \(reference) in the records. "
        + (known.isEmpty
          ? "There is none yet: efficientllm evaluate run FILE."
          : "There are: \(known.prefix(20).joined(separator: ", "))\(known.count > 20 ? " and more" : "").")
    case .sameEvaluation(let reference):
      "There is a run \(reference) in the records. Give this one another label: --label NAME."
    case .unreadable(let path, let what):
      "The records at \(path) hold something this version cannot read: \(what). Update efficientllm."
    case .failed(let path, let reason):
      "The records at \(path) could not be used: \(reason)."
    }
  }

  /// The typed form of what the database said.
  init(_ error: any Error, path: String) {
    if let error = error as? RecordError {
      self = error
      return
    }
    guard let database = error as? DatabaseError else {
      self = .failed(path: path, reason: "\(error)")
      return
    }
    let reason = database.message ?? database.resultCode.description
    switch database.resultCode {
    case .SQLITE_FULL, .SQLITE_IOERR: self = .noSpace(path: path, reason: reason)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, reason: reason)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self = .notWritable(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    default: self = .failed(path: path, reason: reason)
    }
  }
}
