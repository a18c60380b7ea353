import Measures
import Testing

@testable import Studies

struct InferencePlanTests {
  private static func plan(_ rest: String = "") throws -> StudyPlan {
    try StudyPlan(
      yaml: """
        study: s
        workload: infer
        base: {text: austen}
        vary:
          precision: [fp32, bf16]
          prompt-tokens: [16, 64]
          batch: [1, 4]
        work: {requests: 8, generated-tokens: 10, warmup-rounds: 2}
        \(rest)
        """)
  }

  @Test func workIsCountedInRequests() throws {
    let plan = try Self.plan()
    #expect(plan.work == WorkPlan(requests: 8, generatedTokens: 10, warmupRounds: 2))
    #expect(plan.work.tokens == 80)
    #expect(plan.work.requests == 8)
    #expect(plan.work.unit == .generated)
  }

  @Test func requestsAndTrainingTokensDoNotMix() {
    #expect(throws: PlanError.self) {
      try StudyPlan(yaml: "study: s\nwork: {requests: 8, generated-tokens: 10, tokens: 5}")
    }
    #expect(throws: PlanError.self) { try StudyPlan(yaml: "study: s\nwork: {requests: 8}") }
  }

  @Test func precisionBelongsToTheCell() throws {
    let cells = try Self.plan().plannedCells
    #expect(cells.count == 8)
    #expect(cells.map(\.precision) == Array(repeating: "fp32", count: 4) + Array(repeating: "bf16", count: 4))
    #expect(cells.allSatisfy { $0.settings["precision"] == nil })
    #expect(Set(cells.map(\.key)).count == 8)
  }

  @Test func aPeerGoesThroughWhatItVaries() throws {
    let cells = try Self.plan(
      """
      peers:
        - method: other
          command: ["true"]
          vary: [prompt-tokens, batch]
          settings: {precision: file}
        - method: single
          command: ["true"]
          settings: {prompt-tokens: 16, batch: 1}
      """
    ).plannedCells
    let peers = cells.filter { $0.peer?.method == "other" }
    #expect(peers.count == 4)
    #expect(peers.allSatisfy { $0.precision == "file" })
    #expect(
      peers.map { [$0.settings["prompt-tokens"], $0.settings["batch"]] }
        == [
          [.integer(16), .integer(1)], [.integer(16), .integer(4)], [.integer(64), .integer(1)],
          [.integer(64), .integer(4)],
        ])
    #expect(cells.filter { $0.peer?.method == "single" }.map(\.precision) == ["fp32"])
  }

  @Test func aPeerVariesOnlyWhatTheStudyVaries() {
    #expect(throws: PlanError.self) {
      try Self.plan("peers: [{method: other, command: [\"true\"], vary: [batches]}]")
    }
    #expect(throws: PlanError.self) {
      try Self.plan("peers: [{method: other, command: [\"true\"], vary: [batch], settings: {batch: 1}}]")
    }
  }

  @Test func plansOfTrainingKeepTheirDigest() throws {
    // A new optional field must not make finished trials of older studies be run again.
    let spec = WorkPlan(tokens: 10, tokensPerStep: 5, sequenceLength: 5, warmupSteps: 1)
    #expect(spec.unit == nil)
    let key = try StudyPlan(
      yaml: "study: s\nbase: {model: tiny}\nwork: {tokens: 100, tokens-per-step: 10, sequence-length: 10}"
    ).plannedCells[0].key
    #expect(key == "97ff1ffcbf453b008f6420df8fcd8be2ad228a8cdb3dd7040cdfea631591974b")
  }
}

struct GeneratedWorkTests {
  private static let started = TrialEvent.started(TrialEvent.Started(name: "x", monotonicNanoseconds: 0))

  private static func session(decoded: Int, warmup: Int = 4) -> TrialSession {
    var session = TrialSession(work: WorkPlan(requests: 2, generatedTokens: 3, warmupRounds: 1))
    var events: [TrialEvent] = [started]
    var index = 0
    func step(_ phase: StepObservation.Phase, _ tokens: Int, isWarmup: Bool) {
      events.append(
        .step(
          StepObservation(
            index: index, phase: phase, isWarmup: isWarmup, startNanoseconds: UInt64(index),
            endNanoseconds: UInt64(index + 1), tokens: tokens, samples: 2)))
      index += 1
    }
    step(.prefill, 8, isWarmup: true)
    step(.decode, warmup, isWarmup: true)
    step(.prefill, 8, isWarmup: false)
    for _ in 0..<decoded { step(.decode, 2, isWarmup: false) }
    events.append(.memory(MemoryParts(weightBytes: 5, cacheBytes: 3)))
    events.append(.finished(monotonicNanoseconds: 100))
    for event in events { session.receive(.event(event)) }
    return session
  }

  @Test func onlyMeasuredDecodeStepsCount() {
    let session = Self.session(decoded: 3)
    #expect(session.workTokens == 6)
    #expect(session.promptTokens == 8)
    #expect(session.state == .finished)
    #expect(session.memoryParts == MemoryParts(weightBytes: 5, cacheBytes: 3))
  }

  @Test(arguments: [2, 4]) func anythingElseIsUnequal(steps: Int) {
    guard case .failed(let failure) = Self.session(decoded: steps).state else {
      Issue.record("it was not refused")
      return
    }
    #expect(failure.kind == "unequal-work")
  }

  @Test func memoryTravels() throws {
    let event = TrialEvent.memory(MemoryParts(weightBytes: 7, scratchBytes: 1))
    let line = try TrialEventWriter.line(event)
    #expect(
      String(decoding: line, as: UTF8.self)
        == "{\"event\":\"measure\",\"id\":\"memory\",\"scratch_bytes\":1,\"weight_bytes\":7}\n")
    var decoder = TrialOutputDecoder()
    #expect(decoder.decode(Array(line)) == [.event(event)])
  }
}
