/// Where the energy of a trial is read.
public enum EnergySource: Sendable, Hashable {
  /// Every counter that answers: NVML's for the visible accelerators plus RAPL's for the processor packages. Both are
  /// summed and the source's text names them; with neither there is an absence that gives the reason for each.
  case automatic
  /// No energy is read.
  case none
  /// The processor's own counter, through Linux' powercap files.
  case rapl
  /// The counter of the visible NVIDIA accelerators.
  case nvml
  /// An estimate from a declared power: `watts` is what all logical processors of this machine draw when all of them
  /// are busy. Marked as an estimate wherever it is shown.
  case declaredTDP(watts: Double)
  /// The readings of a recorded run (``ProbeRecording``), in place of this machine's.
  case replay(path: String)
}

/// Which resident bytes are summed over the trial's processes.
public enum MemoryAccounting: String, Sendable, Hashable, Codable, CaseIterable {
  /// The resident set of each process (`/proc/PID/statm`). Cheap at any size; a page that two processes share counts
  /// twice.
  case resident
  /// The proportional set (`Pss` of `/proc/PID/smaps_rollup`): a page shared by n processes counts 1/n in each. Walks
  /// the page tables, about a millisecond per GiB of small pages, and holds up the process's own memory mapping
  /// meanwhile.
  case proportional
}

/// What the probes do beside one trial.
public struct ProbePlan: Sendable, Hashable {
  /// Time between two samples, counted in absolute deadlines so that lateness doesn't add up.
  public var interval: Duration
  public var energy: EnergySource
  /// For how long the machine's power is read before the trial begins. 0 reads none.
  public var idleSeconds: Double
  public var memory: MemoryAccounting
  /// Whether memory and utilisation of the visible accelerators are read. Turn it off for a trial that runs on the
  /// processor of a machine that has accelerators too.
  public var observesAccelerators: Bool

  public init(
    interval: Duration = .milliseconds(50), energy: EnergySource = .automatic, idleSeconds: Double = 0,
    memory: MemoryAccounting = .resident, observesAccelerators: Bool = true
  ) {
    self.interval = interval
    self.energy = energy
    self.idleSeconds = idleSeconds
    self.memory = memory
    self.observesAccelerators = observesAccelerators
  }

  /// - Throws: ``ProbeError`` for numbers that can't be meant.
  func validate() throws(ProbeError) {
    let seconds = interval.secondsAsDouble
    guard (0.001...3600).contains(seconds) else { throw .impossibleInterval(seconds: seconds) }
    guard (0...3600).contains(idleSeconds) else { throw .impossibleIdleTime(seconds: idleSeconds) }
    if case .declaredTDP(let watts) = energy {
      guard watts.isFinite, watts > 0 else { throw .impossiblePower(watts: watts) }
    }
  }
}
