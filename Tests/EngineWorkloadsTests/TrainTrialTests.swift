import Foundation
import Measures
import Studies
import Synchronization
import TestSupport
import Testing

@testable import EngineWorkloads

/// Whole trials over a small text of this test's own.
struct TrainTrialTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("trial-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let words = ["the", "cat", "sat", "upon", "a", "mat", "and", "then", "it", "slept", "until", "noon"]
    let documents = (0..<40).map { document in
      (0..<200).map { words[($0 * $0 + document * 7 + $0 / 3) % words.count] }.joined(separator: " ")
    }
    let lines = documents.enumerated().map { #"{"id":"\#($0)","text":"\#($1)"}"# }
    try lines.joined(separator: "\n").write(
      to: folder.appendingPathComponent("text.jsonl"), atomically: true, encoding: .utf8)
  }

  private func trial(
    _ extra: Settings = [:], _ emit: @escaping @Sendable (TrialEvent) -> Void
  ) throws -> TrainTrial {
    let settings: Settings = [
      "corpus": .string(folder.appendingPathComponent("text.jsonl").path), "vocabulary": .integer(280),
      "layers": .integer(2), "width": .integer(24), "heads": .integer(2), "kv-heads": .integer(1),
      "intermediate": .integer(40), "device": .string("cpu"), "learning-rate-warmup": .integer(2),
    ]
    return try TrainTrial(
      spec: TrialSpec(
        study: "test", method: "GQA", settings: settings.merging(extra) { $1 },
        work: WorkPlan(tokens: 1024, tokensPerStep: 128, sequenceLength: 16, warmupSteps: 2), seed: 1,
        precision: "fp32", threads: 2, workingDirectory: folder.path),
      directories: TrainTrial.Directories(
        home: TorchForTests.home, corpora: folder, tokens: folder.appendingPathComponent("tokens"),
        models: folder.appendingPathComponent("models")), emit: emit)
  }

  private func run(_ settings: Settings = [:]) throws -> (finished: Bool, events: [TrialEvent]) {
    let log = EventRecorder()
    let finished = try trial(settings) { log.add($0) }.run()
    return (finished, log.events)
  }

  @Test func aTrialSaysWhatItDid() throws {
    let (finished, events) = try run()
    #expect(finished)
    guard case .started(let started)? = events.first else {
      Issue.record("the first event is \(String(describing: events.first))")
      return
    }
    #expect(started.plannedTokens == 1024)
    #expect(started.environment["device"] == "cpu")
    #expect(started.environment["data.token file sha256"] != nil)
    let steps = events.compactMap { if case .step(let step) = $0 { step } else { nil } }
    let training = steps.filter { $0.phase == .train }
    #expect(training.map(\.tokens).reduce(0, +) == 1024)
    #expect(training.map(\.isWarmup) == [true, true] + [Bool](repeating: false, count: 6))
    #expect(steps.filter { $0.phase == .evaluate }.count == 1)
    let heldOut = events.compactMap { if case .heldOut(let evidence) = $0 { evidence } else { nil } }
    #expect(heldOut.first?.documents.isEmpty == false)
    #expect(heldOut.first?.documents.allSatisfy { $0.bytes != nil } == true)
    #expect((heldOut.first?.unigramPerplexity ?? 0) > 1)
    guard case .finished? = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
  }

  @Test func divergenceIsAFailedTrialWithItsStep() throws {
    let (finished, events) = try run(["learning-rate": .number(1e12), "clip-norm": .number(1e9)])
    #expect(!finished)
    guard case .failed(let failure)? = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
    #expect(failure.kind == "diverged")
    #expect((failure.step ?? 0) > 0)
  }

  @Test func anInterruptedTrialTakesItsCheckpointUp() throws {
    let whole = try run().events.losses
    // A trial that is broken off after its checkpoint: the emitter stands for the kill.
    let settings: Settings = ["checkpoint-every": .integer(3)]
    let checkpoint = folder.appendingPathComponent("checkpoint.safetensors").path
    let kept = folder.appendingPathComponent("kept").path
    let first = try trial(settings) { event in
      if case .step(let step) = event, step.index == 4, !FileManager.default.fileExists(atPath: kept) {
        try? FileManager.default.copyItem(atPath: checkpoint, toPath: kept)
      }
    }
    let steps = folder.appendingPathComponent("steps.json").path
    #expect(first.run())
    #expect(!FileManager.default.fileExists(atPath: checkpoint))
    #expect(FileManager.default.fileExists(atPath: kept))
    try FileManager.default.moveItem(atPath: kept, toPath: checkpoint)
    let observations = (0..<3).map {
      StepObservation(
        index: $0, phase: .train, startNanoseconds: 1, endNanoseconds: 2, tokens: 128, samples: 8, loss: whole[$0])
    }
    try JSONEncoder().encode(observations).write(to: URL(fileURLWithPath: steps))

    let (finished, events) = try run(settings)
    #expect(finished)
    #expect(events.losses == whole)
    let said = events.compactMap { if case .step(let step) = $0, step.phase == .train { step } else { nil } }
    #expect(said.map(\.isWarmup) == [true, true, true, true, true, false, false, false])
    #expect(said.map(\.tokens).reduce(0, +) == 1024)
  }

  @Test func aDamagedCheckpointIsRemoved() throws {
    let checkpoint = folder.appendingPathComponent("checkpoint.safetensors")
    try Data("nonsense".utf8).write(to: checkpoint)
    try Data("[]".utf8).write(to: folder.appendingPathComponent("steps.json"))
    #expect(try !run(["checkpoint-every": .integer(3)]).finished)
    #expect(!FileManager.default.fileExists(atPath: checkpoint.path))
    #expect(try run(["checkpoint-every": .integer(3)]).finished)
  }

  @Test func initialWeightsCanBeHandedOver() throws {
    let path = folder.appendingPathComponent("initial.safetensors").path
    try trial { _ in }.exportInitialWeights(to: path)
    let direct = try run().events.losses
    let handed = try run(["initial-weights": .string(path)]).events.losses
    #expect(direct == handed)
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.appendingPathComponent("initial.json")))
    #expect((json as? [String: Any])?["num_key_value_heads"] as? Int == 1)
  }
}

extension [TrialEvent] {
  fileprivate var losses: [Double] {
    compactMap { if case .step(let step) = $0, step.phase == .train { step.loss } else { nil } }
  }
}

/// Collects events from the trial's threads.
final class EventRecorder: Sendable {
  private let collected = Mutex<[TrialEvent]>([])
  func add(_ event: TrialEvent) { collected.withLock { $0.append(event) } }
  var events: [TrialEvent] { collected.withLock { $0 } }
}
