public import Measures

/// What the probes read beside one trial.
public struct ProbeReadings: Sendable, Codable, Hashable {
  /// In the order of time. The last one was taken when the probe was told to stop.
  public var samples: [ResourceSample]
  /// All sources together.
  public var energy: EnergyEvidence
  /// Each source by itself, where there are any.
  public var energySources: [EnergyCounter]
  /// `isAccelerated` is false where no accelerator was read, and else left to the trial to say.
  public var device: DeviceEvidence
  /// Bytes in use on the visible accelerators when the probe was started; nil where none was read.
  public var baselineDeviceMemoryBytes: UInt64?
  /// What reading cost and how punctual it was; nil before the first sample.
  public var sampling: SamplingAccount?
  /// How the numbers were made and what they don't cover, in sentences, for the manifest.
  public var notes: [String]

  public init(
    samples: [ResourceSample] = [], energy: EnergyEvidence, energySources: [EnergyCounter] = [],
    device: DeviceEvidence = DeviceEvidence(), baselineDeviceMemoryBytes: UInt64? = nil,
    sampling: SamplingAccount? = nil, notes: [String] = []
  ) {
    self.samples = samples
    self.energy = energy
    self.energySources = energySources
    self.device = device
    self.baselineDeviceMemoryBytes = baselineDeviceMemoryBytes
    self.sampling = sampling
    self.notes = notes
  }
}

/// What the sampling itself cost, and how well it kept its deadlines.
public struct SamplingAccount: Sendable, Codable, Hashable {
  public var samples: Int
  /// Samples begun more than half an interval after their deadline.
  public var lateSamples: Int
  /// Deadlines that passed while an earlier sample was still late; they were left out, not caught up.
  public var missedDeadlines: Int
  public var worstLatenessNanoseconds: UInt64
  /// Processor time of the sampling thread.
  public var threadCPUNanoseconds: UInt64
  public var elapsedNanoseconds: UInt64

  public init(
    samples: Int = 0, lateSamples: Int = 0, missedDeadlines: Int = 0, worstLatenessNanoseconds: UInt64 = 0,
    threadCPUNanoseconds: UInt64 = 0, elapsedNanoseconds: UInt64 = 0
  ) {
    self.samples = samples
    self.lateSamples = lateSamples
    self.missedDeadlines = missedDeadlines
    self.worstLatenessNanoseconds = worstLatenessNanoseconds
    self.threadCPUNanoseconds = threadCPUNanoseconds
    self.elapsedNanoseconds = elapsedNanoseconds
  }

  /// Share of one core that the sampling took, nil where no time has passed.
  public var shareOfOneCore: Double? {
    elapsedNanoseconds > 0 ? Double(threadCPUNanoseconds) / Double(elapsedNanoseconds) : nil
  }
}
