import Glibc

/// Why a small file of /proc or /sys gave nothing.
enum FileReadFailure: Error, Sendable, Hashable, CustomStringConvertible {
  case missing
  case denied
  case failed(errno: Int32)

  init(errno code: Int32) {
    switch code {
    case ENOENT, ENOTDIR, ESRCH, ENXIO, ENODEV: self = .missing
    case EACCES, EPERM: self = .denied
    default: self = .failed(errno: code)
    }
  }

  var description: String {
    switch self {
    case .missing: "it isn't there"
    case .denied: "permission denied"
    case .failed(let code): String(cString: strerror(code))
    }
  }
}

/// The small text files in which Linux tells of itself, under /proc, /sys and /etc. `root` is put before every path, so
/// that a test can lay out a machine of its own; `denied` are paths that act as if their permissions forbade reading,
/// which a test that runs as root could not bring about otherwise.
struct SystemFiles: Sendable {
  var root: String = ""
  var denied: Set<String> = []

  /// The machine this program runs on.
  static let live = SystemFiles()

  /// The content, up to `limit` bytes. Files of /proc are made while they are read, so this reads until the end and
  /// trusts no size.
  func bytes(_ path: String, limit: Int = 1 << 20) throws(FileReadFailure) -> [UInt8] {
    if denied.contains(path) { throw .denied }
    let descriptor = open(root + path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileReadFailure(errno: errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var failure: Int32 = 0
    while content.count < limit {
      let wanted = min(limit - content.count, content.isEmpty ? 1024 : 16384)
      let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        let got = read(descriptor, buffer.baseAddress, wanted)
        failure = got < 0 ? errno : 0
        count = max(0, got)
      }
      if failure == EINTR { continue }
      if failure != 0 { throw FileReadFailure(errno: failure) }
      if chunk.isEmpty { break }
      content += chunk
    }
    return content
  }

  /// The content as text, nil where it can't be read. Bytes that are no UTF-8 are replaced.
  func text(_ path: String) -> String? {
    (try? bytes(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first line without white space around it, nil where there is none.
  func line(_ path: String) -> String? {
    guard let text = text(path) else { return nil }
    let line = text.prefix { !$0.isNewline }
    let trimmed = String(line).trimmed
    return trimmed.isEmpty ? nil : trimmed
  }

  /// A file that holds one unsigned number.
  func number(_ path: String) throws(FileReadFailure) -> UInt64 {
    let text = String(decoding: try bytes(path, limit: 64), as: UTF8.self).trimmed
    guard let value = UInt64(text) else { throw .failed(errno: EINVAL) }
    return value
  }

  /// Names in a folder, sorted; nil where it can't be listed.
  func names(in path: String) -> [String]? {
    guard !denied.contains(path), let folder = opendir(root + path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = Self.name(of: entry)
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The numbers among the names of a folder: the processes of /proc.
  func processIdentifiers() -> [Int32] {
    guard let folder = opendir(root + "/proc") else { return [] }
    defer { closedir(folder) }
    var identifiers: [Int32] = []
    while let entry = readdir(folder) {
      let first = entry.pointee.d_name.0
      guard first >= 48 && first <= 57, let number = Int32(Self.name(of: entry)) else { continue }
      identifiers.append(number)
    }
    return identifiers
  }

  func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
        String(cString: $0)
      }
    }
  }
}

extension StringProtocol {
  /// Without white space and newlines at both ends.
  var trimmed: String {
    var view = self[...]
    while let first = view.first, first.isWhitespace { view.removeFirst() }
    while let last = view.last, last.isWhitespace { view.removeLast() }
    return String(view)
  }
}

/// `key : value` lines, as /proc/cpuinfo, /proc/meminfo and /proc/PID/status have them. The first of several equal keys
/// holds.
func keyedLines(_ text: String, separator: Character = ":") -> [String: String] {
  var values: [String: String] = [:]
  for line in text.split(whereSeparator: \.isNewline) {
    guard let index = line.firstIndex(of: separator) else { continue }
    let key = line[..<index].trimmed
    if !key.isEmpty && values[key] == nil { values[key] = line[line.index(after: index)...].trimmed }
  }
  return values
}
