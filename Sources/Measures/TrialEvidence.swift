/// Everything that was seen of one trial, as plain numbers: what the trial reported, and what the probes read
/// beside it. Measures are pure functions of this value. All times are nanoseconds of the machine's monotonic clock
/// (`CLOCK_MONOTONIC`), so that numbers from the trial's process and from the runner's can be laid over each other.
public struct TrialEvidence: Sendable, Codable, Hashable {
  public var model: ModelAccount?
  public var steps: [StepObservation]
  public var resources: [ResourceSample]
  public var energy: EnergyEvidence
  public var heldOut: HeldOutEvidence?
  public var device: DeviceEvidence
  /// Resident bytes of the process before the workload allocated anything.
  public var baselineResidentBytes: UInt64?
  /// Bytes in use on the accelerators before the workload allocated anything there.
  public var baselineDeviceMemoryBytes: UInt64?
  /// The compressed model beside the one it was made from.
  public var compression: CompressionEvidence?
  public var memoryParts: MemoryParts?

  public init(
    model: ModelAccount? = nil, steps: [StepObservation] = [], resources: [ResourceSample] = [],
    energy: EnergyEvidence = .absent(Absence("no energy probe ran")), heldOut: HeldOutEvidence? = nil,
    device: DeviceEvidence = DeviceEvidence(), baselineResidentBytes: UInt64? = nil,
    baselineDeviceMemoryBytes: UInt64? = nil, compression: CompressionEvidence? = nil, memoryParts: MemoryParts? = nil
  ) {
    self.model = model
    self.steps = steps
    self.resources = resources
    self.energy = energy
    self.heldOut = heldOut
    self.device = device
    self.baselineResidentBytes = baselineResidentBytes
    self.baselineDeviceMemoryBytes = baselineDeviceMemoryBytes
    self.compression = compression
    self.memoryParts = memoryParts
  }
}

/// What a trial that runs a model holds, told apart: bytes as they were allocated, by the trial's own account.
public struct MemoryParts: Sendable, Codable, Hashable {
  /// Weights in the form they run in, copies for other uses included.
  public var weightBytes: UInt64?
  /// Caches of attention at their largest.
  public var cacheBytes: UInt64?
  /// What else the tensor library's allocator held at its peak: activations and workspaces.
  public var scratchBytes: UInt64?

  public init(weightBytes: UInt64? = nil, cacheBytes: UInt64? = nil, scratchBytes: UInt64? = nil) {
    self.weightBytes = weightBytes
    self.cacheBytes = cacheBytes
    self.scratchBytes = scratchBytes
  }
}

/// What a model says of itself: counted from its configuration, not measured.
public struct ModelAccount: Sendable, Codable, Hashable {
  public var parameters: Int
  public var parameterBytes: UInt64
  /// Floating-point operations of forward and backward for one training token at the study's sequence length.
  public var trainingFLOPsPerToken: Double?
  /// Floating-point operations of the forward pass for one token.
  public var inferenceFLOPsPerToken: Double?
  /// Bytes that one token adds to the KV cache (or what stands in its place).
  public var cacheBytesPerToken: Double?
  /// Nominal bits a weight, and the bits a weight of the model it is compared with: for the compression rate.
  public var bitsPerWeight: Double?
  public var referenceBitsPerWeight: Double?

  public init(
    parameters: Int, parameterBytes: UInt64, trainingFLOPsPerToken: Double? = nil,
    inferenceFLOPsPerToken: Double? = nil, cacheBytesPerToken: Double? = nil, bitsPerWeight: Double? = nil,
    referenceBitsPerWeight: Double? = nil
  ) {
    self.parameters = parameters
    self.parameterBytes = parameterBytes
    self.trainingFLOPsPerToken = trainingFLOPsPerToken
    self.inferenceFLOPsPerToken = inferenceFLOPsPerToken
    self.cacheBytesPerToken = cacheBytesPerToken
    self.bitsPerWeight = bitsPerWeight
    self.referenceBitsPerWeight = referenceBitsPerWeight
  }
}

/// One iteration of a workload, synchronised with the device at both ends.
public struct StepObservation: Sendable, Codable, Hashable {
  public enum Phase: String, Sendable, Codable, Hashable {
    case train, evaluate, prefill, decode
  }

  public var index: Int
  public var phase: Phase
  /// Warm-up steps are recorded and left out of every measure of time, memory and energy.
  public var isWarmup: Bool
  public var startNanoseconds: UInt64
  public var endNanoseconds: UInt64
  public var tokens: Int
  public var samples: Int
  /// Mean training loss of the step in nats a token.
  public var loss: Double?

  public init(
    index: Int, phase: Phase, isWarmup: Bool = false, startNanoseconds: UInt64, endNanoseconds: UInt64, tokens: Int,
    samples: Int, loss: Double? = nil
  ) {
    self.index = index
    self.phase = phase
    self.isWarmup = isWarmup
    self.startNanoseconds = startNanoseconds
    self.endNanoseconds = endNanoseconds
    self.tokens = tokens
    self.samples = samples
    self.loss = loss
  }
}

