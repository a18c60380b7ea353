import Foundation
import Glibc

/// Held by the one runner of a study. The system lets go of it when the runner ends, however it ends.
public final class StudyLock: Sendable {
  private let descriptor: Int32

  /// - Throws: ``StudyError/locked(study:holder:)``, ``StudyError/folder(path:reason:)``.
  public init(study: String, directory: String) throws {
    let path = directory + "/" + study + ".lock"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw StudyError.folder(path: directory, reason: error.localizedDescription)
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StudyError.folder(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
        Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      close(descriptor)
      throw StudyError.locked(study: study, holder: holder)
    }
    // Only for the message that another runner gives; the lock itself is the system's.
    ftruncate(descriptor, 0)
    let text = "\(getpid())\n"
    _ = text.withCString { write(descriptor, $0, strlen($0)) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
