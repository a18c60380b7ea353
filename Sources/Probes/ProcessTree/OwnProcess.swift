import Foundation

/// What a process reads of itself, before anybody watches it.
public enum OwnProcess {
  /// Resident bytes of this process; nil where /proc does not say.
  public static func residentBytes() -> UInt64? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = ProcessMemory.residentPages(statm: Array(text.utf8))
    else { return nil }
    return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
  }
}
