import Foundation
import Measures
import Studies
import TestSupport
import Testing

@testable import EngineWorkloads

/// Whole inference trials of a tiny random model.
final class InferTrialTests {
  static let work = WorkPlan(requests: 6, generatedTokens: 5, warmupRounds: 1)
  private let tiny: TinyModel

  init() throws { tiny = try TinyModel() }
  deinit { tiny.remove() }

  private func run(_ extra: Settings = [:], precision: String = "fp32", seed: Int = 0) throws -> (
    finished: Bool, events: [TrialEvent]
  ) {
    let settings: Settings = [
      "model": .string(tiny.model.path), "text": .string(tiny.text.path), "prompt-tokens": .integer(11),
      "batch": .integer(2), "perplexity-tokens": .integer(1100), "device": .string("cpu"),
    ]
    let recorder = EventRecorder()
    let trial = try InferTrial(
      spec: TrialSpec(
        study: "test", method: precision, settings: settings.merging(extra) { $1 }, work: Self.work, seed: seed,
        precision: precision, threads: 1, workingDirectory: tiny.folder.path),
      directories: TrainTrial.Directories(
        home: TorchForTests.home, corpora: tiny.folder, tokens: tiny.folder, models: tiny.folder)
    ) { recorder.add($0) }
    return (trial.run(), recorder.events)
  }

  @Test func aTrialSaysWhatItDid() throws {
    let (finished, events) = try run()
    #expect(finished, "\(String(describing: events.last))")
    guard case .started(let started)? = events.first else {
      Issue.record("the first event is \(String(describing: events.first))")
      return
    }
    #expect(started.plannedTokens == 30)
    #expect(started.environment["data.model format"] != nil)
    let steps = events.compactMap { if case .step(let step) = $0 { step } else { nil } }
    // A warm-up round and three of two requests: a prompt, then five steps that generate.
    let prefill = steps.filter { $0.phase == .prefill }
    let decode = steps.filter { $0.phase == .decode }
    #expect(prefill.map(\.tokens) == [22, 22, 22, 22])
    #expect(prefill.map(\.isWarmup) == [true, false, false, false])
    #expect(decode.count == 20)
    #expect(decode.filter { !$0.isWarmup }.map(\.tokens).reduce(0, +) == started.plannedTokens)
    #expect(decode.allSatisfy { $0.samples == 2 })
    #expect(steps.map(\.index) == Array(0..<steps.count))
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.endNanoseconds <= $1.startNanoseconds })

    let parts = try #require(events.compactMap { if case .memory(let parts) = $0 { parts } else { nil } }.first)
    // What is held: packed matrices have padding, and a tied head is held twice.
    let parameterBytes = try #require(started.model?.parameterBytes)
    let weightBytes = try #require(parts.weightBytes)
    #expect(weightBytes >= parameterBytes && weightBytes < 2 * parameterBytes)
    // Two sequences, two layers, keys and values of two groups of eight, rows in blocks of 256, four bytes.
    #expect(parts.cacheBytes == 2 * 2 * (2 * 2 * 8) * 256 * 4)

    let heldOut = try #require(events.compactMap { if case .heldOut(let held) = $0 { held } else { nil } }.first)
    // Nothing stands before the first token of a window: 511 of 512 are predicted.
    #expect(heldOut.documents.prefix(2).map(\.tokens) == [511, 511])
    #expect(heldOut.documents.allSatisfy { ($0.bytes ?? 0) > 0 })
    guard case .finished? = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
  }

  @Test func precisionIsAllThatChanges() throws {
    func perplexity(_ precision: String) throws -> (Double, UInt64?) {
      let events = try run(precision: precision).events
      let held = try #require(events.compactMap { if case .heldOut(let held) = $0 { held } else { nil } }.first)
      let parts = events.compactMap { if case .memory(let parts) = $0 { parts } else { nil } }.first
      let tokens = held.documents.reduce(0) { $0 + $1.tokens }
      return (exp(held.documents.reduce(0) { $0 + $1.negativeLogLikelihood } / Double(tokens)), parts?.weightBytes)
    }
    let (whole, wholeBytes) = try perplexity("fp32")
    let (narrow, narrowBytes) = try perplexity("bf16")
    #expect(abs(narrow / whole - 1) < 0.02)
    #expect(narrow != whole)
    #expect(try Double(#require(narrowBytes)) < 0.7 * Double(#require(wholeBytes)))
  }

  @Test func aTextThatIsTooShortIsSaid() throws {
    let short = tiny.folder.appendingPathComponent("short.txt")
    try "a b".write(to: short, atomically: true, encoding: .utf8)
    let (finished, events) = try run(["text": .string(short.path)])
    #expect(!finished)
    guard case .failed(let failure)? = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
    #expect(failure.message.contains("fewer than a prompt of 11"))
  }

  @Test func whatIsImpossibleIsFoundBeforehand() throws {
    let workload = InferWorkload(
      executable: "/bin/efficientllm",
      directories: TrainTrial.Directories(
        home: TorchForTests.home, corpora: tiny.folder, tokens: tiny.folder, models: tiny.folder))
    func prepare(_ settings: Settings) throws {
      let base: Settings = ["model": .string(tiny.model.path), "text": .string(tiny.text.path)]
      try workload.prepare(settings.merging(base) { first, _ in first }, work: Self.work, precision: "fp32")
    }
    try prepare([:])
    for (settings, word) in [
      (["prompt-tokens": .integer(TinyModel.context - 4)], "\(TinyModel.context)"),
      (["model": .string("smollm9")], "smollm9"), (["text": .string("/nowhere/a.txt")], "/nowhere/a.txt"),
    ] as [(Settings, String)] {
      #expect {
        try prepare(settings)
      } throws: {
        "\($0)".contains(word)
      }
    }
  }
}

