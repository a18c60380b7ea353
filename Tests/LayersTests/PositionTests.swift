import TestSupport
import Testing
import Torch

@testable import Layers

/// Rotary positions: scalings against numbers worked out by hand, and the ways to ask for a rotation against each other.
struct PositionTests {
  init() throws { try TorchForTests.load() }

  private func frequencies(_ scaling: RotaryScaling?, features: Int = 8, base: Double = 10_000) -> [Double] {
    RotaryScaling.frequencies(features: features, base: base, scaling: scaling, maximumPositions: 64).short
  }

  private func expectClose(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count)
    for (left, right) in zip(found, expected) { #expect(abs(left - right) <= 1e-12 * abs(right), "\(left) \(right)") }
  }

  @Test func plainAndDividedFrequencies() {
    expectClose(frequencies(nil), [1, 0.1, 0.01, 0.001])
    expectClose(frequencies(.linear(factor: 4)), [0.25, 0.025, 0.0025, 0.00025])
    expectClose(frequencies(.divided(factors: [1, 2, 4, 8])), [1, 0.05, 0.0025, 0.000125])
  }

  @Test func llama3KeepsHighFrequenciesAndDividesLowOnes() {
    // Of 100 positions the pairs turn 15.9, 1.59, 0.159 and 0.0159 times.
    let found = frequencies(
      .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 100))
    let smooth = (100 * 0.1 / (2 * 3.141592653589793) - 1) / 3
    expectClose(found, [1, (1 - smooth) * 0.1 / 8 + smooth * 0.1, 0.01 / 8, 0.001 / 8])
  }

  @Test func yarnBlendsBetweenItsEnds() {
    func yarn(_ fast: Double, _ slow: Double, attention: Double? = nil) -> RotaryScaling {
      .yarn(
        factor: 4, originalPositions: 6283, betaFast: fast, betaSlow: slow, attentionFactor: attention, scoreScale: 1,
        truncates: true)
    }
    // The pairs turn about 1000, 100, 10 and 1 times: between 100 and 10 is where the first two ends lie.
    let found = frequencies(yarn(500, 5))
    #expect(found[0] == 1)
    // Ends 0.3 and 2.3 are rounded to 0 and 3: pair 1 is a third of the way, pair 2 two thirds.
    expectClose(found, [1, 0.1 / 4 / 3 + 0.1 * 2 / 3, 0.01 / 4 * 2 / 3 + 0.01 / 3, 0.001 / 4])
    let all = RotaryScaling.frequencies(features: 8, base: 10_000, scaling: yarn(500, 5), maximumPositions: 64)
    #expect(abs(all.factor - 1.138629436111989) < 1e-12)
    let given = RotaryScaling.frequencies(
      features: 8, base: 10_000, scaling: yarn(500, 5, attention: 1.5), maximumPositions: 64)
    #expect(given.factor == 1.5)
    #expect(RotaryScaling.yarnFactor(0.5) == 1)
    #expect(RotaryScaling.yarnFactor(40, weight: 0) == 1)
  }

  private func long(capacity: Int = 40) throws -> RotaryEmbedding {
    try RotaryEmbedding(
      features: 6, base: 100,
      scaling: .longrope(
        shortFactors: [1, 1, 1], longFactors: [2, 3, 4], originalPositions: 10, attentionFactor: nil),
      capacity: capacity)
  }

  @Test func longContextsTakeTheirOwnFactors() throws {
    let rotary = try long()
    let input = try Tensor.randn([1, 6, 2, 6], generator: Generator(seed: 1))
    let short = try rotary.rotation(from: 2, length: 6, dtype: .float32)(input)
    let announced = try rotary.rotation(from: 2, length: 6, dtype: .float32, context: 11)(input)
    let stretched = try RotaryEmbedding(features: 6, base: 100, scaling: .divided(factors: [2, 3, 4]), capacity: 40)
      .rotation(from: 2, length: 6, dtype: .float32)(input)
    // The root of 1 + ln(40 / 10) / ln(10).
    let factor = 1.2657251
    #expect(try relativeError(announced, stretched * factor) < 1e-6)
    #expect(try relativeError(short, announced) > 0.1)
    // Beyond the original context nobody needs to say so.
    let beyond = try rotary.rotation(from: 5, length: 6, dtype: .float32)(input)
    let alike = try rotary.rotation(from: 5, length: 6, dtype: .float32, context: 40)(input)
    #expect(try beyond.isEqual(to: alike))
  }

  @Test func positionsInAnyOrderAreThoseOfARun() throws {
    for rotary in [try long(), try RotaryEmbedding(features: 6, rotated: 4, base: 100, capacity: 40)] {
      let input = try Tensor.randn([1, 9, 2, 6], generator: Generator(seed: 2))
      // Two sequences: one at position 3 that stays short, one from 12 on.
      let positions = [3, 4, 5, 6, 12, 13, 14, 15, 16]
      let contexts = [10, 10, 10, 10, 30, 30, 30, 30, 30]
      let mixed = try rotary.rotation(positions: positions, dtype: .float32, contexts: contexts)(input)
      let first = try rotary.rotation(from: 3, length: 4, dtype: .float32, context: 10)(
        input.narrow(dimension: 1, from: 0, length: 4))
      let second = try rotary.rotation(from: 12, length: 5, dtype: .float32, context: 30)(
        input.narrow(dimension: 1, from: 4, length: 5))
      #expect(try mixed.isEqual(to: Tensor.concatenated([first, second], dimension: 1)))
    }
  }

  @Test func tablesGrowWithoutChanging() throws {
    let rotary = try RotaryEmbedding(features: 4, base: 100, capacity: 3000)
    let input = try Tensor.randn([1, 5, 1, 4], generator: Generator(seed: 3))
    let before = try rotary.rotation(from: 500, length: 5, dtype: .float32)(input)
    _ = try rotary.rotation(from: 2990, length: 10, dtype: .float32)
    #expect(try before.isEqual(to: rotary.rotation(from: 500, length: 5, dtype: .float32)(input)))
    #expect(throws: PositionError.beyondContext(positions: 3001, capacity: 3000)) {
      try rotary.rotation(from: 2996, length: 5, dtype: .float32)
    }
    #expect(throws: PositionError.beyondContext(positions: 3001, capacity: 3000)) {
      try rotary.rotation(positions: [2, 3000], dtype: .float32)
    }
  }

  @Test(arguments: [RotaryEmbedding.Pairing.halves, .neighbours])
  func featuresBehindTheTurnedOnesStay(pairing: RotaryEmbedding.Pairing) throws {
    let whole = try RotaryEmbedding(features: 4, base: 100, capacity: 20, pairing: pairing)
    let part = try RotaryEmbedding(features: 10, rotated: 4, base: 100, capacity: 20, pairing: pairing)
    let input = try Tensor.randn([2, 7, 3, 10], generator: Generator(seed: 4)).requiringGradient()
    let turned = try part.rotation(from: 3, length: 7, dtype: .float32)(input)
    let pieces = try input.split(sizes: [4, 6], dimension: -1)
    let expected = try Tensor.concatenated(
      [whole.rotation(from: 3, length: 7, dtype: .float32)(pieces[0].contiguous()), pieces[1]], dimension: -1)
    #expect(try turned.detached().isEqual(to: expected.detached()))
    let weights = try Tensor.randn(turned.shape, generator: Generator(seed: 5))
    let found = try #require(try gradients(of: [(turned * weights).sum()], withRespectTo: [input])[0])
    let wanted = try #require(try gradients(of: [(expected * weights).sum()], withRespectTo: [input])[0])
    #expect(try relativeError(found, wanted) < 1e-6)
  }
}
