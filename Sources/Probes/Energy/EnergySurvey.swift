/// Which sources of energy answer on this machine.
public struct EnergySurvey: Sendable, Hashable {
  public struct Source: Sendable, Hashable {
    /// "RAPL", "NVML".
    public var name: String
    /// What it covers, or why it can't be had.
    public var detail: String
    public var isAvailable: Bool
    /// What would make it available.
    public var mend: String?
  }

  public var sources: [Source]

  /// Asks every counter once.
  public static func current() -> EnergySurvey { EnergySurvey(system: .current()) }

  init(system: ProbeSystem) {
    sources = [
      Self.source("RAPL", EnergyMeters.rapl(system).map(\.source)),
      Self.source("NVML", system.accelerators().flatMap(EnergyMeters.nvml).map(\.source)),
    ]
  }

  private static func source(_ name: String, _ result: Result<String, Unavailable>) -> Source {
    switch result {
    case .success(let detail): Source(name: name, detail: detail, isAvailable: true, mend: nil)
    case .failure(let why): Source(name: name, detail: why.reason, isAvailable: false, mend: why.mend)
    }
  }
}
