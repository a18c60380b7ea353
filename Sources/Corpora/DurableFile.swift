import Foundation

/// Writes a new file through the operating system, so that a full disk is an error and not a short file.
struct DurableFile {
  private let descriptor: Int32
  let path: String

  /// - Throws: `CorpusError.cannotWrite`, as every method does.
  init(path: String, mustBeNew: Bool = true) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (mustBeNew ? O_EXCL : 0), 0o644)
    if descriptor < 0 { throw Self.failure(path) }
  }

  private static func failure(_ path: String) -> CorpusError {
    .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var written = 0
    while written < bytes.count {
      let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure(path)
      }
      written += count
    }
  }

  /// Hands everything to the disk and closes. Call `abandon` instead after an error.
  func finish() throws {
    guard fsync(descriptor) == 0 else {
      let failure = Self.failure(path)
      abandon()
      throw failure
    }
    guard close(descriptor) == 0 else { throw Self.failure(path) }
  }

  func abandon() { _ = close(descriptor) }

  /// Writes a whole file.
  static func write(_ data: Data, to url: URL) throws {
    let file = try DurableFile(path: url.path)
    do {
      try data.withUnsafeBytes { try file.write($0) }
    } catch {
      file.abandon()
      throw error
    }
    try file.finish()
  }

  /// Makes the names in a folder last.
  static func synchronise(folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = close(descriptor)
  }
}

/// Holds a lock on a file, so that of two processes one makes a thing and the other finds it made.
struct FileLock {
  private let descriptor: Int32

  /// Waits until the lock is free; `waiting` is called when it is not.
  /// - Throws: `CorpusError.cannotWrite` when the file cannot be made.
  init(path: String, waiting: () -> Void) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CorpusError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
    if errno == EWOULDBLOCK { waiting() }
    // A file system without locks goes on without: what is made is put in its place by one rename.
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
  }

  func release() { _ = close(descriptor) }
}
