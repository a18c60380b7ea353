import Layers
import Models
import TestSupport
import Testing
import Torch

@testable import Generation

/// The loop over real decoders with random weights: what comes out is what whole sequences without any cache give.
@Suite(.serialized)
struct DecoderModelTests {
  private static func configurations() -> [(String, DecoderConfiguration)] {
    func small(_ attention: AttentionKind) -> DecoderConfiguration {
      DecoderConfiguration(
        vocabulary: 97, width: 48, layers: 3, heads: 6, keyValueHeads: 2, headWidth: 8, intermediate: 60,
        attention: attention, maximumPositions: 700)
    }
    var latent = small(.multiHeadLatent)
    latent.latent = latent.defaultLatent
    var windowed = small(.groupedQuery)
    windowed.slidingWindow = SlidingWindow(positions: 20, layers: [true, false, true])
    return [("grouped", small(.groupedQuery)), ("latent", latent), ("window", windowed)]
  }

  private func makeDecoder(_ configuration: DecoderConfiguration, plan: any LinearPlan = DensePlan()) throws -> Decoder
  {
    try Decoder(configuration, source: RandomSource(seed: 5), plan: plan)
  }

  /// Products this small gain nothing from a second thread, and lose much where it has to wait for a core.
  private func load() throws {
    try TorchForTests.load()
    try Torch.setThreads(1)
  }

  private func prompt(_ count: Int, _ first: UInt32) -> [UInt32] {
    (0..<count).map { (UInt32($0) * 31 + first) % 97 }
  }

  /// Greedy over whole sequences.
  private func reference(_ decoder: Decoder, _ prompt: [UInt32], _ count: Int) throws -> [UInt32] {
    try withoutGradients {
      var tokens = prompt.map(Int64.init)
      for _ in 0..<count {
        let logits = try decoder.logits(Tensor(tokens, shape: [1, tokens.count]))
        let last = try logits.select(dimension: 1, index: tokens.count - 1).values(as: Float.self)
        tokens.append(Int64(last.withUnsafeBufferPointer { LogitRow.best($0)! }))
      }
      return tokens.dropFirst(prompt.count).map(UInt32.init)
    }
  }

  @Test func batchesChunksAndReusedBeginningsChangeNothing() throws {
    try load()
    for (name, configuration) in Self.configurations() {
      let decoder = try makeDecoder(configuration)
      let model = DecoderModel(decoder, longestChunk: 7)
      let limits = EngineLimits(
        maximumSequences: 3, cacheBytes: 4 * model.cacheBytes(200), prefillChunk: 7, maximumStepTokens: 12)
      let loop = try GenerationLoop(model: model, limits: limits, now: { 0 })
      var requests: [([UInt32], Collector)] = []
      for number in 0..<6 {
        let stem = prompt(25 + 4 * number, UInt32(number / 3))
        let request = GenerationRequest(
          prompt: stem, maximumTokens: 8,
          // Half of them by rows instead of by the best alone.
          topLogProbabilities: number % 2 == 0 ? nil : 2)
        requests.append((stem, loop.submit(UInt64(number), request)))
        for _ in 0..<(3 * number) { _ = loop.step() }
        #expect(loop.statistics.cacheBytesUsed <= limits.cacheBytes)
      }
      loop.drain()
      for (stem, collector) in requests {
        #expect(collector.error == nil)
        #expect(try collector.ids == reference(decoder, stem, 8), "\(name), prompt of \(stem.count)")
      }
      #expect(loop.statistics.prefixHits > 0, "\(name)")
      let again = loop.submit(9, GenerationRequest(prompt: requests[0].0, maximumTokens: 8))
      loop.drain()
      #expect(again.ids == requests[0].1.ids)
    }
  }

  @Test func logProbabilitiesAreTheWholeSequences() throws {
    try load()
    let decoder = try makeDecoder(Self.configurations()[0].1)
    let loop = try GenerationLoop(
      model: DecoderModel(decoder), limits: EngineLimits(cacheBytes: 1 << 26), now: { 0 })
    let tokens = prompt(150, 3)
    let collector = loop.submit(
      1, GenerationRequest(prompt: tokens, maximumTokens: 0, echoesPromptLogProbabilities: true))
    loop.drain()
    let ids = tokens.map(Int64.init)
    let wanted = try decoder.negativeLogLikelihoods(
      Tensor(Array(ids.dropLast()), shape: [1, 149]), targets: Tensor(Array(ids.dropFirst()), shape: [1, 149])
    ).values(as: Float.self)
    let told = try #require(collector.prompt)
    for (token, nats) in zip(told.dropFirst(), wanted) {
      #expect(abs(try #require(token.logProbability) + nats) < 1e-4)
    }
  }

  @Test func cachesNeverTakeMoreThanTheAccountSays() throws {
    try load()
    for (name, configuration) in Self.configurations() {
      let model = DecoderModel(try makeDecoder(configuration), longestChunk: 300)
      let donor = CacheID(0)
      try model.makeCache(donor, capacity: 40)
      try model.step([StepInput(cache: donor, tokens: prompt(40, 1), need: .none)]) { _ in }
      #expect(model.byteCount(of: donor) <= model.cacheBytes(40))
      let copy = CacheID(1)
      #expect(try model.makeCache(copy, copying: donor, length: 30, capacity: 690))
      var length = 30
      for chunk in [1, 300, 5, 230, 17, 1, 90] {
        try model.step([StepInput(cache: copy, tokens: prompt(chunk, 2), need: .none)]) { _ in }
        length += chunk
        #expect(model.byteCount(of: copy) <= model.cacheBytes(length), "\(name) at \(length)")
      }
      // Behind a window only the latest positions are left.
      #expect(try model.makeCache(CacheID(2), copying: copy, length: 30, capacity: 690) == (name != "window"))
      let before = model.byteCount(of: copy)
      try model.trimCache(copy, within: 1)
      #expect(model.byteCount(of: copy) == before)
      try model.trimCache(copy, within: .max)
      #expect(model.byteCount(of: copy) <= before)
      model.releaseCache(copy)
      model.releaseCache(donor)
      #expect(model.byteCount(of: copy) == 0)
    }
  }

  @Test func anEngineRunsADecoder() async throws {
    try load()
    let configuration = Self.configurations()[0].1
    let engine = try await Engine(limits: EngineLimits(cacheBytes: 1 << 26)) {
      let decoder = try Decoder(configuration, source: RandomSource(seed: 5), plan: InferencePlan())
      return EngineModel(model: DecoderModel(decoder), makeTextStream: { FakeTextStream() })
    }
    var ids: [UInt32] = []
    for try await event in engine.generate(GenerationRequest(prompt: prompt(30, 1), maximumTokens: 6)) {
      if case .token(let token) = event { ids.append(token.id) }
    }
    await engine.shutdown()
    #expect(try ids == reference(makeDecoder(configuration), prompt(30, 1), 6))
  }
}
