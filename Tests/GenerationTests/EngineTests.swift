import Foundation
import Synchronization
import Testing

@testable import Generation

/// The engine as its users see it: real threads and streams over the fake model.
struct EngineTests {
  /// Holds steps back until the test lets them go.
  private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let state = Mutex((isOpen: false, arrivals: 0))

    var arrivals: Int { state.withLock { $0.arrivals } }

    func pass() {
      let isOpen = state.withLock { state in
        state.arrivals += 1
        return state.isOpen
      }
      if !isOpen { semaphore.wait() }
    }

    func open() {
      state.withLock { $0.isOpen = true }
      semaphore.signal()
    }
  }

  private func makeEngine(
    sequences: Int = 4, queued: Int = 16, gate: Gate? = nil, contextLength: Int = 200, cacheBytes: Int = 100_000,
    prepare: @escaping @Sendable (FakeModel) -> Void = { _ in }
  ) async throws -> Engine {
    try await Engine(
      limits: EngineLimits(
        maximumSequences: sequences, maximumQueued: queued, cacheBytes: cacheBytes, prefillChunk: 32,
        maximumStepTokens: 64)
    ) {
      let model = FakeModel(contextLength: contextLength)
      if let gate { model.onStep = { gate.pass() } }
      prepare(model)
      return EngineModel(model: model, makeTextStream: { FakeTextStream() })
    }
  }

  private func collect(_ stream: AsyncThrowingStream<GenerationEvent, any Error>) async throws -> Received {
    var received = Received()
    for try await event in stream { received.events.append(event) }
    return received
  }

  /// Waits until something is so; the steps that bring it about are already under way.
  private func until(_ condition: () async -> Bool) async throws {
    for _ in 0..<20_000 {
      if await condition() { return }
      try await Task.sleep(for: .microseconds(500))
    }
    Issue.record("it never came about")
  }

  @Test func manyAtOnceGetWhatEachWouldAlone() async throws {
    let engine = try await makeEngine()
    let requests = (0..<12).map { number in
      GenerationRequest(
        prompt: (0..<20).map { ($0 * 3 + UInt32(number) / 2) % 60 }, maximumTokens: 10 + number,
        sampling: SamplingParameters(temperature: number % 2 == 0 ? 0 : 1, seed: UInt64(number)))
    }
    try await withThrowingTaskGroup(of: (Int, [UInt32], String).self) { group in
      for (index, request) in requests.enumerated() {
        group.addTask {
          let collector = try await self.collect(engine.generate(request))
          return (index, collector.ids, collector.text)
        }
      }
      for try await (index, ids, text) in group {
        let solo = Solo(requests[index], model: FakeModel())
        #expect(ids == solo.ids)
        #expect(text == solo.text)
      }
    }
    #expect(engine.snapshot().finished == [.length: 12])
    #expect(engine.snapshot().tokensGenerated == requests.reduce(0) { $0 + $1.maximumTokens })
    await engine.shutdown()
  }

  @Test func theModelStaysOnOneThread() async throws {
    let threads = Mutex<Set<UInt>>([])
    @Sendable func note() { threads.withLock { _ = $0.insert(UInt(pthread_self())) } }
    let engine = try await Engine(limits: EngineLimits(cacheBytes: 100_000)) {
      note()
      let model = FakeModel()
      model.onStep = note
      return EngineModel(model: model, makeTextStream: { FakeTextStream() })
    }
    for number in 0..<3 {
      _ = try await collect(engine.generate(GenerationRequest(prompt: [UInt32(number)], maximumTokens: 5)))
      try await engine.withModel { _ in note() }
    }
    #expect(threads.withLock { $0.count } == 1)
    #expect(threads.withLock { !$0.contains(UInt(pthread_self())) })
    await engine.shutdown()
  }

  @Test func aConsumerThatGoesAwayEndsItsRequest() async throws {
    let engine = try await makeEngine(contextLength: 100_000, cacheBytes: 1 << 30)
    let task = Task {
      try await collect(engine.generate(GenerationRequest(prompt: [1], maximumTokens: 90_000)))
    }
    try await until { engine.snapshot().tokensGenerated > 2 }
    task.cancel()
    try await until { engine.snapshot().finished[.cancelled] == 1 }
    #expect(engine.snapshot().running == 0)
    for try await event in engine.generate(GenerationRequest(prompt: [2], maximumTokens: 90_000)) {
      if case .token = event { break }
    }
    try await until { engine.snapshot().finished[.cancelled] == 2 }
    #expect(engine.snapshot().cacheBytesReserved == 0)
    await engine.shutdown()
  }

  @Test func requestsAndQuestionsDoNotWaitForAStep() async throws {
    let gate = Gate()
    let engine = try await makeEngine(sequences: 1, queued: 2, gate: gate)
    let request = GenerationRequest(prompt: [1, 2], maximumTokens: 2)
    var streams = [engine.generate(request)]
    try await until { gate.arrivals == 1 }
    // The engine's thread is in a step now, until the gate is opened.
    streams += [engine.generate(request), engine.generate(request)]
    #expect(engine.snapshot().waiting == 2)
    await #expect(throws: EngineError.queueFull(limit: 2)) { try await collect(engine.generate(request)) }
    #expect(engine.snapshot().requestsRefused == 1)
    gate.open()
    for stream in streams { #expect(try await collect(stream).summary?.reason == .length) }
    await engine.shutdown()
  }

  @Test func aFailedStepLeavesTheEngineUsable() async throws {
    let engine = try await makeEngine(prepare: { $0.failsAtStep = 2 })
    let request = GenerationRequest(prompt: [1, 2, 3], maximumTokens: 5)
    await #expect(throws: EngineError.modelFailed("made to fail")) { try await collect(engine.generate(request)) }
    #expect(try await collect(engine.generate(request)).ids == Solo(request, model: FakeModel()).ids)
    await #expect(throws: EngineError.emptyPrompt) {
      try await collect(engine.generate(GenerationRequest(prompt: [], maximumTokens: 5)))
    }
    await engine.shutdown()
  }

  @Test func shuttingDownCancels() async throws {
    let engine = try await makeEngine(contextLength: 100_000, cacheBytes: 1 << 30)
    let stream = engine.generate(GenerationRequest(prompt: [1], maximumTokens: 90_000))
    try await until { engine.snapshot().tokensGenerated > 0 }
    await engine.shutdown()
    #expect(try await collect(stream).summary?.reason == .cancelled)
    await #expect(throws: EngineError.shutDown) {
      try await collect(engine.generate(GenerationRequest(prompt: [1], maximumTokens: 1)))
    }
    await #expect(throws: EngineError.shutDown) { try await engine.withModel { _ in } }
    #expect(engine.snapshot().cacheBytesUsed == 0)
    await engine.shutdown()
  }

  @Test func shuttingDownCanFinishFirst() async throws {
    let engine = try await makeEngine(sequences: 1)
    let request = GenerationRequest(prompt: [1, 2, 3], maximumTokens: 20)
    let streams = [engine.generate(request), engine.generate(request)]
    await engine.shutdown(finishing: true)
    for stream in streams { #expect(try await collect(stream).summary?.reason == .length) }
  }

  @Test func anEngineThatNobodyHoldsGoesAway() async throws {
    weak var released: Engine?
    do {
      let engine = try await makeEngine()
      released = engine
      _ = try await collect(engine.generate(GenerationRequest(prompt: [1], maximumTokens: 3)))
    }
    try await until { released == nil }
  }

  @Test func whatTheModelsMakerThrowsComesThrough() async throws {
    struct Failure: Error {}
    await #expect(throws: Failure.self) {
      try await Engine(limits: EngineLimits(cacheBytes: 1000)) { throw Failure() }
    }
    await #expect(throws: EngineError.self) {
      try await Engine(limits: EngineLimits(maximumSequences: 0, cacheBytes: 1000)) {
        EngineModel(model: FakeModel(), makeTextStream: { FakeTextStream() })
      }
    }
  }
}
