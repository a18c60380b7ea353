import Testing

@testable import Generation

struct PrefixReuseTests {
  private func makeLoop(_ model: FakeModel, cacheBytes: Int = 100_000, kept: Int? = nil, sequences: Int = 4) throws
    -> GenerationLoop
  {
    try GenerationLoop(
      model: model,
      limits: EngineLimits(
        maximumSequences: sequences, cacheBytes: cacheBytes, prefillChunk: 64, maximumStepTokens: 256,
        prefixCacheBytes: kept), now: { 0 })
  }

  private func prompt(_ count: Int, _ first: UInt32 = 1) -> [UInt32] {
    (0..<count).map { (UInt32($0) * 7 + first) % 60 }
  }

  @Test func theSamePromptIsComputedOnce() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    let request = GenerationRequest(prompt: prompt(50), maximumTokens: 5)
    let first = loop.submit(1, request)
    loop.drain()
    let second = loop.submit(2, request)
    loop.drain()
    #expect(first.summary?.cachedTokens == 0)
    // All but one, whose logits are wanted.
    #expect(second.summary?.cachedTokens == 49)
    #expect(second.startedCachedTokens == 49)
    #expect(first.ids == second.ids)
    // The second one's cache covers the first one's.
    #expect(loop.statistics.keptCaches == 1)
    #expect(loop.statistics.prefixHits == 1 && loop.statistics.prefixQueries == 2)
    #expect(loop.statistics.prefixHitTokens == 49 && loop.statistics.prefixQueriedTokens == 100)
    #expect(loop.statistics.promptTokensComputed == 51)
  }

  @Test func aConversationTakesItsCacheOver() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    let first = loop.submit(1, GenerationRequest(prompt: prompt(30), maximumTokens: 5))
    loop.drain()
    let request = GenerationRequest(prompt: prompt(30) + first.ids + prompt(20, 8), maximumTokens: 5)
    let second = loop.submit(2, request)
    loop.drain()
    // All that was computed: the last answered token was not.
    #expect(second.summary?.cachedTokens == 34)
    #expect(model.copies == 0)
    #expect(second.ids == Solo(request, model: model).ids)
    #expect(model.broken.isEmpty)
  }

  @Test func aRunningSequenceLends() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    let first = loop.submit(1, GenerationRequest(prompt: prompt(50), maximumTokens: 50))
    _ = loop.step()
    let request = GenerationRequest(prompt: prompt(40) + prompt(20, 4), maximumTokens: 5)
    let second = loop.submit(2, request)
    loop.drain()
    #expect(second.summary?.cachedTokens == 40)
    #expect(second.ids == Solo(request, model: model).ids)
    #expect(first.ids == Solo(GenerationRequest(prompt: prompt(50), maximumTokens: 50), model: model).ids)
  }

  @Test func aDonorThatCannotLendIsDoneWithout() throws {
    let model = FakeModel()
    model.refusesEveryCopy = 1
    let loop = try makeLoop(model)
    let request = GenerationRequest(prompt: prompt(50), maximumTokens: 5)
    loop.submit(1, request)
    loop.drain()
    let second = loop.submit(2, request)
    loop.drain()
    #expect(second.summary?.cachedTokens == 0)
    #expect(second.ids == Solo(request, model: model).ids)
    #expect(model.broken.isEmpty)
  }

  @Test func aKeptCacheThatMayNotGoOnIsDoneWithout() throws {
    let model = FakeModel()
    let loop = try makeLoop(model)
    let first = loop.submit(1, GenerationRequest(prompt: prompt(30), maximumTokens: 5))
    loop.drain()
    let request = GenerationRequest(prompt: prompt(30) + first.ids + prompt(20, 8), maximumTokens: 5)
    model.refusedRemainder = 60 % 7
    let second = loop.submit(2, request)
    loop.drain()
    #expect(second.summary?.cachedTokens == 0)
    #expect(second.ids == Solo(request, model: model).ids)
    // What is kept of it can be reused as what it is.
    model.refusedRemainder = 7
    let third = loop.submit(3, request)
    loop.drain()
    #expect(third.summary?.cachedTokens == 54)
    #expect(model.broken.isEmpty)
  }

  @Test func theLongestUnusedGoesFirst() throws {
    let model = FakeModel()
    // Room for two kept caches of 32 positions.
    let loop = try makeLoop(model, kept: 6400)
    func run(_ number: UInt64, _ first: UInt32) throws -> Int {
      let collector = loop.submit(number, GenerationRequest(prompt: prompt(30, first), maximumTokens: 2))
      loop.drain()
      return try #require(collector.summary?.cachedTokens)
    }
    #expect(try run(1, 1) == 0)
    #expect(try run(2, 2) == 0)
    #expect(try run(3, 1) == 29)
    #expect(try run(4, 3) == 0)
    #expect(try run(5, 1) == 29)
    #expect(try run(6, 2) == 0)
    #expect(loop.statistics.cacheBytesKept <= 6400)
  }

  @Test func admissionComesBeforeKeeping() throws {
    let model = FakeModel()
    let loop = try makeLoop(model, cacheBytes: 6400, kept: 6400)
    loop.submit(1, GenerationRequest(prompt: prompt(40), maximumTokens: 5))
    loop.drain()
    #expect(loop.statistics.keptCaches == 1)
    // The donor and the copy do not fit together: the donor goes.
    let request = GenerationRequest(prompt: prompt(39) + [59], maximumTokens: 5)
    let second = loop.submit(2, request)
    loop.drain()
    #expect(second.summary?.cachedTokens == 0)
    #expect(second.ids == Solo(request, model: model).ids)
    #expect(model.mostBytes <= 6400)
  }

  @Test func withoutRoomNothingIsKept() throws {
    let model = FakeModel()
    let loop = try makeLoop(model, kept: 0)
    loop.submit(1, GenerationRequest(prompt: prompt(40), maximumTokens: 5))
    loop.drain()
    #expect(model.caches.isEmpty)
  }

  @Test func theIndexForgetsWhatIsRemoved() {
    var index = PrefixIndex()
    for number in 0..<20 {
      index.extend(CacheID(UInt64(number)), with: prompt(10 + number))
      index.extend(CacheID(UInt64(number)), with: prompt(20, UInt32(number)))
    }
    let wanted = prompt(18) + prompt(20, 8) + [3, 4]
    let found = index.longestMatches(with: wanted, limit: wanted.count - 1)
    #expect(found.first?.cache == CacheID(8))
    #expect(found.first?.length == 38)
    #expect(index.beginnings(of: wanted) == [CacheID(8)])
    for number in 0..<20 { index.remove(CacheID(UInt64(number))) }
    #expect(index.count == 0 && index.blockCount == 0)
    #expect(index.longestMatches(with: wanted, limit: 30).isEmpty)
  }
}
