import Foundation
import Testing

/// What numpy and scipy say; made by scripts/oracles/statistics_oracle.py.
struct StatisticsOracle: Decodable {
  struct Sample: Decodable {
    let values: [Double]
    let mean: Double
    let variance: Double
    let quantiles: [[Double]]
    let t95: [Double]
    let t80: [Double]
  }

  struct Words: Decodable {
    let seed: String
    let words: [String]
  }

  struct Resampled: Decodable {
    let values: [Double]
    let percentile: [Double]
    let bca: [Double]
  }

  let samples: [Sample]
  let studentQuantiles: [[Double]]
  let studentCumulative: [[Double]]
  let normalQuantiles: [[Double]]
  let xoshiro: [Words]
  let bootstrap: Resampled

  static func load() throws -> StatisticsOracle {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/statistics", withExtension: "json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Self.self, from: Data(contentsOf: url))
  }
}

/// Equal to nine digits, or nearly zero both.
func isClose(_ first: Double?, _ second: Double, _ tolerance: Double = 1e-9) -> Bool {
  guard let first else { return false }
  return abs(first - second) <= tolerance * max(1e-3, abs(second))
}
