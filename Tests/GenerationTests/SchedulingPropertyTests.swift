import Testing

@testable import Generation

/// Random arrivals, cancellations, limits and refusals: every answer is what the request would get alone, memory stays within
/// its limit, everything ends and nothing is left.
struct SchedulingPropertyTests {
  private struct Dice {
    let numbers: RandomNumbers
    var place = 0

    init(_ seed: UInt64) { numbers = RandomNumbers(seed: seed) }

    mutating func roll(_ range: ClosedRange<Int>) -> Int {
      place += 1
      return range.lowerBound + Int(numbers[place] * Double(range.count))
    }
    mutating func isOne(in count: Int) -> Bool { roll(1...count) == 1 }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(0...(elements.count - 1))] }
  }

  private static func request(_ dice: inout Dice) -> GenerationRequest {
    // A few stems with a few branches, so that prompts share beginnings of many lengths.
    let stem = UInt32(dice.roll(0...2))
    var prompt = (0..<dice.roll(1...60)).map { (UInt32($0) * 5 + stem) % 60 }
    if dice.isOne(in: 2) {
      let branch = UInt32(dice.roll(0...3))
      prompt += (0..<dice.roll(1...30)).map { (UInt32($0) * 3 + branch) % 64 }
    }
    var request = GenerationRequest(prompt: prompt, maximumTokens: dice.roll(1...40))
    if dice.isOne(in: 2) {
      request.sampling = SamplingParameters(
        temperature: dice.pick([0.5, 1, 2]), topK: dice.pick([nil, 3, 20]), topP: dice.pick([1, 0.8]),
        minP: dice.pick([0, 0.1]), repetitionPenalty: dice.pick([1, 1.2]), presencePenalty: dice.pick([0, 0.5]),
        seed: UInt64(dice.roll(0...1000)))
    }
    if dice.isOne(in: 3) { request.stop = dice.pick([["ab"], ["aaaa", "cd"], ["éa", "bbd"]]) }
    if dice.isOne(in: 3) { request.endTokens = [UInt32(dice.roll(0...63)), UInt32(dice.roll(0...63))] }
    if dice.isOne(in: 4) { request.topLogProbabilities = dice.roll(0...3) }
    if dice.isOne(in: 8) { request.echoesPromptLogProbabilities = true }
    return request
  }

  @Test(arguments: 0..<32)
  func everyAnswerIsWhatItWouldBeAlone(seed: UInt64) throws {
    var dice = Dice(seed)
    let model = FakeModel(contextLength: dice.pick([100, 128]))
    model.refusesEveryCopy = dice.pick([0, 3])
    model.refusedRemainder = dice.pick([0, 7])
    let sequences = dice.roll(1...6)
    let cacheBytes = dice.roll(130...500) * 100
    let limits = EngineLimits(
      maximumSequences: sequences, maximumQueued: dice.roll(3...12), cacheBytes: cacheBytes,
      prefillChunk: dice.roll(1...40), maximumStepTokens: sequences + dice.roll(1...60),
      prefixCacheBytes: cacheBytes * dice.roll(0...4) / 4)
    var time: UInt64 = 0
    let loop = try GenerationLoop(
      model: model, limits: limits,
      now: {
        time += 1
        return time
      })
    var requests: [UInt64: (GenerationRequest, Collector)] = [:]
    var cancelled: Set<UInt64> = []
    var number: UInt64 = 0
    for _ in 0..<220 {
      for _ in 0..<dice.roll(0...2) where dice.isOne(in: 3) {
        number += 1
        let request = Self.request(&dice)
        requests[number] = (request, loop.submit(number, request, seed: number))
      }
      if dice.isOne(in: 8), number > 0 {
        let victim = UInt64(dice.roll(1...Int(number)))
        let collector = requests[victim]!.1
        let wasOpen = !collector.isClosed
        loop.cancel(SequenceID(victim))
        if wasOpen {
          cancelled.insert(victim)
          #expect(collector.isClosed)
        }
      }
      _ = loop.step()
      let statistics = loop.statistics
      #expect(statistics.cacheBytesUsed <= cacheBytes)
      #expect(statistics.cacheBytesKept <= limits.prefixCacheBytes)
      #expect(statistics.running <= sequences)
      #expect(statistics.waiting <= limits.maximumQueued)
      #expect(model.allocatedBytes <= statistics.cacheBytesUsed)
    }
    var left = 0
    while loop.step() {
      left += 1
      try #require(left < 20_000, "it never ends")
    }
    #expect(loop.isIdle)
    #expect(model.mostBytes <= cacheBytes)
    #expect(model.mostTokensOfAStep <= limits.maximumStepTokens)
    #expect(model.broken.isEmpty, "\(model.broken.prefix(3))")
    var answered = 0
    for (number, (request, collector)) in requests {
      #expect(collector.isClosed)
      if let error = collector.error as? EngineError {
        guard case .queueFull = error else {
          guard case .requestTooLarge = error else {
            Issue.record("\(error)")
            continue
          }
          continue
        }
        continue
      }
      let summary = try #require(collector.summary)
      #expect(summary.completionTokens == collector.ids.count)
      if cancelled.contains(number) {
        #expect(summary.reason == .cancelled)
        let solo = Solo(request, model: model, randomSeed: number, mostTokens: collector.ids.count)
        #expect(collector.ids == solo.ids)
      } else {
        let solo = Solo(request, model: model, randomSeed: number)
        #expect(collector.ids == solo.ids, "request \(number)")
        #expect(collector.text == solo.text, "request \(number)")
        #expect(summary.reason == solo.reason, "request \(number)")
        answered += 1
      }
      #expect(summary.cachedTokens < request.prompt.count)
    }
    #expect(answered > 5)
    loop.evictKept()
    #expect(model.caches.isEmpty)
    #expect(loop.statistics.cacheBytesUsed == 0)
  }
}
