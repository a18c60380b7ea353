import Foundation

/// The tokens' frequencies in the training part, with one added to each count: `p(t) = (n_t + 1) / (N + V)`.
struct UnigramModel: Sendable {
  /// Natural logarithms, by token.
  private let logProbabilities: [Double]

  init(_ train: TokenFile) {
    var counts = [Int](repeating: 1, count: train.vocabularySize)
    train.withUnsafeTokens { tokens in
      for token in tokens { counts[Int(UInt32(littleEndian: token))] += 1 }
    }
    let total = log(Double(train.count + train.vocabularySize))
    logProbabilities = counts.map { log(Double($0)) - total }
  }

  /// Nothing when there are no tokens to predict.
  func perplexity(of tokens: TokenFile, ranges: [Range<Int>]) -> Double? {
    let count = ranges.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    let sum = tokens.withUnsafeTokens { all in
      ranges.reduce(0.0) { sum, range in
        range.reduce(sum) { $0 + logProbabilities[Int(UInt32(littleEndian: all[$1]))] }
      }
    }
    return exp(-sum / Double(count))
  }
}
