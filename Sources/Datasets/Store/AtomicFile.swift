import Foundation

/// Files that are there whole or not at all.
enum AtomicFile {
  /// What unfinished files begin with; they are cleared away by the next that adds.
  static let unfinished = ".unfinished-"

  /// Writes beside the place, hands everything to the disk, and renames.
  /// - Throws: ``DatasetError/cannotWrite(path:reason:)``.
  static func write(_ bytes: [UInt8], to url: URL) throws(DatasetError) {
    let folder = url.deletingLastPathComponent()
    let temporary = folder.appendingPathComponent(unfinished + UUID().uuidString).path
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(url) }
    var result = write(bytes, to: descriptor) && fsync(descriptor) == 0 ? nil : failure(url)
    if close(descriptor) != 0, result == nil { result = failure(url) }
    if result == nil, rename(temporary, url.path) != 0 { result = failure(url) }
    if let result {
      _ = unlink(temporary)
      throw result
    }
    synchronise(folder)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Foundation.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        written += count
      }
      return true
    }
  }

  /// Makes the names in a folder last.
  static func synchronise(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = close(descriptor)
  }

  private static func failure(_ url: URL) -> DatasetError {
    .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
  }

  /// The bytes of a stored file.
  /// - Parameter limit: a file of more bytes is not read.
  /// - Throws: ``DatasetError/damaged(path:reason:)``, ``DatasetError/unreadable(path:reason:)``.
  static func read(_ url: URL, atMost limit: Int) throws(DatasetError) -> [UInt8] {
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      data = try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw .damaged(path: url.path, reason: "it is missing")
      }
      throw .unreadable(path: url.path, reason: error.localizedDescription)
    }
    guard data.count <= limit else {
      throw .damaged(path: url.path, reason: "it has more bytes than the \(limit) it should have at most")
    }
    return [UInt8](data)
  }
}

/// Held by the one that adds to a dataset; the system lets go of it however that one ends.
struct StoreLock {
  private let descriptor: Int32

  /// Waits until nobody else holds it.
  /// - Throws: ``DatasetError/cannotWrite(path:reason:)``.
  init(_ url: URL) throws(DatasetError) {
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path: url.path, reason: String(cString: strerror(errno))) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno == EINTR { continue }
      let reason = "it cannot be locked: " + String(cString: strerror(errno))
      _ = close(descriptor)
      throw .cannotWrite(path: url.path, reason: reason)
    }
    self.descriptor = descriptor
  }

  func release() { _ = close(descriptor) }
}