/// One reading of the probes. A counter that cannot be read is nil, never zero.
public struct ResourceSample: Sendable, Codable, Hashable {
  public var nanoseconds: UInt64
  /// Resident bytes of the trial's process tree.
  public var residentBytes: UInt64?
  /// Bytes the tensor library's allocator has handed out, as the trial itself reports them.
  public var allocatedBytes: UInt64?
  /// Cumulative CPU seconds (user and system) of the trial's process tree.
  public var cpuSeconds: Double?
  /// Bytes in use on the accelerators the trial sees.
  public var deviceMemoryBytes: UInt64?
  /// Share of time the accelerators were busy, 0 to 1, mean over devices.
  public var deviceUtilisation: Double?
  /// Power drawn at this instant.
  public var powerMilliwatts: Double?

  public init(
    nanoseconds: UInt64, residentBytes: UInt64? = nil, allocatedBytes: UInt64? = nil, cpuSeconds: Double? = nil,
    deviceMemoryBytes: UInt64? = nil, deviceUtilisation: Double? = nil, powerMilliwatts: Double? = nil
  ) {
    self.nanoseconds = nanoseconds
    self.residentBytes = residentBytes
    self.allocatedBytes = allocatedBytes
    self.cpuSeconds = cpuSeconds
    self.deviceMemoryBytes = deviceMemoryBytes
    self.deviceUtilisation = deviceUtilisation
    self.powerMilliwatts = powerMilliwatts
  }
}

/// What is known of the energy a trial used.
public enum EnergyEvidence: Sendable, Codable, Hashable {
  /// A cumulative counter (RAPL, NVML's total energy), read over the trial.
  case counter(EnergyCounter)
  case absent(Absence)
}

/// Readings of a cumulative energy counter.
public struct EnergyCounter: Sendable, Codable, Hashable {
  public struct Reading: Sendable, Codable, Hashable {
    public var nanoseconds: UInt64
    /// Joules since an arbitrary start, already unwrapped.
    public var joules: Double

    public init(nanoseconds: UInt64, joules: Double) {
      self.nanoseconds = nanoseconds
      self.joules = joules
    }
  }

  /// Where it comes from, such as "RAPL package-0" or "declared TDP of 65 W".
  public var source: String
  public var readings: [Reading]
  /// Watts drawn before the trial began, where they were read.
  public var idleWatts: Double?
  /// True when the readings come from a declared TDP and CPU time, not from a counter.
  public var isEstimate: Bool

  public init(source: String, readings: [Reading], idleWatts: Double? = nil, isEstimate: Bool = false) {
    self.source = source
    self.readings = readings
    self.idleWatts = idleWatts
    self.isEstimate = isEstimate
  }
}

/// Negative log-likelihood of held-out documents.
public struct HeldOutEvidence: Sendable, Codable, Hashable {
  public struct Document: Sendable, Codable, Hashable {
    public var id: String
    /// Tokens that were predicted.
    public var tokens: Int
    /// Sum of their negative log-likelihoods in nats.
    public var negativeLogLikelihood: Double
    /// UTF-8 bytes of the predicted text, so that tokenizers can be compared.
    public var bytes: Int?

    public init(id: String, tokens: Int, negativeLogLikelihood: Double, bytes: Int? = nil) {
      self.id = id
      self.tokens = tokens
      self.negativeLogLikelihood = negativeLogLikelihood
      self.bytes = bytes
    }
  }

  public var documents: [Document]
  /// Perplexity of the training split's unigram distribution over the same documents.
  public var unigramPerplexity: Double?

  public init(documents: [Document], unigramPerplexity: Double? = nil) {
    self.documents = documents
    self.unigramPerplexity = unigramPerplexity
  }
}

/// The device a trial ran on, as far as measures need it.
public struct DeviceEvidence: Sendable, Codable, Hashable {
  public var memoryCapacityBytes: UInt64?
  public var logicalCores: Int?
  /// Threads the trial was given.
  public var threads: Int?
  /// Measured peak of dense matrix products in the trial's compute type, FLOP/s (`doctor --calibrate`).
  public var peakFLOPsPerSecond: Double?
  /// Whether the trial computed on an accelerator. Nil when nobody said: then it did if a probe read one.
  public var isAccelerated: Bool?

  public init(
    memoryCapacityBytes: UInt64? = nil, logicalCores: Int? = nil, threads: Int? = nil,
    peakFLOPsPerSecond: Double? = nil, isAccelerated: Bool? = nil
  ) {
    self.memoryCapacityBytes = memoryCapacityBytes
    self.logicalCores = logicalCores
    self.threads = threads
    self.peakFLOPsPerSecond = peakFLOPsPerSecond
    self.isAccelerated = isAccelerated
  }
}

/// A compressed model beside the one it was made from.
public struct CompressionEvidence: Sendable, Codable, Hashable {
  /// The same score of both, more being better, such as accuracy on one task.
  public var score: Double?
  public var referenceScore: Double?
  /// Bytes that the weights, with their scales and zero points, take where they are stored and where they run.
  public var weightBytes: UInt64?
  public var referenceWeightBytes: UInt64?

  public init(
    score: Double? = nil, referenceScore: Double? = nil, weightBytes: UInt64? = nil,
    referenceWeightBytes: UInt64? = nil
  ) {
    self.score = score
    self.referenceScore = referenceScore
    self.weightBytes = weightBytes
    self.referenceWeightBytes = referenceWeightBytes
  }
}
