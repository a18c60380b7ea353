import Foundation

/// Files that programs read: written whole, or not at all.
enum WholeFile {
  /// Why a file could not be written.
  struct Failure: Error, Hashable, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "\(path) cannot be written (\(reason)): name another file" }
  }

  /// Writes beside the place and renames, making the folders above it.
  static func write(_ text: String, to path: String) throws {
    let file = URL(fileURLWithPath: path)
    do {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    } catch {
      throw Failure(path: path, reason: error.localizedDescription)
    }
  }
}