/// The settings alone, and what a cell says of itself.
struct InferSettingsTests {
  private static let bad: [(Settings, String)] = [
    ([:], "model"), (["model": .string("m"), "batch": .integer(4)], "batch"),
    (["model": .string("m"), "batch": .integer(0)], "batch"),
    (["model": .string("m"), "prompt-tokens": .integer(0)], "prompt-tokens"),
    (["model": .string("m"), "prompt-tokens": .integer(.max)], "prompt-tokens"),
    (["model": .string("m"), "perplexity-tokens": .integer(-1)], "perplexity-tokens"),
    (["model": .string("m"), "device": .string("gpu9")], "device"),
    (["model": .string("m"), "promt-tokens": .integer(3)], "promt-tokens"),
  ]

  @Test(arguments: bad.indices) func badSettingsAreNamed(index: Int) throws {
    let (settings, word) = Self.bad[index]
    #expect {
      try InferSettings(settings, work: InferTrialTests.work, precision: "fp32")
    } throws: {
      "\($0)".contains(word) && InferWorkload.isUsageError($0)
    }
  }

  @Test func precisionAndWorkAreChecked() throws {
    #expect {
      try InferSettings(["model": .string("m")], work: InferTrialTests.work, precision: "int3")
    } throws: {
      "\($0)".contains("int3") && "\($0)".contains("bf16")
    }
    #expect {
      try InferSettings(["model": .string("m")], work: TrainSettingsTests.work, precision: "fp32")
    } throws: {
      "\($0)".contains("generated-tokens")
    }
  }

  @Test func aCellIsDescribed() throws {
    let tiny = try TinyModel()
    defer { tiny.remove() }
    let workload = InferWorkload(
      executable: "/bin/efficientllm",
      directories: TrainTrial.Directories(
        home: tiny.folder, corpora: tiny.folder, tokens: tiny.folder, models: tiny.folder))
    let description = try workload.describe(
      ["model": .string(tiny.model.path), "prompt-tokens": .integer(20)], work: InferTrialTests.work, precision: "bf16")
    #expect(description.method == "bf16")
    #expect(description.model.hasSuffix("20 + 5, batch 1"))
    // Embedding and head in one, then each layer's four attention matrices, three of the feed-forward and two norms.
    let layer = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32 + 2 * 32
    #expect(description.account?.parameters == 280 * 32 + 2 * layer + 32)
    #expect(description.account?.cacheBytesPerToken == Double(2 * 2 * 16 * 2))
    // One that is not there yet is described by its name; it is missed when the study begins.
    let unknown = try workload.describe(
      ["model": .string("not-here")], work: InferTrialTests.work, precision: "fp32")
    #expect(unknown.account == nil)
  }
}
