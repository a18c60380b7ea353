import Testing

@testable import Generation

/// The loop and its scheduler over a fake model, step by step.
struct GenerationLoopTests {
  private func makeLoop(
    _ model: FakeModel = FakeModel(), sequences: Int = 4, queued: Int = 16, cacheBytes: Int = 100_000, chunk: Int = 16,
    stepTokens: Int = 24, kept: Int? = nil
  ) throws -> GenerationLoop {
    var time: UInt64 = 0
    return try GenerationLoop(
      model: model,
      limits: EngineLimits(
        maximumSequences: sequences, maximumQueued: queued, cacheBytes: cacheBytes, prefillChunk: chunk,
        maximumStepTokens: stepTokens, prefixCacheBytes: kept),
      now: {
        time += 1
        return time
      })
  }

  private func prompt(_ count: Int, _ first: UInt32 = 1) -> [UInt32] {
    (0..<count).map { (UInt32($0) * 7 + first) % 60 }
  }

  @Test func aRequestGetsWhatItWouldAlone() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    let request = GenerationRequest(prompt: prompt(37), maximumTokens: 20)
    let collector = loop.submit(1, request)
    loop.drain()
    let solo = Solo(request, model: model)
    #expect(collector.ids == solo.ids)
    #expect(collector.text == solo.text)
    let summary = try #require(collector.summary)
    #expect(summary.reason == .length)
    #expect((summary.promptTokens, summary.completionTokens, summary.cachedTokens) == (37, 20, 0))
    #expect(collector.startedCachedTokens == 0)
    let timing = summary.timing
    #expect(timing.submitted < timing.admitted! && timing.admitted! < timing.firstToken!)
    #expect(timing.queueNanoseconds + timing.prefillNanoseconds + timing.decodeNanoseconds == timing.finished)
    #expect(collector.tokens.map(\.nanoseconds) == collector.tokens.map(\.nanoseconds).sorted())
    #expect(collector.isClosed && collector.error == nil)
    // 16, 16 and 5 tokens of the prompt, then one at a time; the last token is never computed.
    #expect(model.stepInputs.map { $0.map(\.tokens.count) } == [[16], [16], [5]] + Array(repeating: [1], count: 19))
    #expect(model.stepInputs.prefix(3).map { $0[0].need } == [.none, .none, .best])
    #expect(model.broken.isEmpty)
  }

  @Test func aLongPromptHoldsUpNoAnswer() throws {
    let model = FakeModel(contextLength: 2000)
    let loop = try makeLoop(model, cacheBytes: 1_000_000)
    let short = loop.submit(1, GenerationRequest(prompt: prompt(5), maximumTokens: 50))
    _ = loop.step()
    #expect(short.ids.count == 1)
    let long = loop.submit(2, GenerationRequest(prompt: prompt(160, 3), maximumTokens: 2))
    for step in 2...11 {
      _ = loop.step()
      #expect(short.ids.count == step)
    }
    #expect(long.ids.count == 1)
    #expect(model.stepInputs[1].map(\.tokens.count) == [1, 16])
    loop.drain()
    #expect(model.mostTokensOfAStep <= 24)
    #expect(model.broken.isEmpty)
  }

  @Test func promptsTakeTurns() throws {
    let model = FakeModel(contextLength: 2000)
    let loop = try makeLoop(model, cacheBytes: 1_000_000, stepTokens: 16)
    let long = loop.submit(1, GenerationRequest(prompt: prompt(160), maximumTokens: 1))
    let short = loop.submit(2, GenerationRequest(prompt: prompt(16, 9), maximumTokens: 1))
    _ = loop.step()
    _ = loop.step()
    #expect(short.summary != nil)
    #expect(long.ids.isEmpty)
    loop.drain()
    #expect(long.summary?.reason == .length)
  }

  @Test func endTokensAndTheirTextAreLeftOut() throws {
    let model = FakeModel()
    let free = Solo(GenerationRequest(prompt: [5], maximumTokens: 30), model: model)
    let end = free.ids[6]
    let first = free.ids.firstIndex(of: end)!
    var request = GenerationRequest(prompt: [5], maximumTokens: 30, endTokens: [end])
    let loop = try makeLoop(model)
    let ended = loop.submit(1, request)
    request.ignoresEnd = true
    let going = loop.submit(2, request)
    loop.drain()
    #expect(ended.ids == Array(free.ids[...first]))
    #expect(ended.summary?.reason == .stop)
    #expect(ended.summary?.stopString == nil)
    #expect(ended.summary?.completionTokens == first + 1)
    #expect(
      ended.text
        == Solo(
          {
            var other = request; other.ignoresEnd = false; return other
          }(), model: model
        ).text)
    #expect(going.ids == free.ids)
    #expect(going.summary?.reason == .length)
  }

  @Test func theContextEndsAnAnswer() throws {
    let model = FakeModel(contextLength: 40)
    let loop = try makeLoop(model)
    let collector = loop.submit(1, GenerationRequest(prompt: prompt(30), maximumTokens: .max))
    loop.drain()
    #expect(collector.ids.count == 10)
    #expect(collector.summary?.reason == .length)
    #expect(model.broken.isEmpty)
  }

  @Test func logProbabilitiesAreOfTheModelsOwnDistribution() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    let request = GenerationRequest(
      prompt: prompt(20), maximumTokens: 3,
      sampling: SamplingParameters(temperature: 0.3, topK: 2, repetitionPenalty: 1.5, seed: 4), topLogProbabilities: 3,
      echoesPromptLogProbabilities: true)
    let collector = loop.submit(1, request)
    loop.drain()
    let solo = Solo(request, model: model)
    #expect(collector.ids == solo.ids)
    func logProbabilities(after tokens: [UInt32]) -> [Float] {
      FakeModel.row(after: tokens, vocabularySize: 64).withUnsafeBufferPointer { row in
        (0..<64).map { LogProbabilities(row)![$0]! }
      }
    }
    let all = request.prompt + collector.ids
    let told = try #require(collector.prompt)
    #expect(told.map(\.id) == request.prompt)
    #expect(told[0] == PromptToken(id: request.prompt[0], logProbability: nil, top: []))
    for place in 1..<all.count {
      let wanted = logProbabilities(after: Array(all[..<place]))
      let order = (0..<64).sorted { wanted[$0] > wanted[$1] }
      let isPrompt = place < told.count
      let value = isPrompt ? told[place].logProbability : collector.tokens[place - told.count].logProbability
      let top = isPrompt ? told[place].top : collector.tokens[place - told.count].top
      #expect(value == wanted[Int(all[place])])
      #expect(top == order[..<3].map { TokenLogProbability(id: UInt32($0), logProbability: wanted[$0]) })
    }
  }

  @Test func thePromptAloneCanBeScored() throws {
    let loop = try makeLoop()
    let collector = loop.submit(
      1, GenerationRequest(prompt: prompt(90), maximumTokens: 0, echoesPromptLogProbabilities: true))
    loop.drain()
    #expect(collector.prompt?.count == 90)
    #expect(collector.prompt?.dropFirst().allSatisfy { $0.logProbability != nil && $0.top.isEmpty } == true)
    #expect(collector.ids.isEmpty)
    #expect(collector.summary?.reason == .length)
  }

  @Test func wrongRequestsAreRefusedAtOnce() throws {
    let loop = try makeLoop(queued: 2, cacheBytes: 4000)
    func error(_ request: GenerationRequest) -> EngineError? { loop.submit(1, request).error as? EngineError }
    #expect(error(GenerationRequest(prompt: [], maximumTokens: 1)) == .emptyPrompt)
    #expect(
      error(GenerationRequest(prompt: [1, 64], maximumTokens: 1)) == .tokenOutOfRange(id: 64, vocabularySize: 64))
    #expect(
      error(GenerationRequest(prompt: prompt(200), maximumTokens: 1)) == .promptTooLong(tokens: 200, context: 200))
    #expect(
      error(GenerationRequest(prompt: prompt(30), maximumTokens: 20))
        == .requestTooLarge(promptTokens: 30, maximumTokens: 20, neededBytes: 5600, limitBytes: 4000))
    for request in [
      GenerationRequest(prompt: [1], maximumTokens: 0), GenerationRequest(prompt: [1], maximumTokens: -1),
      GenerationRequest(prompt: [1], maximumTokens: 1, stop: [""]),
      GenerationRequest(prompt: [1], maximumTokens: 1, topLogProbabilities: -1),
      GenerationRequest(prompt: [1], maximumTokens: 1, sampling: SamplingParameters(topP: 2)),
    ] {
      guard case .invalidParameter? = error(request) else {
        Issue.record("passed: \(request)")
        continue
      }
    }
    let fine = GenerationRequest(prompt: [1], maximumTokens: 1)
    let queued = [loop.submit(2, fine), loop.submit(3, fine)]
    #expect(error(fine) == .queueFull(limit: 2))
    loop.drain()
    #expect(queued.allSatisfy { $0.summary?.reason == .length })
    #expect(loop.statistics.requestsRefused == 10)
  }

  @Test func aLargeRequestIsNotOvertaken() throws {
    let model = FakeModel()
    let loop = try makeLoop(model, cacheBytes: 8000, kept: 0)
    let small = GenerationRequest(prompt: prompt(8), maximumTokens: 8)
    let first = loop.submit(1, GenerationRequest(prompt: prompt(8), maximumTokens: 40))
    let large = loop.submit(2, GenerationRequest(prompt: prompt(16), maximumTokens: 40))
    let last = loop.submit(3, small)
    _ = loop.step()
    #expect(loop.statistics.running == 1 && loop.statistics.waiting == 2)
    while large.events.isEmpty { _ = loop.step() }
    #expect(first.summary != nil)
    #expect(last.summary == nil)
    loop.drain()
    #expect(last.summary?.reason == .length)
    #expect(model.mostBytes <= 8000)
  }

  @Test func cancellingFreesThePlaceWithinAStep() throws {
    let model = FakeModel()
    let loop = try makeLoop(model, sequences: 1, kept: 0)
    let first = loop.submit(1, GenerationRequest(prompt: prompt(20), maximumTokens: 100))
    let second = loop.submit(2, GenerationRequest(prompt: prompt(20, 5), maximumTokens: 3))
    let third = loop.submit(3, GenerationRequest(prompt: prompt(20, 6), maximumTokens: 3))
    for _ in 0..<5 { _ = loop.step() }
    loop.cancel(SequenceID(1))
    #expect(model.caches.isEmpty)
    #expect(first.summary?.reason == .cancelled)
    loop.cancel(SequenceID(3))
    #expect(third.summary?.reason == .cancelled)
    #expect(third.summary?.timing.admitted == nil)
    _ = loop.step()
    #expect(second.startedCachedTokens == 0)
    loop.cancel(SequenceID(1))
    loop.drain()
    #expect(second.summary?.reason == .length)
    #expect(loop.statistics.finished == [.cancelled: 2, .length: 1])
    #expect(model.caches.isEmpty && model.broken.isEmpty)
  }

  @Test func aFailedStepFailsThoseInItAndNoOthers() throws {
    let model = FakeModel()
    let loop = try makeLoop(model, sequences: 2)
    let failing = [1, 2].map { loop.submit($0, GenerationRequest(prompt: prompt(20), maximumTokens: 9)) }
    let waiting = loop.submit(3, GenerationRequest(prompt: prompt(20), maximumTokens: 9))
    _ = loop.step()
    model.failsAtStep = 2
    loop.drain()
    for collector in failing { #expect(collector.error as? EngineError == .modelFailed("made to fail")) }
    #expect(waiting.ids == Solo(GenerationRequest(prompt: prompt(20), maximumTokens: 9), model: model).ids)
    #expect(loop.statistics.requestsFailed == 2)
    loop.evictKept()
    #expect(model.caches.isEmpty)
    #expect(loop.statistics.cacheBytesUsed == 0)
  }

  @Test func aCacheThatCannotBeMadeFailsItsRequestAlone() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    model.failsAtCache = CacheID(0)
    let failing = loop.submit(1, GenerationRequest(prompt: prompt(20), maximumTokens: 9))
    let other = loop.submit(2, GenerationRequest(prompt: prompt(20), maximumTokens: 9))
    loop.drain()
    #expect(failing.error as? EngineError == .modelFailed("made to fail"))
    #expect(other.summary?.reason == .length)
  }

  @Test func logitsThatAreNoNumbersFailTheirRequestAlone() throws {
    let model = FakeModel()
    model.poison = 61
    let loop = try makeLoop(model)
    let greedy = loop.submit(1, GenerationRequest(prompt: prompt(20) + [61], maximumTokens: 9))
    let drawn = loop.submit(
      2, GenerationRequest(prompt: prompt(20) + [61], maximumTokens: 9, sampling: SamplingParameters()))
    let echoed = loop.submit(
      3,
      GenerationRequest(
        prompt: prompt(3) + [61] + prompt(3), maximumTokens: 9, echoesPromptLogProbabilities: true))
    let other = loop.submit(4, GenerationRequest(prompt: prompt(20), maximumTokens: 9))
    loop.drain()
    for collector in [greedy, drawn, echoed] { #expect(collector.error as? EngineError == .notANumber(token: 0)) }
    #expect(other.ids == Solo(GenerationRequest(prompt: prompt(20), maximumTokens: 9), model: model).ids)
  }
}
