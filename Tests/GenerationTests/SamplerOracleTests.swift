import Foundation
import Testing

@testable import Generation

/// Against Hugging Face transformers' processors and warpers; see scripts/oracles/sampling_oracle.py.
struct SamplerOracleTests {
  struct Oracle: Decodable {
    struct Case: Decodable {
      struct Parameters: Decodable {
        var temperature: Double?
        var topK: Int?
        var topP: Double?
        var minP: Double?
        var repetitionPenalty: Double?
        var presencePenalty: Double?
        var frequencyPenalty: Double?
      }
      var row: Int
      var prompt: [UInt32]
      var generated: [UInt32]
      var parameters: Parameters
      var distribution: [[Double]]
    }
    struct LogProbabilities: Decodable {
      var row: Int
      var tokens: [[Double]]
      var top: [[Double]]
    }
    var rows: [[Float?]]
    var cases: [Case]
    var logProbabilities: [LogProbabilities]

    static func read() throws -> Oracle {
      let url = try #require(Bundle.module.url(forResource: "Fixtures/sampling", withExtension: "json"))
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Oracle.self, from: Data(contentsOf: url))
    }

    func row(_ index: Int) -> [Float] { rows[index].map { $0 ?? -.infinity } }
  }

  @Test func theFilteredDistributionsAreTransformers() throws {
    let oracle = try Oracle.read()
    let scratch = SamplingScratch()
    #expect(oracle.cases.count == 88)
    for expected in oracle.cases {
      let settings = expected.parameters
      let parameters = SamplingParameters(
        temperature: settings.temperature ?? 1, topK: settings.topK, topP: settings.topP ?? 1,
        minP: settings.minP ?? 0, repetitionPenalty: settings.repetitionPenalty ?? 1,
        presencePenalty: settings.presencePenalty ?? 0, frequencyPenalty: settings.frequencyPenalty ?? 0)
      try parameters.validate()
      var sampler = Sampler(parameters, prompt: expected.prompt, randomSeed: 0)
      for token in expected.generated { sampler.record(token) }
      let found = oracle.row(expected.row).withUnsafeBufferPointer { row in
        sampler.withDistribution(of: row, scratch) { $0.probabilities }
      }
      let probabilities = try #require(found)
      let wanted = Dictionary(uniqueKeysWithValues: expected.distribution.map { (UInt32($0[0]), $0[1]) })
      // Which of several equal tokens the nucleus ends with is up to the sort: theirs promises nothing, ours takes the
      // lower ids. Row 3 has such ties, so only its probabilities are compared.
      if expected.row == 3, settings.topP != nil {
        #expect(probabilities.count == wanted.count)
        for (value, other) in zip(probabilities.values.sorted(), wanted.values.sorted()) {
          #expect(abs(value - other) <= 1e-6)
        }
        continue
      }
      // Weights below exp(-87) are 0 here.
      let kept = wanted.filter { $0.value > 1e-30 }
      #expect(Set(kept.keys).isSubset(of: probabilities.keys), "row \(expected.row), \(settings)")
      #expect(Set(probabilities.keys).isSubset(of: wanted.keys), "row \(expected.row), \(settings)")
      for (id, probability) in wanted {
        let difference = abs((probabilities[id] ?? 0) - probability)
        #expect(difference <= 1e-6, "row \(expected.row), \(settings), token \(id): \(difference)")
      }
    }
  }

  @Test func logProbabilitiesAreTorchs() throws {
    let oracle = try Oracle.read()
    for expected in oracle.logProbabilities {
      try oracle.row(expected.row).withUnsafeBufferPointer { row in
        let found = try #require(LogProbabilities(row))
        for token in expected.tokens {
          let value = try #require(found[UInt32(token[0])])
          #expect(abs(Double(value) - token[1]) <= 1e-6 * max(1, abs(token[1])))
        }
        let top = found.top(5)
        #expect(top.map { Double($0.id) } == expected.top.map { $0[0] })
        for (value, wanted) in zip(top, expected.top) {
          #expect(abs(Double(value.logProbability) - wanted[1]) <= 1e-6 * max(1, abs(wanted[1])))
        }
      }
    }
  }
}
