import Foundation
import Testing

/// What scipy, statsmodels and scikit-learn say; made by scripts/oracles/decisions_oracle.py.
struct DecisionsOracle: Decodable {
  struct Wilson: Decodable {
    let successes: Int
    let trials: Int
    let confidence: Double
    let interval: [Double]
  }

  struct Newcombe: Decodable {
    let counts: [Int]
    let interval: [Double]
  }

  struct McNemar: Decodable {
    let counts: [Int]
    let exact: Double
    let pairedInterval: [Double]
    let chiSquare: Double?
    let chiSquareP: Double?
  }

  struct Comparison: Decodable {
    let first: [Double]
    let second: [Double]
    let difference: Double
    let effectSize: Double
    let signP: Double
    let permutationP: Double
  }

  struct LargeComparison: Decodable {
    let first: [Double]
    let second: [Double]
    let bca: [Double]
    let permutationP: Double
  }

  struct PairedRows: Decodable {
    let effect: Double
    let significance: Double
    let power: Double
    let rows: Double
  }

  struct McNemarRows: Decodable {
    let firstOnly: Double
    let secondOnly: Double
    let significance: Double
    let power: Double
    let rows: Int
    let reached: Double
  }

  struct Corrections: Decodable {
    let p: [Double]
    let holm: [Double]
    let benjaminiHochberg: [Double]
  }

  struct Kappa: Decodable {
    let first: [Int]
    let second: [Int]
    let kappa: Double
    let error: Double
    let interval: [Double]
  }

  struct Curve: Decodable {
    let scores: [Double]
    let labels: [Bool]
    let threshold: Double
    let area: Double
    let deviation: Double
    let precision: Double
    let recall: Double
    let f1: Double
    let accuracy: Double
    let recallInterval: [Double]
  }

  let wilson: [Wilson]
  let newcombe: [Newcombe]
  let mcnemar: [McNemar]
  let comparisons: [Comparison]
  let largeComparison: LargeComparison
  let pairedRows: [PairedRows]
  let mcnemarRows: [McNemarRows]
  let corrections: [Corrections]
  let kappas: [Kappa]
  let curves: [Curve]
  let jeffreys: [[Double]]

  static func load() throws -> DecisionsOracle {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/decisions", withExtension: "json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Self.self, from: Data(contentsOf: url))
  }
}
