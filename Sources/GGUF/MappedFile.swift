internal import Foundation

/// A regular file mapped into memory, read-only, for as long as this object lives.
///
/// The length is taken once, at opening. A file that is replaced by renaming stays as it was; one that is cut short in
/// place makes the pages behind its new end unreadable, and touching them ends the process with SIGBUS. `isUnchanged`
/// looks whether that happened, but cannot prevent it from happening a moment later.
final class MappedFile: Sendable {
  let count: Int
  private let address: UInt
  private let descriptor: Int32
  private let modified: [Int]

  /// - Throws: ``GGUFError/unreadable(path:reason:)``.
  init(path: String) throws(GGUFError) {
    func failure(_ reason: String = String(cString: strerror(errno))) -> GGUFError {
      .unreadable(path: path, reason: reason)
    }
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure() }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      defer { close(descriptor) }
      throw failure()
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw failure("it is no regular file")
    }
    count = Int(status.st_size)
    modified = Self.stamp(status)
    if count == 0 {
      address = 0
    } else {
      guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
        defer { close(descriptor) }
        throw failure()
      }
      address = UInt(bitPattern: start)
    }
    self.descriptor = descriptor
  }

  deinit {
    if count > 0 { munmap(UnsafeMutableRawPointer(bitPattern: address), count) }
    close(descriptor)
  }

  /// Every byte. Valid while this object lives.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
  }

  /// Whether the file still has the length and the time of change it had when it was opened.
  var isUnchanged: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && Int(status.st_size) == count && Self.stamp(status) == modified
  }

  private static func stamp(_ status: stat) -> [Int] { [status.st_mtim.tv_sec, status.st_mtim.tv_nsec] }
}
