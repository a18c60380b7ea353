import Foundation

/// What Linux says of the machine, as text under /proc. Parsers are apart from reading; what cannot be read is nil.
enum MachineCounters {
  /// Processor time of all cores since the machine started, in ticks.
  struct Ticks: Sendable, Hashable {
    var idle: UInt64
    var total: UInt64
  }

  /// Reads the first line of /proc/stat: `cpu user nice system idle iowait irq softirq steal ...`.
  static func ticks(_ text: some StringProtocol) -> Ticks? {
    let fields = text.prefix { $0 != "\n" }.split(separator: " ")
    guard fields.first == "cpu", fields.count >= 6 else { return nil }
    // Guests' time stands in the user's too.
    let numbers = fields.dropFirst().prefix(8).map { UInt64($0) ?? 0 }
    return Ticks(idle: numbers[3] &+ numbers[4], total: numbers.reduce(0, &+))
  }

  /// The first bytes of a file under /proc.
  static func beginning(of path: String, bytes: Int) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: bytes)
    let count = read(file, &buffer, bytes)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// The calling thread's time in the run queue: ready, but without a core. In nanoseconds.
  static var queuedTime: UInt64? {
    guard let text = try? String(contentsOfFile: "/proc/thread-self/schedstat", encoding: .utf8) else { return nil }
    let fields = text.split(separator: " ")
    return fields.count >= 2 ? UInt64(fields[1]) : nil
  }
}
