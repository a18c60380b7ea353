import Measures

/// The evidence types as they travel: flat and in snake_case, apart from how the rooms keep them.
struct WireStep: Codable {
  var index: Int
  var phase: StepObservation.Phase?
  var warmup: Bool?
  var startNs: UInt64
  var endNs: UInt64
  var tokens: Int
  var samples: Int?
  var loss: Double?

  enum CodingKeys: String, CodingKey {
    case index, phase, warmup, tokens, samples, loss
    case startNs = "start_ns"
    case endNs = "end_ns"
  }

  init(_ step: StepObservation) {
    index = step.index
    phase = step.phase
    warmup = step.isWarmup
    startNs = step.startNanoseconds
    endNs = step.endNanoseconds
    tokens = step.tokens
    samples = step.samples
    loss = step.loss
  }

  var observation: StepObservation {
    StepObservation(
      index: index, phase: phase ?? .train, isWarmup: warmup ?? false, startNanoseconds: startNs,
      endNanoseconds: endNs, tokens: tokens, samples: samples ?? 0, loss: loss)
  }
}

struct WireSample: Codable {
  var monotonicNs: UInt64
  var residentBytes: UInt64?
  var allocatedBytes: UInt64?
  var cpuSeconds: Double?
  var deviceMemoryBytes: UInt64?
  var deviceUtilisation: Double?
  var powerMilliwatts: Double?

  enum CodingKeys: String, CodingKey {
    case monotonicNs = "monotonic_ns"
    case residentBytes = "resident_bytes"
    case allocatedBytes = "allocated_bytes"
    case cpuSeconds = "cpu_seconds"
    case deviceMemoryBytes = "device_memory_bytes"
    case deviceUtilisation = "device_utilisation"
    case powerMilliwatts = "power_milliwatts"
  }

  init(_ sample: ResourceSample) {
    monotonicNs = sample.nanoseconds
    residentBytes = sample.residentBytes
    allocatedBytes = sample.allocatedBytes
    cpuSeconds = sample.cpuSeconds
    deviceMemoryBytes = sample.deviceMemoryBytes
    deviceUtilisation = sample.deviceUtilisation
    powerMilliwatts = sample.powerMilliwatts
  }

  var sample: ResourceSample {
    ResourceSample(
      nanoseconds: monotonicNs, residentBytes: residentBytes, allocatedBytes: allocatedBytes, cpuSeconds: cpuSeconds,
      deviceMemoryBytes: deviceMemoryBytes, deviceUtilisation: deviceUtilisation, powerMilliwatts: powerMilliwatts)
  }
}

struct WireModel: Codable {
  var parameters: Int
  var parameterBytes: UInt64
  var trainingFLOPsPerToken: Double?
  var inferenceFLOPsPerToken: Double?
  var cacheBytesPerToken: Double?
  var bitsPerWeight: Double?
  var referenceBitsPerWeight: Double?

  enum CodingKeys: String, CodingKey {
    case parameters
    case parameterBytes = "parameter_bytes"
    case trainingFLOPsPerToken = "training_flops_per_token"
    case inferenceFLOPsPerToken = "inference_flops_per_token"
    case cacheBytesPerToken = "cache_bytes_per_token"
    case bitsPerWeight = "bits_per_weight"
    case referenceBitsPerWeight = "reference_bits_per_weight"
  }

  init(_ account: ModelAccount) {
    parameters = account.parameters
    parameterBytes = account.parameterBytes
    trainingFLOPsPerToken = account.trainingFLOPsPerToken
    inferenceFLOPsPerToken = account.inferenceFLOPsPerToken
    cacheBytesPerToken = account.cacheBytesPerToken
    bitsPerWeight = account.bitsPerWeight
    referenceBitsPerWeight = account.referenceBitsPerWeight
  }

  var account: ModelAccount {
    ModelAccount(
      parameters: parameters, parameterBytes: parameterBytes, trainingFLOPsPerToken: trainingFLOPsPerToken,
      inferenceFLOPsPerToken: inferenceFLOPsPerToken, cacheBytesPerToken: cacheBytesPerToken,
      bitsPerWeight: bitsPerWeight, referenceBitsPerWeight: referenceBitsPerWeight)
  }
}

struct WireMemory: Codable {
  var weightBytes: UInt64?
  var cacheBytes: UInt64?
  var scratchBytes: UInt64?

  enum CodingKeys: String, CodingKey {
    case weightBytes = "weight_bytes"
    case cacheBytes = "cache_bytes"
    case scratchBytes = "scratch_bytes"
  }

  init(_ parts: MemoryParts) {
    weightBytes = parts.weightBytes
    cacheBytes = parts.cacheBytes
    scratchBytes = parts.scratchBytes
  }

  var parts: MemoryParts {
    MemoryParts(weightBytes: weightBytes, cacheBytes: cacheBytes, scratchBytes: scratchBytes)
  }
}

struct WireHeldOut: Codable {
  struct Document: Codable {
    var id: String
    var tokens: Int
    var nll: Double
    var bytes: Int?
  }

  var documents: [Document]
  var unigramPerplexity: Double?

  enum CodingKeys: String, CodingKey {
    case documents
    case unigramPerplexity = "unigram_perplexity"
  }

  init(_ evidence: HeldOutEvidence) {
    documents = evidence.documents.map {
      Document(id: $0.id, tokens: $0.tokens, nll: $0.negativeLogLikelihood, bytes: $0.bytes)
    }
    unigramPerplexity = evidence.unigramPerplexity
  }

  var evidence: HeldOutEvidence {
    HeldOutEvidence(
      documents: documents.map {
        HeldOutEvidence.Document(id: $0.id, tokens: $0.tokens, negativeLogLikelihood: $0.nll, bytes: $0.bytes)
      }, unigramPerplexity: unigramPerplexity)
  }
}
