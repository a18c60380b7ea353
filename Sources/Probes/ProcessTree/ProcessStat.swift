/// One line of /proc/PID/stat, as far as the probes need it (proc_pid_stat(5)).
struct ProcessStat: Sendable, Hashable {
  var processIdentifier: Int32
  /// The program's name as it calls itself: up to 15 bytes of anything, brackets, spaces and newlines among them.
  var name: String
  var state: Character
  var parent: Int32
  var userTicks: UInt64
  var systemTicks: UInt64
  /// Of the children that have ended and been waited for, and of theirs.
  var childUserTicks: UInt64
  var childSystemTicks: UInt64
  /// Ticks after boot. With the process identifier it names a process for good, since identifiers are used again.
  var startTicks: UInt64

  var ownTicks: UInt64 { userTicks &+ systemTicks }
  var reapedTicks: UInt64 { childUserTicks &+ childSystemTicks }
  /// Ended, and waiting for its parent to take notice: its times stand, its memory is gone.
  var isZombie: Bool { state == "Z" || state == "X" || state == "x" }

  /// Nil for anything that isn't such a line. The name ends at the *last* bracket: what follows is numbers, so no name,
  /// however it is chosen, can be taken for them.
  init?(parsing bytes: [UInt8]) {
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
      let close = bytes.lastIndex(of: UInt8(ascii: ")")), open < close, close + 2 < bytes.count,
      let identifier = Int32(String(decoding: bytes[..<open], as: UTF8.self).trimmed)
    else { return nil }
    let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count >= 20, let state = fields[0].first, let parent = Int32(Self.text(fields[1])),
      let start = UInt64(Self.text(fields[19]))
    else { return nil }
    // Kernels have shown negative times here for an instant; a time below 0 is none.
    func ticks(_ index: Int) -> UInt64? { Int64(Self.text(fields[index])).map { UInt64(max(0, $0)) } }
    guard let user = ticks(11), let system = ticks(12), let childUser = ticks(13), let childSystem = ticks(14) else {
      return nil
    }
    processIdentifier = identifier
    name = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
    self.state = Character(UnicodeScalar(state))
    self.parent = parent
    userTicks = user
    systemTicks = system
    childUserTicks = childUser
    childSystemTicks = childSystem
    startTicks = start
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field, as: UTF8.self).trimmed
  }
}

/// The parsers of a process's memory files.
enum ProcessMemory {
  /// Resident pages: the second number of /proc/PID/statm.
  static func residentPages(statm bytes: [UInt8]) -> UInt64? {
    let fields = bytes.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard fields.count >= 2 else { return nil }
    return UInt64(String(decoding: fields[1], as: UTF8.self).trimmed)
  }

  /// Proportional bytes: the `Pss:` line of /proc/PID/smaps_rollup, which counts in kibibytes and calls them kB.
  static func proportionalBytes(rollup bytes: [UInt8]) -> UInt64? {
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      guard line.hasPrefix("Pss:") else { continue }
      let words = line.dropFirst(4).split(separator: " ")
      guard words.count == 2, words[1] == "kB", let kibibytes = UInt64(words[0]) else { return nil }
      let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
      return overflow ? nil : bytes
    }
    return nil
  }
}
