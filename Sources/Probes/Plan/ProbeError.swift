/// Why a probe cannot be made. Every case is something the user asked for and can ask for differently; a counter that
/// the machine doesn't have is no error but an absence in the readings.
public enum ProbeError: Error, Sendable, Hashable, CustomStringConvertible {
  case impossibleInterval(seconds: Double)
  case impossibleIdleTime(seconds: Double)
  case impossiblePower(watts: Double)
  case unreadableRecording(path: String, reason: String)
  case unwritableRecording(path: String, reason: String)

  /// Whether the plan says something that can't be meant, rather than the machine failing at something that can.
  public var isUsage: Bool {
    if case .unwritableRecording = self { false } else { true }
  }

  public var description: String {
    switch self {
    case .impossibleInterval(let seconds):
      "a probe can't sample every \(seconds) s: the interval must be at least 1 ms and at most 1 hour"
    case .impossibleIdleTime(let seconds):
      "idle power can't be read for \(seconds) s: give 0 to leave it out, or up to 3600"
    case .impossiblePower(let watts):
      "a declared power of \(watts) W says nothing: give the watts that the processor draws with all cores busy, above 0"
    case .unreadableRecording(let path, let reason):
      "the probe recording \(path) can't be replayed: \(reason)"
    case .unwritableRecording(let path, let reason):
      "the probe recording \(path) can't be written: \(reason)"
    }
  }
}
