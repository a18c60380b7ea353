import Foundation
import Measures
import Records

/// A study as a runner would have recorded it, made from nothing but a seed: four attention variants and a peer,
/// with steps, probe samples and held-out documents. Its numbers are invented; that they hang together is not.
struct FixtureStudy {
  /// One method of the study: how good, how fast and how hungry it is made to be.
  struct Method {
    var name: String
    var perplexity: Double
    var stepMilliseconds: Double
    var residentMebibytes: Double
    var allocatedMebibytes: Double?
    var parameters: Int
  }

  static let methods = [
    Method(
      name: "MHA", perplexity: 181, stepMilliseconds: 376, residentMebibytes: 412, allocatedMebibytes: 255,
      parameters: 5_120_512),
    Method(
      name: "MQA", perplexity: 193, stepMilliseconds: 324, residentMebibytes: 391, allocatedMebibytes: 231,
      parameters: 4_720_128),
    Method(
      name: "GQA", perplexity: 186, stepMilliseconds: 340, residentMebibytes: 397, allocatedMebibytes: 238,
      parameters: 4_850_432),
    Method(
      name: "MLA", perplexity: 176, stepMilliseconds: 432, residentMebibytes: 431, allocatedMebibytes: 268,
      parameters: 5_010_176),
    Method(
      name: "GQA (PyTorch)", perplexity: 186.2, stepMilliseconds: 388, residentMebibytes: 655,
      allocatedMebibytes: nil, parameters: 4_850_432),
  ]

  var methods = FixtureStudy.methods
  var seeds = [1, 2, 3]
  var steps = 488
  var hasEnergy = false

  var study: StudyRecord {
    StudyRecord(
      id: 1, name: "quick-attention", digest: String(repeating: "3fa94c01", count: 8),
      question: "Which attention variant gives the best held-out perplexity on the same tokens, and what does it cost?",
      plan: "study: quick-attention\nvary:\n  attention: [mha, mqa, gqa, mla]\nrepeats: 3\n",
      command: "efficientllm study run studies/quick-attention.yaml",
      createdAt: Date(timeIntervalSince1970: 1_760_000_000))
  }

  /// Every trial finished, in the order in which a runner takes them: seed by seed.
  var trials: [TrialRecord] {
    seeds.flatMap { seed in
      methods.enumerated().map { trial($1, place: $0, seed: seed) }
    }
  }

  func trial(_ method: Method, place: Int, seed: Int, model: String = "tiny") -> TrialRecord {
    let evidence = evidence(method, place: place, seed: seed)
    let start = Date(timeIntervalSince1970: 1_760_000_000 + Double(seed * 600 + place * 60))
    return TrialRecord(
      id: Int64(seed * 100 + place), studyID: 1,
      cell: CellRecord(
        key: "\(model)-\(method.name)", method: method.name, model: model, settings: ["attention": method.name]),
      seed: seed, status: .finished, startedAt: start, finishedAt: start.addingTimeInterval(58),
      manifest: manifest(method, seed: seed), evidence: evidence, measures: MeasureCatalogue.evaluate(evidence))
  }

  private func manifest(_ method: Method, seed: Int) -> Manifest {
    Manifest(sections: [
      "hardware": ["cpu": "Example CPU, 2 cores", "memory": "24 GiB", "kernel": "6.1"],
      "software": [
        "efficientllm": "0.1.0", "torch": "2.13.0",
        "workload": method.name.contains("PyTorch") ? "command: python3 train.py" : "train",
      ],
      "data": ["corpus": "austen, 3.9 MB, public domain", "corpus sha256": String(repeating: "ab12", count: 16)],
      "settings": ["seed": String(seed), "precision": "fp32"],
      "measuring": ["peak": "measured 4.2e11 FLOP/s", "energy": "absent: no energy counter is readable"],
    ])
  }

  func evidence(_ method: Method, place: Int, seed: Int) -> TrialEvidence {
    var noise = Noise(seed: UInt64(seed) &* 7919 &+ UInt64(place))
    // One seed moves all methods alike, as the same tokens do; a little is each method's own.
    var shared = Noise(seed: UInt64(seed))
    let perplexity = method.perplexity * (1 + 0.012 * shared.next()) * (1 + 0.0012 * noise.next())
    var clock: UInt64 = 5_000_000_000
    let origin = clock
    let steps = (0..<steps).map { index in
      let slow = noise.next() > 1.9 ? 1.6 : 1.0
      let length = method.stepMilliseconds * slow * (1 + 0.03 * noise.next()) * (index < 3 ? 1.8 : 1)
      let start = clock
      clock += UInt64(max(length, 1) * 1e6)
      let progress = Double(index) / Double(max(1, self.steps - 1))
      let end = log(perplexity) - 0.05
      let loss = end + (8.4 - end) * exp(-6 * progress) + 0.05 * noise.next()
      let step = StepObservation(
        index: index, phase: .train, isWarmup: index < 3, startNanoseconds: start, endNanoseconds: clock,
        tokens: 2048, samples: 8, loss: loss)
      clock += 400_000
      return step
    }
    let busy = 1.93 + 0.002 * Double(place) + 0.001 * Double(seed)
    let samples = stride(from: origin, to: clock, by: 200_000_000).map { time -> ResourceSample in
      let rise = 1 - exp(-Double(time - origin) / 1.2e9)
      let mebibyte = Double(1 << 20)
      let resident = 96 + (method.residentMebibytes - 96) * rise + 3 * noise.next()
      let fill = rise * (0.88 + 0.1 * abs(noise.next()))
      return ResourceSample(
        nanoseconds: time, residentBytes: UInt64(resident * mebibyte),
        allocatedBytes: method.allocatedMebibytes.map { UInt64(max(1, $0 * fill) * mebibyte) },
        cpuSeconds: Double(time - origin) / 1e9 * busy)
    }
    let documents = (0..<40).map { index -> HeldOutEvidence.Document in
      let tokens = 480 + 7 * index
      let nats = log(perplexity) + 0.1 * shared.next() + 0.004 * noise.next()
      return HeldOutEvidence.Document(
        id: "emma/\(index)", tokens: tokens, negativeLogLikelihood: Double(tokens) * nats, bytes: 2000 + 28 * index)
    }
    let watts = 60 + 0.3 * Double(place) + 0.1 * Double(seed)
    let times = Array(stride(from: origin, to: clock, by: 1_000_000_000)) + [clock]
    let readings = times.map { time -> EnergyCounter.Reading in
      EnergyCounter.Reading(nanoseconds: time, joules: Double(time - origin) / 1e9 * watts)
    }
    let energy = EnergyCounter(source: "declared TDP of 65 W", readings: readings, isEstimate: true)
    return TrialEvidence(
      model: ModelAccount(
        parameters: method.parameters, parameterBytes: UInt64(method.parameters * 4),
        trainingFLOPsPerToken: Double(method.parameters) * 6.4),
      steps: steps, resources: samples,
      energy: hasEnergy
        ? .counter(energy) : .absent(Absence("no energy counter is readable here; declare a TDP for an estimate")),
      heldOut: HeldOutEvidence(documents: documents, unigramPerplexity: 612.4),
      device: DeviceEvidence(
        memoryCapacityBytes: 24 << 30, logicalCores: 2, threads: 2, peakFLOPsPerSecond: 4.2e11),
      baselineResidentBytes: 90 << 20)
  }

  /// Roughly normal numbers from a seed (SplitMix64), the same on every machine.
  struct Noise {
    private var state: UInt64

    init(seed: UInt64) { state = seed &+ 0x1234_5678 }

    mutating func next() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return sum + Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
      }
    }
  }
}
