import Foundation
import Testing

@testable import Generation

struct SamplerTests {
  private func random(_ count: Int, seed: UInt64, scale: Float = 6) -> [Float] {
    let numbers = RandomNumbers(seed: seed)
    return (0..<count).map { (Float(numbers[$0]) - 0.5) * scale }
  }

  /// Sorting everything, in double precision.
  private func reference(_ row: [Float], _ parameters: SamplingParameters) -> [UInt32: Double] {
    var tokens = row.enumerated().filter { $0.element > -.infinity }
      .map { (id: UInt32($0.offset), logit: Double($0.element) / parameters.temperature) }
      .sorted { $0.logit > $1.logit || ($0.logit == $1.logit && $0.id < $1.id) }
    if let topK = parameters.topK, topK < tokens.count {
      let least = tokens[topK - 1].logit
      tokens.removeAll { $0.logit < least }
    }
    let best = tokens[0].logit
    var weights = tokens.map { ($0.id, exp($0.logit - best)) }
    if parameters.topP < 1 {
      let sum = weights.reduce(0) { $0 + $1.1 }
      var passed = 0.0
      weights = Array(
        weights.prefix { token in
          defer { passed += token.1 }
          return passed < parameters.topP * sum
        })
    }
    weights.removeAll { $0.1 < parameters.minP }
    let sum = weights.reduce(0) { $0 + $1.1 }
    return Dictionary(uniqueKeysWithValues: weights.map { ($0.0, $0.1 / sum) })
  }

