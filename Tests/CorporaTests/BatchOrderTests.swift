import Testing

@testable import Corpora

struct BatchOrderTests {
  @Test func splitMixGivesThePublishedNumbers() {
    // From the reference C program (Vigna, splitmix64.c) with seed 1234567.
    var generator = SplitMix64(seed: 1_234_567)
    let numbers = (0..<5).map { _ in generator.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
  }

  /// The numbers the Python function in `BatchOrder`'s description gives.
  @Test func agreesWithTheProgramInItsDescription() throws {
    let order = try BatchOrder(tokenCount: 81, sequenceLength: 8, seed: 3)
    #expect(order.windowsPerEpoch == 10)
    #expect(order.permutation(epoch: 0) == [3, 0, 6, 5, 8, 7, 1, 2, 9, 4])
    #expect(order.permutation(epoch: 1) == [1, 9, 4, 2, 6, 8, 7, 0, 3, 5])
    #expect(
      try BatchOrder(tokenCount: 81, sequenceLength: 8, seed: -2).permutation(epoch: 0) == [
        9, 5, 8, 3, 4, 6, 1, 7, 0, 2,
      ])
  }

  @Test func eachEpochHasEachWindowOnce() throws {
    let order = try BatchOrder(tokenCount: 1000, sequenceLength: 7, seed: 11)
    #expect(order.windowsPerEpoch == 142)
    for epoch in 0..<3 {
      let starts = (0..<142).map { order[epoch * 142 + $0].lowerBound }
      #expect(Set(starts) == Set((0..<142).map { $0 * 7 }))
    }
    #expect((0..<142).map { order[$0] } != (142..<284).map { order[$0] })
  }

  @Test func windowsLieInTheTokens() throws {
    for tokenCount in [9, 10, 16, 17, 18, 100] {
      let order = try BatchOrder(tokenCount: tokenCount, sequenceLength: 8, seed: 0)
      for sample in 0..<(2 * order.windowsPerEpoch) {
        #expect(order[sample].count == 9)
        #expect(order[sample].upperBound <= tokenCount)
      }
    }
  }

  @Test func seedsGiveOrdersOfTheirOwn() throws {
    func starts(_ seed: Int) throws -> [Range<Int>] {
      try BatchOrder(tokenCount: 4096, sequenceLength: 16, seed: seed).batch(step: 3, size: 32)
    }
    #expect(try starts(1) == starts(1))
    #expect(try starts(1) != starts(2))
  }

  @Test func batchesMayStraddleEpochsAndBeAskedInAnyOrder() throws {
    let order = try BatchOrder(tokenCount: 81, sequenceLength: 8, seed: 5)
    let all = (0..<40).map { order[$0] }
    #expect((0..<40).reversed().map { order[$0] } == all.reversed())
    #expect(order.batch(step: 2, size: 4) == Array(all[8..<12]))
  }

  @Test func refusesLessThanOneWindow() {
    #expect(throws: CorpusError.tooFewTokens(tokens: 8, needed: 9, purpose: "one window of 8 tokens")) {
      try BatchOrder(tokenCount: 8, sequenceLength: 8, seed: 0)
    }
    #expect(throws: CorpusError.badSequenceLength(0)) { try BatchOrder(tokenCount: 8, sequenceLength: 0, seed: 0) }
  }
}
