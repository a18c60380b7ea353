import Foundation
import Measures
import Records

/// A folder that is removed with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("records-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}

enum Samples {
  static let start = Date(timeIntervalSince1970: 1_700_000_000.25)

  static func study(_ name: String = "attention", digest: String = "abc123", at date: Date = start) -> StudyRecord {
    StudyRecord(
      name: name, digest: digest, question: "Which one?", plan: "study: \(name)", command: "study run x.yaml",
      createdAt: date)
  }

  static func cell(_ method: String) -> CellRecord {
    CellRecord(key: "key-\(method)", method: method, model: "tiny", settings: ["attention": method.lowercased()])
  }

  static func trial(_ study: Int64, _ method: String = "GQA", seed: Int = 0) -> TrialRecord {
    TrialRecord(
      studyID: study, cell: cell(method), seed: seed, status: .running, startedAt: start,
      manifest: Manifest(sections: ["hardware": ["cpu": "a \"quoted\" processor"]]))
  }

  static let evidence = TrialEvidence(
    model: ModelAccount(parameters: 7, parameterBytes: 28, trainingFLOPsPerToken: 42.5, bitsPerWeight: 4),
    steps: [
      StepObservation(
        index: 0, phase: .train, isWarmup: true, startNanoseconds: 1, endNanoseconds: 2, tokens: 10, samples: 1,
        loss: 8.25),
      StepObservation(index: 1, phase: .train, startNanoseconds: 3, endNanoseconds: .max, tokens: 11, samples: 1),
      StepObservation(index: 0, phase: .evaluate, startNanoseconds: 5, endNanoseconds: 6, tokens: 3, samples: 1),
    ],
    resources: [
      ResourceSample(nanoseconds: 1, residentBytes: 100, cpuSeconds: 0.125),
      ResourceSample(nanoseconds: 2, allocatedBytes: 0, deviceUtilisation: 0.5, powerMilliwatts: 1e5),
    ],
    energy: .counter(
      EnergyCounter(
        source: "RAPL package-0", readings: [.init(nanoseconds: 1, joules: 0.5), .init(nanoseconds: 9, joules: 3.75)],
        idleWatts: 11.5)),
    heldOut: HeldOutEvidence(
      documents: [
        .init(id: "emma/1", tokens: 9, negativeLogLikelihood: 20.5, bytes: 30),
        .init(id: "emma/2, \"quoted\"", tokens: 2, negativeLogLikelihood: 4),
      ], unigramPerplexity: 600.5),
    device: DeviceEvidence(memoryCapacityBytes: 1 << 34, logicalCores: 2, threads: 2),
    baselineResidentBytes: UInt64.max - 3)

  static let measures = [
    MeasureRecord(
      id: "AL", title: "average latency", unit: .seconds, direction: .lowerIsBetter, definition: .published, version: 2,
      value: .value(Quantity(0.1 + 0.2, interval: Interval(lower: 0.25, upper: 0.5, confidence: 0.9), count: 3)),
      isReported: false),
    MeasureRecord(
      id: "AEC", title: "average energy, in \"watts\"", unit: .watts, direction: .lowerIsBetter,
      definition: .published, version: 1, value: .absent("no counter,\nanywhere"), isReported: false),
    MeasureRecord(
      reported: "accuracy", unit: .fraction, quantity: Quantity(0.5, count: 100, isEstimate: true)),
  ]

  /// A store with one study and its identifier.
  static func store(_ folder: TemporaryFolder) throws -> (store: RecordStore, study: Int64) {
    let store = try RecordStore(creatingAt: folder.file("deep/er/records.sqlite"))
    let study = try store.saveStudy(study())
    return (store, study.id ?? -1)
  }
}