  @Test(arguments: [1, 15, 16, 17, 1023, 1025, 5003])
  func filtersEqualSortingEverything(count: Int) throws {
    let row = random(count, seed: UInt64(count))
    let scratch = SamplingScratch()
    for parameters in [
      SamplingParameters(temperature: 0.5), SamplingParameters(topK: 11), SamplingParameters(topK: count),
      SamplingParameters(topP: 0.5), SamplingParameters(temperature: 30, topP: 0.9),
      SamplingParameters(temperature: 0.05, topP: 0.99), SamplingParameters(minP: 0.3),
      SamplingParameters(temperature: 1.5, topK: 900, topP: 0.7, minP: 0.1),
    ] {
      let found = row.withUnsafeBufferPointer { row in
        Sampler(parameters, prompt: [], randomSeed: 0).withDistribution(of: row, scratch) { $0.probabilities }
      }
      let wanted = reference(row, parameters)
      let probabilities = try #require(found)
      #expect(Set(probabilities.keys) == Set(wanted.filter { $0.value > 1e-30 }.keys), "\(count) \(parameters)")
      for (id, probability) in probabilities { #expect(abs(probability - (wanted[id] ?? 0)) <= 1e-6) }
    }
  }

  @Test(arguments: [1, 2, 16, 31, 1024, 1040, 4099])
  func bestIsTheFirstOfTheLargest(count: Int) {
    var row = random(count, seed: 3)
    #expect(row.withUnsafeBufferPointer(LogitRow.best) == row.firstIndex(of: row.max()!))
    for place in [0, count / 2, count - 1] {
      row[place] = 100
      #expect(row.withUnsafeBufferPointer(LogitRow.best) == row.firstIndex(of: 100))
      row[place] = 0
    }
    row = Array(repeating: -3, count: count)
    #expect(row.withUnsafeBufferPointer(LogitRow.best) == 0)
  }

  @Test func whatIsNoNumberIsNeverChosen() {
    let scratch = SamplingScratch()
    var row: [Float] = [.nan, 1, .nan, 2, -.infinity]
    row += Array(repeating: .nan, count: 30)
    for parameters in [
      SamplingParameters.greedy, SamplingParameters(), SamplingParameters(topK: 3), SamplingParameters(topP: 0.9),
      SamplingParameters(minP: 0.1), SamplingParameters(presencePenalty: 1),
    ] {
      var sampler = Sampler(parameters, prompt: [1], randomSeed: 9)
      for _ in 0..<20 {
        let token = row.withUnsafeBufferPointer { sampler.choose(from: $0, scratch) }
        #expect(token == 1 || token == 3)
      }
      for bad: [Float] in [[.nan, .nan], [-.infinity, .nan], [1, .infinity]] {
        #expect(bad.withUnsafeBufferPointer { sampler.choose(from: $0, scratch) } == nil)
      }
    }
    #expect([Float.nan, -.infinity].withUnsafeBufferPointer { LogProbabilities($0) == nil })
  }

  @Test func theSeedAndThePlaceDecide() {
    let scratch = SamplingScratch()
    let row = random(300, seed: 1, scale: 2)
    func run(seed: UInt64?, randomSeed: UInt64) -> [UInt32] {
      var sampler = Sampler(SamplingParameters(seed: seed), prompt: [], randomSeed: randomSeed)
      return row.withUnsafeBufferPointer { row in (0..<40).compactMap { _ in sampler.choose(from: row, scratch) } }
    }
    #expect(run(seed: 5, randomSeed: 1) == run(seed: 5, randomSeed: 2))
    #expect(run(seed: 5, randomSeed: 1) != run(seed: 6, randomSeed: 1))
    #expect(run(seed: nil, randomSeed: 1) != run(seed: nil, randomSeed: 2))
    #expect(run(seed: nil, randomSeed: 1) == run(seed: 1, randomSeed: 3))
  }

  @Test func drawsFollowTheDistribution() {
    let row: [Float] = [0, log(2), log(3), log(4), -.infinity]
    let scratch = SamplingScratch()
    var sampler = Sampler(SamplingParameters(seed: 42), prompt: [], randomSeed: 0)
    var counts = [0, 0, 0, 0, 0]
    for _ in 0..<10_000 {
      counts[Int(row.withUnsafeBufferPointer { sampler.choose(from: $0, scratch) }!)] += 1
    }
    for (count, share) in zip(counts, [0.1, 0.2, 0.3, 0.4, 0]) {
      // Five standard deviations.
      #expect(abs(Double(count) - 10_000 * share) <= 5 * (10_000 * share * (1 - share)).squareRoot())
    }
  }

  @Test func almostNoTemperatureIsGreedy() {
    let scratch = SamplingScratch()
    let row: [Float] = [1, 3, 2.9999]
    for temperature in [0, 1e-300, 1e-6, 1e-5] {
      var sampler = Sampler(SamplingParameters(temperature: temperature, seed: 1), prompt: [], randomSeed: 0)
      #expect(row.withUnsafeBufferPointer { sampler.choose(from: $0, scratch) } == 1)
    }
  }

  /// Divided by next to nothing, the logit of a token that was seen is the largest number there is, not an infinity.
  @Test(arguments: [1e-300, 1e-40, 1e-30]) func leastRepetitionPenaltyKeepsLogitsFinite(penalty: Double) {
    let logits: [Float] = [30, 20, -5, 0]
    for temperature in [0, 1] as [Double] {
      var sampler = Sampler(
        SamplingParameters(temperature: temperature, repetitionPenalty: penalty), prompt: [1, 2, 3], randomSeed: 0)
      #expect(logits.withUnsafeBufferPointer { sampler.choose(from: $0, SamplingScratch()) } == 1)
    }
  }

  @Test func outOfBoundsParametersAreNamed() {
    let wrong: [(SamplingParameters, String)] = [
      (SamplingParameters(temperature: -0.1), "temperature"), (SamplingParameters(temperature: .nan), "temperature"),
      (SamplingParameters(temperature: 101), "temperature"), (SamplingParameters(topK: 0), "top-k"),
      (SamplingParameters(topP: 0), "top-p"), (SamplingParameters(topP: 1.01), "top-p"),
      (SamplingParameters(minP: -1), "min-p"), (SamplingParameters(repetitionPenalty: 0), "repetition penalty"),
      (SamplingParameters(presencePenalty: .infinity), "presence penalty"),
      (SamplingParameters(frequencyPenalty: 1000), "frequency penalty"),
    ]
    for (parameters, name) in wrong {
      do {
        try parameters.validate()
        Issue.record("\(parameters) passed")
      } catch {
        guard case .invalidParameter(name, _, _) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect("\(error)".contains(name))
      }
    }
  }
}
